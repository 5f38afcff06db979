"""Kinesis with boto3: what is put is read in order, by polling and by enhanced fan-out; a reader in the shape of the KCL follows
shards through resharding with its leases in DynamoDB; and nothing acknowledged is lost by `kill -9`.

The KCL itself needs jars from Maven Central, which neither `amazon_kclpy` nor `aws-kcl` bring with them.
"""

import os
import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

ROUNDS = int(os.environ.get("KINESIS_KILLS", "10"))


@pytest.fixture
def kinesis(cloud, account):
    return cloud.client("kinesis", account)


def everything(kinesis, stream: str) -> dict[str, list[dict]]:
    """All records by shard, in the order of the shards' lineage."""
    found = {}
    pages = kinesis.get_paginator("list_shards").paginate(StreamName=stream)
    for shard in sorted((shard["ShardId"] for page in pages for shard in page["Shards"])):
        iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        found[shard] = []
        while iterator:
            try:
                page = kinesis.get_records(ShardIterator=iterator, Limit=10_000)
            except kinesis.exceptions.ProvisionedThroughputExceededException:
                continue  # five reads a second: the call itself is the pause
            found[shard] += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] or page["MillisBehindLatest"] else None
    return found


def test_put_and_get(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1})
    answer = kinesis.put_records(StreamName="s", Records=[{"Data": f"{n}".encode(), "PartitionKey": f"k{n}"} for n in range(100)])
    assert answer["FailedRecordCount"] == 0
    records = [record for shard in everything(kinesis, "s").values() for record in shard]
    assert sorted(int(record["Data"]) for record in records) == list(range(100))


def test_subscribe_to_shard(kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    start = {"Type": "TRIM_HORIZON"}
    events = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000", StartingPosition=start)["EventStream"]
    seen, took = [], []
    iterator = iter(events)
    next(iterator)  # the first says that there is nothing yet
    for n in range(50):
        before = time.perf_counter()
        kinesis.put_record(StreamName="s", PartitionKey="k", Data=f"{n}".encode())
        while len(seen) <= n:
            seen += [record["Data"].decode() for record in next(iterator)["SubscribeToShardEvent"]["Records"]]
        took.append(time.perf_counter() - before)
    assert seen == [f"{n}" for n in range(50)]
    print(f"put and seen by a subscriber: {sorted(took)[25] * 1e3:.2f} ms (p50)")
    with pytest.raises(kinesis.exceptions.ResourceInUseException, match="Another active subscription exists"):
        kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000", StartingPosition=start)
        kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000", StartingPosition=start)
    events.close()


class Worker:
    """One worker of a KCL application: a lease a shard, parents before children, a checkpoint after what was processed."""

    def __init__(self, cloud, account, stream: str):
        self.stream, self.seen = stream, []
        self.kinesis, self.tables = cloud.client("kinesis", account), cloud.client("dynamodb", account)

    def leases(self) -> dict[str, dict]:
        for shard in self.kinesis.list_shards(StreamName=self.stream)["Shards"]:
            parents = [shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in shard]
            item = {"leaseKey": {"S": shard["ShardId"]}, "checkpoint": {"S": "TRIM_HORIZON"}}
            item |= {"parents": {"SS": parents}} if parents else {}
            try:
                self.tables.put_item(TableName="leases", Item=item, ConditionExpression="attribute_not_exists(leaseKey)")
            except self.tables.exceptions.ConditionalCheckFailedException:
                pass
        items = self.tables.scan(TableName="leases", ConsistentRead=True)["Items"]
        return {item["leaseKey"]["S"]: item for item in items}

    def checkpoint(self, shard: str, at: str) -> None:
        self.tables.update_item(
            TableName="leases", Key={"leaseKey": {"S": shard}}, UpdateExpression="SET checkpoint = :at", ExpressionAttributeValues={":at": {"S": at}}
        )

    def read(self, shard: str, at: str) -> None:
        where = {"ShardIteratorType": at} if at == "TRIM_HORIZON" else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": at}
        iterator = self.kinesis.get_shard_iterator(StreamName=self.stream, ShardId=shard, **where)["ShardIterator"]
        while iterator:
            try:
                page = self.kinesis.get_records(ShardIterator=iterator, Limit=40)
            except self.kinesis.exceptions.ProvisionedThroughputExceededException:
                continue  # five reads a second: the call itself is the pause
            self.seen += [record["Data"].decode() for record in page["Records"]]
            if page["Records"]:
                self.checkpoint(shard, page["Records"][-1]["SequenceNumber"])
            iterator = page.get("NextShardIterator")
            if not iterator:
                assert page["ChildShards"]
                self.checkpoint(shard, "SHARD_END")
            elif not page["Records"]:
                return

    def run(self) -> None:
        """Reads until nothing is left: a shard only after its parents."""
        done = set()
        while True:
            leases = self.leases()
            over = {shard for shard, lease in leases.items() if lease["checkpoint"]["S"] == "SHARD_END"}
            free = [s for s in sorted(leases) if s not in done | over and all(p in over for p in leases[s].get("parents", {"SS": []})["SS"])]
            if not free:
                return
            self.read(free[0], leases[free[0]]["checkpoint"]["S"])
            done.add(free[0])


def test_a_reader_in_the_shape_of_the_kcl(cloud, account, kinesis):
    kinesis.create_stream(StreamName="s", ShardCount=1)
    table = {"AttributeDefinitions": [{"AttributeName": "leaseKey", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "leaseKey", "KeyType": "HASH"}]}
    cloud.client("dynamodb", account).create_table(TableName="leases", BillingMode="PAY_PER_REQUEST", **table)
    put = 0
    for shards in (1, 2, 3, 2, 4):
        if shards > 1:
            kinesis.update_shard_count(StreamName="s", TargetShardCount=shards, ScalingType="UNIFORM_SCALING")
        kinesis.put_records(StreamName="s", Records=[{"Data": f"{n % 7}:{n}".encode(), "PartitionKey": f"{n % 7}"} for n in range(put, put + 100)])
        put += 100
        if shards == 3:
            first = Worker(cloud, account, "s")
            first.run()
    second = Worker(cloud, account, "s")
    second.run()
    seen = first.seen + second.seen
    assert len(seen) == put, "each record once: the second goes on where the first ended"
    for key in range(7):
        numbers = [int(n) for k, n in (one.split(":") for one in seen) if k == f"{key}"]
        assert numbers == sorted(numbers), "a key's records come in order through every resharding"


def test_kill_9_loses_nothing_acknowledged(own_cloud):
    kinesis = own_cloud.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=4)
    acknowledged: dict[str, list[tuple[str, str]]] = {}
    lock = threading.Condition()

    def put(who: int, round_: int) -> None:
        # Without retries: the first call that fails is the last.
        client = own_cloud.client("kinesis", retries={"total_max_attempts": 1})
        for n in range(10_000):
            data = [f"{round_}:{who}:{n}:{i}" for i in range(3)]
            try:
                records = [{"Data": one.encode(), "PartitionKey": f"{who}{i}"} for i, one in enumerate(data)]
                answers = client.put_records(StreamName="s", Records=records)["Records"]
            except (BotoCoreError, ClientError, OSError):
                return
            with lock:
                for one, answer in zip(data, answers):
                    if "SequenceNumber" in answer:
                        acknowledged.setdefault(answer["ShardId"], []).append((answer["SequenceNumber"], one))
                lock.notify_all()

    for round_ in range(ROUNDS):
        writers = [threading.Thread(target=put, args=(who, round_)) for who in range(4)]
        for writer in writers:
            writer.start()
        with lock:
            count = lambda: sum(map(len, acknowledged.values()))  # noqa: E731
            enough = count() + random.randrange(1, 120)
            assert lock.wait_for(lambda: count() >= enough, timeout=60)
        own_cloud.crash()
        for writer in writers:
            writer.join()
    found = everything(kinesis, "s")
    for shard, records in found.items():
        numbers = [int(record["SequenceNumber"]) for record in records]
        assert numbers == sorted(set(numbers)), "order, and no number twice"
        there = {record["SequenceNumber"]: record["Data"].decode() for record in records}
        for number, data in acknowledged.get(shard, []):
            assert there.get(number) == data
    total = sum(map(len, acknowledged.values()))
    print(f"{ROUNDS} kills, {total} records acknowledged, {sum(map(len, found.values()))} there")
    assert total > 0
