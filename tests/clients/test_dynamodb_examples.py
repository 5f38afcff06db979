"""AWS's own examples of DynamoDB's operations, as botocore carries them, each asked as it stands and answered as it says.

Of an answer everything is compared that an example tells and that it could tell of this cloud: not its dates, counts of other
tables, or units of an account of 2015. The streams' examples name streams of an account of AWS's; they are asked about a
stream with the same table.
"""

import copy
import json
import pathlib

import botocore
import pytest
from botocore import xform_name

DATA = pathlib.Path(botocore.__file__).parent / "data"
EXAMPLES = json.loads((DATA / "dynamodb" / "2012-08-10" / "examples-1.json").read_text())["examples"]
STREAMS = json.loads((DATA / "dynamodbstreams" / "2012-08-10" / "examples-1.json").read_text())["examples"]
# What these examples tell is of another time or account, or was left empty.
UNSAID = {"CreationDateTime", "LastIncreaseDateTime", "NumberOfDecreasesToday", "ConsumedCapacity", "ItemCount", "TableSizeBytes"}


@pytest.fixture
def ask(cloud, account):
    client = cloud.client("dynamodb", account)

    def one(operation: str, **instead):
        (example,) = EXAMPLES[operation]
        told = getattr(client, xform_name(operation))(**{**copy.deepcopy(example["input"]), **instead})
        return told, example["output"]

    one.client = client
    return one


@pytest.fixture
def music(ask):
    """The table that the examples are about, with the three songs that they write."""
    told, said = ask("CreateTable")
    holds(told, said)
    told, said = ask("BatchWriteItem")
    assert said == {} and told["UnprocessedItems"] == {}


def holds(told, said, where="") -> None:
    """Everything that was said is told."""
    if isinstance(said, dict):
        for name, value in said.items():
            if name not in UNSAID:
                assert name in told, f"{where}.{name}"
                holds(told[name], value, f"{where}.{name}")
    elif isinstance(said, list):
        assert len(told) == len(said), where
        for at, value in enumerate(said):
            holds(told[at], value, f"{where}[{at}]")
    else:
        assert told == said, where


def test_there_is_a_test_of_each():
    assert set(EXAMPLES) == {
        "BatchGetItem", "BatchWriteItem", "CreateTable", "DeleteItem", "DeleteTable", "DescribeLimits", "DescribeTable", "GetItem",
        "ListTables", "PutItem", "Query", "Scan", "UpdateItem", "UpdateTable",
    }
    assert set(STREAMS) == {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}


@pytest.mark.usefixtures("music")
def test_items(ask):
    told, said = ask("PutItem")
    assert told["ConsumedCapacity"] == {"TableName": "Music", "CapacityUnits": 1.0} and said["ConsumedCapacity"] == told["ConsumedCapacity"]
    for operation in ("GetItem", "UpdateItem", "DeleteItem"):
        told, said = ask(operation)
        holds(told, said)
    told, said = ask("DeleteItem", ReturnConsumedCapacity="TOTAL", Key={"Artist": {"S": "nobody"}, "SongTitle": {"S": "nothing"}})
    assert told["ConsumedCapacity"] == said["ConsumedCapacity"]


@pytest.mark.usefixtures("music")
def test_batch_get_item_after_the_update(ask):
    ask("UpdateItem")
    told, said = ask("BatchGetItem")
    titles = lambda answer: sorted(item["AlbumTitle"]["S"] for item in answer["Responses"]["Music"])
    assert titles(told) == titles(said), "a batch has no order"


@pytest.mark.usefixtures("music")
def test_query_and_scan(ask):
    # The examples count two and show one: what is counted is right.
    told, said = ask("Query")
    assert (told["Count"], told["ScannedCount"]) == (said["Count"], said["ScannedCount"])
    assert said["Items"][0] in told["Items"]
    told, said = ask("Scan")
    assert (told["Count"], told["ScannedCount"]) == (said["Count"], said["ScannedCount"])
    by_title = lambda items: sorted(items, key=lambda item: item["SongTitle"]["S"])
    assert by_title(told["Items"]) == by_title(said["Items"])


@pytest.mark.usefixtures("music")
def test_tables(ask):
    told, said = ask("DescribeTable")
    holds(told, said)
    told, said = ask("UpdateTable", TableName="Music")
    said["TableDescription"].update(TableName="Music", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5})
    holds(told, said)
    assert ask("ListTables")[0]["TableNames"] == ["Music"]
    told, said = ask("DeleteTable")
    said["TableDescription"]["ProvisionedThroughput"] = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10}
    holds(told, said)
    assert set(ask("DescribeLimits")[0]) >= set(EXAMPLES["DescribeLimits"][0]["output"])


def test_streams(own_cloud):
    client, streams = own_cloud.client("dynamodb"), own_cloud.client("dynamodbstreams")
    (described,) = STREAMS["DescribeStream"]
    key = described["output"]["StreamDescription"]["KeySchema"]
    arn = client.create_table(
        TableName="Forum", KeySchema=key, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": part["AttributeName"], "AttributeType": "S"} for part in key],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]["LatestStreamArn"]
    (records,) = STREAMS["GetRecords"]
    said = records["output"]["Records"]
    # What the example's records tell: an insert, a change and a removal, of these keys.
    for record in said:
        keys = record["dynamodb"]["Keys"]
        if record["eventName"] != "INSERT":
            client.put_item(TableName="Forum", Item=keys)
        own_cloud.advance(4 * 3600)
        match record["eventName"]:
            case "REMOVE":
                client.delete_item(TableName="Forum", Key=keys)
            case _:
                client.put_item(TableName="Forum", Item={**keys, "changed": {"BOOL": True}})
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert shards["KeySchema"] == key and shards["StreamViewType"] == "KEYS_ONLY"
    assert set(shards["Shards"][1]) == set(described["output"]["StreamDescription"]["Shards"][1])
    told = []
    for shard in shards["Shards"]:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        assert iterator.startswith(f"{arn}|1|"), "as in the example of GetShardIterator"
        told += streams.get_records(ShardIterator=iterator)["Records"]
    told = {(record["eventName"], json.dumps(record["dynamodb"]["Keys"])): record for record in told}
    for record in said:
        found = told[record["eventName"], json.dumps(record["dynamodb"]["Keys"])]
        assert set(found) >= set(record) and set(found["dynamodb"]) == set(record["dynamodb"])
        assert (found["eventVersion"][0], found["eventSource"]) == (record["eventVersion"][0], record["eventSource"])
        assert found["dynamodb"]["SizeBytes"] == record["dynamodb"]["SizeBytes"]
    (listed,) = STREAMS["ListStreams"]
    (stream,) = streams.list_streams()["Streams"]
    assert set(stream) == set(listed["output"]["Streams"][0]) and stream["StreamArn"] == arn
