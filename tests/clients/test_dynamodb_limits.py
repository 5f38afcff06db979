"""DynamoDB's bounds by boto3: what just fits is taken, and what is one more is refused as AWS refuses it.

Bounds are those of "Quotas in Amazon DynamoDB" and of the API reference; texts were recorded from AWS by dynalite's tests.
"""

import pytest
from botocore.exceptions import ClientError

KB, MB = 1024, 1024 * 1024
NESTING = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
DIGITS = "Attempting to store more than 38 significant digits in a Number"


@pytest.fixture
def db(cloud, account):
    client = cloud.client("dynamodb", account, parameter_validation=False, retries={"total_max_attempts": 1})
    client.create_table(
        TableName="limits", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}, {"AttributeName": "r", "AttributeType": "S"}],
    )
    return client


def item(k="a", r="b", **more):
    return {"k": {"S": k}, "r": {"S": r}, **more}


def told(call, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException", error
    return error["Message"]


def refused(db, item) -> str:
    return told(db.put_item, TableName="limits", Item=item)


def test_items_of_400_kb(db):
    # Names count too: k, a, r, b and v are a byte each.
    db.put_item(TableName="limits", Item=item(v={"S": "x" * (400 * KB - 5)}))
    assert refused(db, item(v={"S": "x" * (400 * KB - 4)})) == "Item size has exceeded the maximum allowed size"
    grow = {"TableName": "limits", "Key": item(), "UpdateExpression": "SET w = :w", "ExpressionAttributeValues": {":w": {"S": ""}}}
    assert told(db.update_item, **grow) == "Item size to update has exceeded the maximum allowed size"
    assert len(db.get_item(TableName="limits", Key=item())["Item"]["v"]["S"]) == 400 * KB - 5, "and the item is as it was"


def test_keys_of_2048_and_1024_bytes(db):
    db.put_item(TableName="limits", Item=item("x" * 2048, "y" * 1024))
    prefix = "One or more parameter values were invalid: "
    assert refused(db, item("x" * 2049)) == prefix + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
    assert refused(db, item(r="é" * 513)) == prefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"


def test_nesting_of_32(db):
    nested = lambda depth: {"S": "x"} if depth == 0 else {"L": [nested(depth - 1)]}
    db.put_item(TableName="limits", Item=item(v=nested(32)))
    assert refused(db, item(v=nested(33))) == NESTING


@pytest.mark.parametrize(
    "number, text",
    [
        ("9.9999999999999999999999999999999999999E+125", None),
        ("-9.9999999999999999999999999999999999999E+125", None),
        ("1E-130", None),
        ("1" * 38, None),
        ("1E126", OVERFLOW),
        ("-1E126", OVERFLOW),
        ("1E-131", UNDERFLOW),
        ("1" * 39, DIGITS),
        ("0x1", "The parameter cannot be converted to a numeric value: 0x1"),
        ("", "The parameter cannot be converted to a numeric value"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
    ],
)
def test_numbers(db, number, text):
    if text:
        assert refused(db, item(v={"N": number})) == text
    else:
        db.put_item(TableName="limits", Item=item(v={"N": number}))


def test_a_sum_that_overflows_changes_nothing(db):
    db.put_item(TableName="limits", Item=item(v={"N": "9.9E+125"}))
    add = {"TableName": "limits", "Key": item(), "UpdateExpression": "ADD v :v", "ExpressionAttributeValues": {":v": {"N": "9.9E+125"}}}
    assert told(db.update_item, **add) == OVERFLOW
    assert db.get_item(TableName="limits", Key=item())["Item"]["v"]["N"].startswith("99")


def test_batches_of_25_and_100(db):
    put = lambda count: {"RequestItems": {"limits": [{"PutRequest": {"Item": item(r=f"{n:03}")}} for n in range(count)]}}
    get = lambda count: {"RequestItems": {"limits": {"Keys": [item(r=f"{n:03}") for n in range(count)]}}}
    assert db.batch_write_item(**put(25))["UnprocessedItems"] == {}
    assert "Member must have length less than or equal to 25" in told(db.batch_write_item, **put(26))
    assert len(db.batch_get_item(**get(100))["Responses"]["limits"]) == 25
    two_tables = {"RequestItems": {**get(100)["RequestItems"], "limitz": get(1)["RequestItems"]["limits"]}}
    assert "Member must have length less than or equal to 100" in told(db.batch_get_item, **get(101))
    assert told(db.batch_get_item, **two_tables) == "Too many items requested for the BatchGetItem call"


def test_answers_of_16_mb_leave_the_rest_unprocessed(db):
    for n in range(50):
        db.put_item(TableName="limits", Item=item(r=f"{n:03}", v={"S": "x" * (390 * KB)}))
    wanted, seen, answers = {"limits": {"Keys": [item(r=f"{n:03}") for n in range(50)]}}, set(), 0
    while wanted:
        page = db.batch_get_item(RequestItems=wanted)
        found = page["Responses"]["limits"]
        assert sum(len(one["v"]["S"]) for one in found) <= 16 * MB
        seen |= {one["r"]["S"] for one in found}
        wanted, answers = page["UnprocessedKeys"], answers + 1
    assert (len(seen), answers) == (50, 2)


def test_pages_of_1_mb(db):
    for n in range(30):
        db.put_item(TableName="limits", Item=item(r=f"{n:03}", v={"S": "x" * (100 * KB)}))
    query = {"TableName": "limits", "KeyConditionExpression": "k = :k", "ExpressionAttributeValues": {":k": {"S": "a"}}}
    pages = [page["Count"] for page in db.get_paginator("query").paginate(**query)]
    # The item that goes over the bound is the last of its page; what a filter leaves out counts as well.
    assert sum(pages) == 30 and pages[0] == 11 and len(pages) == 3
    filtered = db.scan(TableName="limits", FilterExpression="r = :r", ExpressionAttributeValues={":r": {"S": "029"}})
    assert (filtered["Count"], filtered["ScannedCount"]) == (0, 11) and "LastEvaluatedKey" in filtered
    assert db.query(Select="COUNT", **query)["ScannedCount"] == 11


def test_expressions_of_4_kb(db):
    name = "a" * (4 * KB - 2)
    db.get_item(TableName="limits", Key=item(), ProjectionExpression=name + ",b")
    text = told(db.get_item, TableName="limits", Key=item(), ProjectionExpression=name + ", b")
    assert text == f"Invalid ProjectionExpression: Expression size has exceeded the maximum allowed size; expression size: {4 * KB + 1}"


def test_transactions_of_100_items_and_4_mb(db):
    put = lambda count, size: {"TransactItems": [{"Put": {"TableName": "limits", "Item": item(r=f"{n:03}", v={"S": "x" * size})}} for n in range(count)]}
    db.transact_write_items(**put(100, 1))
    assert told(db.transact_write_items, **put(101, 1)).endswith(
        "at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
    )
    text = told(db.transact_write_items, **put(12, 390 * KB))
    assert text == "Cumulative size of items in the transaction cannot exceed 4MB"
    same = {"TransactItems": put(1, 1)["TransactItems"] * 2}
    assert told(db.transact_write_items, **same) == "Transaction request cannot include multiple operations on one item"
    assert db.scan(TableName="limits", Select="COUNT")["Count"] == 100


def test_names_of_attributes_and_tables(db):
    db.put_item(TableName="limits", Item=item(**{"n" * 65_535: {"S": ""}}))
    key = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}
    for name in ("ab", "x" * 256):
        text = told(db.create_table, TableName=name, BillingMode="PAY_PER_REQUEST", **key)
        assert text == "TableName must be at least 3 characters long and at most 255 characters long"
    text = told(db.create_table, TableName="a/b", BillingMode="PAY_PER_REQUEST", **key)
    assert "failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+" in text


def test_a_page_of_a_parallel_scan_has_its_segment(db):
    scan = {"TableName": "limits", "Segment": 0}
    assert told(db.scan, **scan) == "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
    text = told(db.scan, TableName="limits", Segment=4, TotalSegments=4)
    assert text == "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 4 is not less than TotalSegments: 4"
