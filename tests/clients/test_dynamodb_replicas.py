"""A global table whose clients write in two regions at once while the cloud is killed again and again.

Every call is kept with its moments, and at last both replicas are held against them: they are the same, no acknowledged write is
lost, and the last writer has won. `REPLICA_KILLS` says how often the cloud is killed (4 unless set).
"""

import itertools
import os
import random
import threading

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

KILLS = int(os.environ.get("REPLICA_KILLS", "4"))
REGIONS = ("us-east-1", "eu-west-1")
# Acknowledged writes after which the cloud is killed.
BETWEEN = 150
KEYS = [f"key-{number}" for number in range(12)]


class History:
    """Every write: its key, its value, none where it deleted, and the moments between which it happened; none where nobody knows."""

    def __init__(self):
        self.lock, self.moments, self.writes = threading.Lock(), itertools.count(), []
        self.acknowledged = threading.Semaphore(0)

    def moment(self) -> int:
        with self.lock:
            return next(self.moments)

    def note(self, key: str, value: str | None, start: int, end: int | None) -> None:
        with self.lock:
            self.writes.append((key, value, start, end))
        if end is not None:
            self.acknowledged.release()

    def may_be_last(self, key: str) -> set[str | None]:
        """Values that may win: those of writes that no acknowledged one began after."""
        of_key = [write for write in self.writes if write[0] == key]
        done = [start for _, _, start, end in of_key if end is not None]
        newest = max(done, default=-1)
        values = {value for _, value, _, end in of_key if end is None or end >= newest}
        return values if done else values | {None}


def write(cloud, region: str, seed: int, history: History, stop: threading.Event) -> None:
    """Puts, updates and deletes at random, in one region, until told to stop."""
    draw, client = random.Random(seed), table_client(cloud, region)
    for number in itertools.count():
        if stop.is_set():
            return
        key, value = draw.choice(KEYS), f"{region}/{seed}/{number}"
        deed = draw.choice(("put", "put", "update", "delete"))
        start = history.moment()
        try:
            if deed == "put":
                client.put_item(TableName="spread", Item={"k": {"S": key}, "v": {"S": value}})
            elif deed == "update":
                client.update_item(TableName="spread", Key={"k": {"S": key}}, UpdateExpression="SET v = :v", ExpressionAttributeValues={":v": {"S": value}})
            else:
                client.delete_item(TableName="spread", Key={"k": {"S": key}})
            end = history.moment()
        except (ClientError, ConnectionError, HTTPClientError):
            end = None
        history.note(key, None if deed == "delete" else value, start, end)
        if end is None:
            stop.wait(0.01)  # the cloud is down; asking on would only fill the history


def table_client(cloud, region: str):
    return cloud.client("dynamodb", region=region, retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)


def contents(client) -> dict[str, str]:
    pages = client.get_paginator("scan").paginate(TableName="spread", ConsistentRead=True)
    return {item["k"]["S"]: item["v"]["S"] for page in pages for item in page["Items"]}


def wait_until(cloud, true, tries: int = 1_000):
    """Replicas are told of writes by the cloud's clock, which is moved until they were."""
    for _ in range(tries):
        if true():
            return
        cloud.advance(1)
    raise TimeoutError


def test_replicas_agree_after_kills_and_the_last_writer_wins(own_cloud):
    home, away = (own_cloud.client("dynamodb", region=region) for region in REGIONS)
    home.create_table(
        TableName="spread", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    home.update_table(TableName="spread", ReplicaUpdates=[{"Create": {"RegionName": REGIONS[1]}}])
    ready = lambda: all(replica["ReplicaStatus"] == "ACTIVE" for replica in away.describe_table(TableName="spread")["Table"]["Replicas"])
    wait_until(own_cloud, ready)
    history, stop = History(), threading.Event()
    writers = [threading.Thread(target=write, args=(own_cloud, region, seed, history, stop)) for seed, region in enumerate(REGIONS * 2)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(KILLS):
            for _ in range(BETWEEN):
                assert history.acknowledged.acquire(timeout=60), "nothing was acknowledged for a minute"
            own_cloud.crash()
        for _ in range(BETWEEN):
            assert history.acknowledged.acquire(timeout=60)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    try:
        wait_until(own_cloud, lambda: contents(home) == contents(away))
    except TimeoutError:
        assert contents(home) == contents(away)
    held = contents(home)
    for key in KEYS:
        assert held.get(key) in history.may_be_last(key), (key, held.get(key), [w for w in history.writes if w[0] == key][-20:])
    assert {write[1] for write in history.writes if write[3] is None}, "no kill met a call under way"
