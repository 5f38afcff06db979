"""DynamoDB with boto3's resource and client: items, conditions, indexes, transactions, streams, and what a crash leaves."""

from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError
from harness.identity import allow, as_user, user


def table_of(cloud, account="test", name="orders", **more):
    session = boto3.session.Session()
    resource = session.resource(
        "dynamodb", endpoint_url=cloud.endpoint, region_name="us-east-1", aws_access_key_id=account, aws_secret_access_key="test"
    )
    table = resource.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
            {"AttributeName": "state", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": "by-state", "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    table.wait_until_exists()
    return table


def code(call, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_items_come_back_in_order_with_their_numbers_exact(cloud, account):
    table = table_of(cloud, account)
    numbers = [Decimal("-1e30"), Decimal("-2"), Decimal(0), Decimal("0.1"), Decimal("12345678901234567890.123456789")]
    with table.batch_writer() as batch:
        for number in reversed(numbers):
            batch.put_item(Item={"customer": "c", "number": number, "state": "new", "tags": {"a", "b"}, "nested": {"l": [1, None, True]}})
    found = table.query(KeyConditionExpression=Key("customer").eq("c"))["Items"]
    assert [item["number"] for item in found] == numbers
    assert found[0]["nested"] == {"l": [1, None, True]} and found[0]["tags"] == {"a", "b"}
    assert len(table.query(IndexName="by-state", KeyConditionExpression=Key("state").eq("new"))["Items"]) == len(numbers)
    assert table.scan(FilterExpression=Attr("number").gt(0))["Count"] == 2


def test_conditions_and_updates(cloud, account):
    table = table_of(cloud, account)
    key = {"customer": "c", "number": 1}
    table.put_item(Item={**key, "count": 1}, ConditionExpression="attribute_not_exists(customer)")
    assert code(table.put_item, Item=key, ConditionExpression="attribute_not_exists(customer)") == "ConditionalCheckFailedException"
    answer = table.update_item(
        Key=key, UpdateExpression="SET #c = #c + :one, history = list_append(if_not_exists(history, :none), :entry)",
        ExpressionAttributeNames={"#c": "count"}, ExpressionAttributeValues={":one": 1, ":none": [], ":entry": ["x"]}, ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == {**key, "count": 2, "history": ["x"]}
    assert code(table.get_item, Key={"customer": "c"}) == "ValidationException"


def test_a_transaction_is_whole_or_not_at_all(cloud, account):
    table, client = table_of(cloud, account), cloud.client("dynamodb", account)
    key = lambda number: {"customer": {"S": "c"}, "number": {"N": str(number)}}
    put = lambda number, **more: {"Put": {"TableName": table.name, "Item": key(number), **more}}
    client.transact_write_items(TransactItems=[put(1), put(2)])
    with pytest.raises(ClientError) as caught:
        client.transact_write_items(TransactItems=[put(3), put(1, ConditionExpression="attribute_not_exists(customer)")])
    reasons = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert table.scan()["Count"] == 2


def test_policies_bind_tables_too(cloud, account):
    table = table_of(cloud, account)
    reader = user(cloud.client("iam", account), "reader", allow("dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{account}:table/orders"))
    client = as_user(cloud, "dynamodb", reader)
    key = {"customer": {"S": "c"}, "number": {"N": "1"}}
    assert "Item" not in client.get_item(TableName=table.name, Key=key)
    assert code(client.put_item, TableName=table.name, Item=key) == "AccessDeniedException"


def test_streams_tell_each_change_and_a_crash_loses_none(own_cloud):
    table = table_of(own_cloud, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    for number in range(20):
        table.put_item(Item={"customer": "c", "number": number, "state": "new"})
    table.delete_item(Key={"customer": "c", "number": 0})
    own_cloud.crash()
    assert table.query(KeyConditionExpression=Key("customer").eq("c"), ConsistentRead=True)["Count"] == 19
    streams = own_cloud.client("dynamodbstreams")
    arn = own_cloud.client("dynamodb").describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    events = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        cursor = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        events += [record["eventName"] for record in streams.get_records(ShardIterator=cursor)["Records"]]
    assert events == ["INSERT"] * 20 + ["REMOVE"]


def test_items_expire_by_the_clouds_clock(own_cloud):
    table, client = table_of(own_cloud), own_cloud.client("dynamodb")
    client.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    table.put_item(Item={"customer": "c", "number": 1, "until": 1_900_000_000})
    own_cloud.clock({"set": "2030-04-01T00:00:00Z"})
    own_cloud.advance(120)
    assert table.scan()["Count"] == 0
