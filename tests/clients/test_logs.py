"""CloudWatch Logs with boto3 and the stock CLI: events there and back, filtered and queried; a live tail; subscriptions to a stream;
and nothing acknowledged is lost by `kill -9`.

`aws logs tail` is of version 2 of the CLI alone, which PyPI does not have. What it calls is FilterLogEvents, page by page, from the last
event's time on, which `test_tail_follow` does in its words.
"""

import gzip
import json
import os
import random
import subprocess
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from test_cli import AWS

ROUNDS = int(os.environ.get("LOGS_KILLS", "5"))
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"},
    }
)
ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


@pytest.fixture
def logs(cloud, account):
    return cloud.client("logs", account)


def now() -> int:
    return int(time.time() * 1000)


def put(logs, texts, group="g", stream="s"):
    return logs.put_log_events(
        logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": now(), "message": text} for text in texts]
    )


@pytest.fixture
def group(logs):
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    return "g"


def test_events_there_and_back(logs, group):
    put(logs, [f"m{n}" for n in range(250)])
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, PaginationConfig={"PageSize": 100})
    assert [event["message"] for page in pages for event in page["events"]] == [f"m{n}" for n in range(250)]
    first = logs.get_log_events(logGroupName=group, logStreamName="s", limit=2)
    assert [event["message"] for event in first["events"]] == ["m248", "m249"]
    again = logs.get_log_events(logGroupName=group, logStreamName="s", nextToken=first["nextForwardToken"])
    assert again["events"] == [] and again["nextForwardToken"] == first["nextForwardToken"]
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="The specified log stream does not exist."):
        put(logs, ["m"], stream="none")


def test_a_query(logs, group):
    put(logs, [json.dumps({"level": level, "ms": ms}) for level, ms in [("ERROR", 100), ("INFO", 10), ("ERROR", 50)]])
    at = now() // 1000
    query = "stats count(*) as n, avg(ms) as mean by level | sort level"
    started = logs.start_query(logGroupName=group, startTime=at - 60, endTime=at + 60, queryString=query)
    while (answer := logs.get_query_results(queryId=started["queryId"]))["status"] in ("Scheduled", "Running"):
        pass  # the call itself is the pause
    rows = [{field["field"]: field["value"] for field in row} for row in answer["results"]]
    assert rows == [{"level": "ERROR", "n": "2", "mean": "75"}, {"level": "INFO", "n": "1", "mean": "10"}]
    assert answer["statistics"]["recordsScanned"] == 3
    with pytest.raises(logs.exceptions.MalformedQueryException) as wrong:
        logs.start_query(logGroupName=group, startTime=at, endTime=at, queryString="fields @message | nonsense")
    assert wrong.value.response["queryCompileError"]["location"]["startCharOffset"] == 18


def test_tail_follow(cloud, account, logs, group):
    """As `aws logs tail --follow`: pages until there are no more, then from the last event's time on, without those seen."""
    seen, ids, since, enough = [], set(), now() - 1000, threading.Event()

    def follow():
        client, start = cloud.client("logs", account), since
        while not enough.is_set():
            for page in client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start, interleaved=True):
                for event in page["events"]:
                    if event["eventId"] not in ids:
                        ids.add(event["eventId"])
                        seen.append(event["message"])
                    start = max(start, event["timestamp"])
                    if len(seen) == 30:
                        enough.set()

    follower = threading.Thread(target=follow)
    follower.start()
    for n in range(30):
        put(logs, [f"m{n}"])
    found = enough.wait(60)
    enough.set()
    follower.join()
    assert found
    assert seen == [f"m{n}" for n in range(30)]


def test_a_live_tail(cloud, account, logs, group):
    arn = logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
    client = cloud.client("logs", account, inject_host_prefix=False)
    stream = client.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern="ERROR")["responseStream"]
    events = iter(stream)
    assert "sessionStart" in next(events)
    put(logs, ["INFO", "ERROR 1", "ERROR 2"])
    found = []
    while len(found) < 2:
        found += [event["message"] for event in next(events)["sessionUpdate"]["sessionResults"]]
    assert found == ["ERROR 1", "ERROR 2"]
    stream.close()


def test_the_stock_cli(cloud, account):
    def aws(*arguments):
        done = subprocess.run([AWS, "logs", *arguments, "--output", "json"], env=cloud.environment(account), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    aws("create-log-group", "--log-group-name", "/cli")
    aws("create-log-stream", "--log-group-name", "/cli", "--log-stream-name", "s")
    aws("put-log-events", "--log-group-name", "/cli", "--log-stream-name", "s", "--log-events", f"timestamp={now()},message=hello")
    found = aws("filter-log-events", "--log-group-name", "/cli", "--filter-pattern", "hello")
    assert [event["message"] for event in found["events"]] == ["hello"]
    at = now() // 1000
    times = ["--start-time", str(at - 60), "--end-time", str(at + 60)]
    query = aws("start-query", "--log-group-name", "/cli", "--query-string", "fields @message", *times)["queryId"]
    while (answer := aws("get-query-results", "--query-id", query))["status"] != "Complete":
        assert answer["status"] in ("Scheduled", "Running")
    assert answer["results"][0][0] == {"field": "@message", "value": "hello"}


def everything(kinesis) -> list[str]:
    iterator = kinesis.get_shard_iterator(StreamName="k", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")
    iterator, found = iterator["ShardIterator"], []
    while True:
        try:
            page = kinesis.get_records(ShardIterator=iterator)
        except kinesis.exceptions.ProvisionedThroughputExceededException:
            continue  # five reads a second: the call itself is the pause
        for record in page["Records"]:
            envelope = json.loads(gzip.decompress(record["Data"]))
            if envelope["messageType"] == "DATA_MESSAGE":
                found += [event["message"] for event in envelope["logEvents"]]
        if not page["Records"]:
            return found
        iterator = page["NextShardIterator"]


def test_kill_9_loses_nothing_acknowledged_here_or_at_a_subscriber(own_cloud):
    logs, kinesis, iam = (own_cloud.client(name) for name in ("logs", "kinesis", "iam"))
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=ANYTHING)
    kinesis.create_stream(StreamName="k", ShardCount=1)
    to = kinesis.describe_stream_summary(StreamName="k")["StreamDescriptionSummary"]["StreamARN"]
    logs.create_log_group(logGroupName="g")
    for who in range(3):
        logs.create_log_stream(logGroupName="g", logStreamName=f"s{who}")
    logs.put_subscription_filter(logGroupName="g", filterName="f", filterPattern="", destinationArn=to, roleArn=role)
    acknowledged, lock = [], threading.Condition()

    def write(who: int, round_: int) -> None:
        # Without retries: the first call that fails is the last.
        client = own_cloud.client("logs", retries={"total_max_attempts": 1})
        for n in range(10_000):
            texts = [f"{round_}:{who}:{n}:{i}" for i in range(3)]
            try:
                put(client, texts, stream=f"s{who}")
            except (BotoCoreError, ClientError, OSError):
                return
            with lock:
                acknowledged.extend(texts)
                lock.notify_all()

    for round_ in range(ROUNDS):
        writers = [threading.Thread(target=write, args=(who, round_)) for who in range(3)]
        for writer in writers:
            writer.start()
        with lock:
            enough = len(acknowledged) + random.randrange(3, 90)
            assert lock.wait_for(lambda: len(acknowledged) >= enough, timeout=60)
        own_cloud.crash()
        for writer in writers:
            writer.join()
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="g")
    there = [event["message"] for page in pages for event in page["events"]]
    assert len(there) == len(set(there)) and set(acknowledged) <= set(there)
    for _ in range(1_000):  # each look is some calls, which are the pause
        if set(there) <= set(sent := everything(kinesis)):
            break
    assert set(there) <= set(sent)
    print(f"{ROUNDS} kills, {len(acknowledged)} events acknowledged, {len(there)} there, {len(sent)} sent on")
