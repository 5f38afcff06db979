"""A reader of streams in the shape of the KCL's DynamoDB adapter, over shards that roll under a clock that is moved.

As the KCL does it: leases of shards lie in a DynamoDB table, one for each shard of `DescribeStream`, whose pages are followed; a
shard is read only after its parent has ended; a worker takes a lease by a conditional write of its counter, reads from
TRIM_HORIZON or after its checkpoint, and checkpoints as it goes, `SHARD_END` at last. Whatever a worker did after its last
checkpoint the next one does again.
"""

import pytest
from botocore.exceptions import ClientError

FOUR_HOURS = 4 * 3600


class Worker:
    def __init__(self, cloud, name: str, stream: str):
        self.name, self.stream, self.seen = name, stream, []
        self.tables, self.streams = cloud.client("dynamodb"), cloud.client("dynamodbstreams")

    def shards(self) -> list[dict]:
        """All shards, a page of one at a time."""
        shards, start = [], {}
        while True:
            page = self.streams.describe_stream(StreamArn=self.stream, Limit=1, **start)["StreamDescription"]
            shards += page["Shards"]
            if "LastEvaluatedShardId" not in page:
                return shards
            start = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}

    def sync(self) -> dict[str, dict]:
        """A lease for each shard there is, none made twice."""
        for shard in self.shards():
            item = {"leaseKey": {"S": shard["ShardId"]}, "checkpoint": {"S": "TRIM_HORIZON"}, "leaseCounter": {"N": "0"}}
            if parent := shard.get("ParentShardId"):
                item["parentShardId"] = {"SS": [parent]}
            try:
                self.tables.put_item(TableName="leases", Item=item, ConditionExpression="attribute_not_exists(leaseKey)")
            except ClientError as error:
                assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
        pages = self.tables.get_paginator("scan").paginate(TableName="leases", ConsistentRead=True)
        return {item["leaseKey"]["S"]: item for page in pages for item in page["Items"]}

    def ready(self, lease: dict, leases: dict) -> bool:
        parents = lease.get("parentShardId", {"SS": []})["SS"]
        done = lambda parent: parent not in leases or leases[parent]["checkpoint"]["S"] == "SHARD_END"
        return lease["checkpoint"]["S"] != "SHARD_END" and all(done(parent) for parent in parents)

    def checkpoint(self, lease: dict, at: str) -> None:
        """Only whoever saw the lease last may: another worker that took it moved its counter."""
        counter = int(lease["leaseCounter"]["N"])
        changed = self.tables.update_item(
            TableName="leases", Key={"leaseKey": lease["leaseKey"]}, ReturnValues="ALL_NEW",
            UpdateExpression="SET checkpoint = :at, leaseOwner = :me, leaseCounter = :next", ConditionExpression="leaseCounter = :seen",
            ExpressionAttributeValues={":at": {"S": at}, ":me": {"S": self.name}, ":next": {"N": str(counter + 1)}, ":seen": {"N": str(counter)}},
        )
        lease.update(changed["Attributes"])

    def iterator(self, lease: dict) -> str:
        at = lease["checkpoint"]["S"]
        where = {"ShardIteratorType": at} if at == "TRIM_HORIZON" else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": at}
        return self.streams.get_shard_iterator(StreamArn=self.stream, ShardId=lease["leaseKey"]["S"], **where)["ShardIterator"]

    def read(self, lease: dict, most: int) -> None:
        """Reads a shard until it has ended, nothing more comes for now, or `most` records were seen."""
        iterator = self.iterator(lease)
        while iterator and len(self.seen) < most:
            page = self.streams.get_records(ShardIterator=iterator, Limit=7)
            iterator = page.get("NextShardIterator")
            for record in page["Records"]:
                self.seen.append((lease["leaseKey"]["S"], record))
            if page["Records"]:
                self.checkpoint(lease, page["Records"][-1]["dynamodb"]["SequenceNumber"])
            elif iterator:
                return
        if not iterator:
            self.checkpoint(lease, "SHARD_END")

    def run(self, most: int = 10**9) -> None:
        """Reads everything there is now, oldest shards first as their lineage says."""
        read = set()
        while len(self.seen) < most:
            leases = self.sync()
            left = [lease for shard, lease in leases.items() if shard not in read and self.ready(lease, leases)]
            if not left:
                return
            read.add(left[0]["leaseKey"]["S"])
            self.read(left[0], most)


@pytest.fixture
def stream(own_cloud):
    client = own_cloud.client("dynamodb")
    create = lambda name, key, **more: client.create_table(
        TableName=name, KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST", **more,
    )
    create("leases", "leaseKey")
    made = create("source", "k", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    return made["TableDescription"]["LatestStreamArn"]


def write(cloud, first: int, last: int) -> None:
    client = cloud.client("dynamodb")
    for number in range(first, last):
        client.put_item(TableName="source", Item={"k": {"S": f"k{number % 5}"}, "n": {"N": str(number)}})


def numbers(worker: Worker) -> list[int]:
    return [int(record["dynamodb"]["NewImage"]["n"]["N"]) for _, record in worker.seen]


def test_shards_are_read_parents_first_and_nothing_is_missed(own_cloud, stream):
    for day in range(4):
        write(own_cloud, day * 10, day * 10 + 10)
        own_cloud.advance(FOUR_HOURS)
    worker = Worker(own_cloud, "one", stream)
    shards = worker.shards()
    assert len(shards) >= 4
    known = {shard["ShardId"] for shard in shards}
    assert [shard.get("ParentShardId") in known for shard in shards] == [False] + [True] * (len(shards) - 1), "one lineage"
    assert all("EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in shards[:-1]), "all but the last have ended"
    worker.run()
    assert numbers(worker) == list(range(40))
    sequence = [int(record["dynamodb"]["SequenceNumber"]) for _, record in worker.seen]
    assert sequence == sorted(sequence) and len({shard for shard, _ in worker.seen}) == 4
    write(own_cloud, 40, 45)
    worker.run()
    assert numbers(worker) == list(range(45)), "an open shard goes on"


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(own_cloud, stream):
    write(own_cloud, 0, 20)
    own_cloud.advance(FOUR_HOURS)
    write(own_cloud, 20, 40)
    first = Worker(own_cloud, "one", stream)
    first.run(most=25)
    own_cloud.crash()
    second = Worker(own_cloud, "two", stream)
    second.run()
    assert numbers(first) + numbers(second) == list(range(40))


def test_two_workers_cannot_hold_one_lease(own_cloud, stream):
    write(own_cloud, 0, 5)
    first, second = Worker(own_cloud, "one", stream), Worker(own_cloud, "two", stream)
    leases, same = first.sync(), second.sync()
    shard = next(iter(leases))
    first.checkpoint(leases[shard], "TRIM_HORIZON")
    with pytest.raises(ClientError) as caught:
        second.checkpoint(same[shard], "TRIM_HORIZON")
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"


def test_what_is_a_day_old_is_trimmed(own_cloud, stream):
    write(own_cloud, 0, 5)
    old = Worker(own_cloud, "one", stream).shards()[0]["ShardId"]
    own_cloud.advance(20 * 3600)
    write(own_cloud, 5, 10)
    own_cloud.advance(8 * 3600)
    worker = Worker(own_cloud, "two", stream)
    worker.run()
    assert numbers(worker) == list(range(5, 10))
    assert old not in {shard["ShardId"] for shard in worker.shards()}
