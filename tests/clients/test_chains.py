"""Messages through several services and through `kill -9`: nothing acknowledged is lost, and a queue gets nothing twice."""

import json
import os
import threading

from botocore.exceptions import BotoCoreError, ClientError
from harness.identity import allow, role, trust

ROUNDS = int(os.environ.get("CHAIN_KILLS", "3"))


def queue(sqs, name: str, sender: str = "sns.amazonaws.com") -> tuple[str, str]:
    """A queue that a service may send to: its URL and ARN."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": sender}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


def drained(sqs, url: str) -> list[str]:
    bodies, empty = [], 0
    while empty < 3:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=3600)
        bodies += [message["Body"] for message in answer.get("Messages", [])]
        empty = 0 if answer.get("Messages") else empty + 1
    return bodies


def storm(cloud, service: str, send) -> set[str]:
    """Three clients send, and after every thirty answers the cloud is killed; what was acknowledged."""
    acknowledged, more = set(), threading.Condition()

    def work(who: int, round_: int) -> None:
        client = cloud.client(service, retries={"total_max_attempts": 1})
        for n in range(10_000):
            try:
                send(client, f"{round_}.{who}.{n}")
            except (BotoCoreError, ClientError):  # the kill
                return
            with more:
                acknowledged.add(f"{round_}.{who}.{n}")
                more.notify_all()

    for round_ in range(ROUNDS):
        writers = [threading.Thread(target=work, args=(who, round_)) for who in range(3)]
        for writer in writers:
            writer.start()
        with more:
            enough = len(acknowledged) + 30
            assert more.wait_for(lambda: len(acknowledged) >= enough, timeout=60)
        cloud.crash()
        for writer in writers:
            writer.join()
    return acknowledged


def exactly(acknowledged: set[str], bodies: list[str]) -> None:
    """What was sent without an answer may have arrived; what was answered has, and nothing twice."""
    print(f"{len(acknowledged)} acknowledged, {len(bodies)} arrived, {len(bodies) - len(set(bodies))} twice")
    assert acknowledged <= set(bodies), "nothing lost"
    assert len(bodies) == len(set(bodies)), "nothing twice"


def test_a_topic_reaches_each_queue_once(own_cloud):
    sns, sqs = own_cloud.client("sns"), own_cloud.client("sqs")
    topic = sns.create_topic(Name="t")["TopicArn"]
    queues = [queue(sqs, f"q{n}") for n in range(3)]
    for _, arn in queues:
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    acknowledged = storm(own_cloud, "sns", lambda client, text: client.publish(TopicArn=topic, Message=text))
    for url, _ in queues:
        exactly(acknowledged, drained(sqs, url))


def test_events_reach_the_queues_of_their_rules_once(own_cloud):
    events, sqs = own_cloud.client("events"), own_cloud.client("sqs")
    urls = []
    for n in range(2):
        url, arn = queue(sqs, f"q{n}", "events.amazonaws.com")
        events.put_rule(Name=f"r{n}", EventPattern=json.dumps({"source": ["chain"]}))
        events.put_targets(Rule=f"r{n}", Targets=[{"Id": "q", "Arn": arn, "InputPath": "$.detail.text"}])
        urls.append(url)

    def put(client, text: str) -> None:
        answer = client.put_events(Entries=[{"Source": "chain", "DetailType": "t", "Detail": json.dumps({"text": text})}])
        assert answer["FailedEntryCount"] == 0

    acknowledged = storm(own_cloud, "events", put)
    for url in urls:
        exactly(acknowledged, [json.loads(body) for body in drained(sqs, url)])


def test_records_reach_the_bucket(own_cloud):
    kinesis, firehose = own_cloud.client("kinesis"), own_cloud.client("firehose")
    s3 = own_cloud.client("s3", s3={"addressing_style": "path"})
    s3.create_bucket(Bucket="chain-end")
    arn = role(own_cloud.client("iam"), "firehose", trust({"Service": "firehose.amazonaws.com"}), allow(["s3:*", "kinesis:*"]))
    kinesis.create_stream(StreamName="source", ShardCount=2)
    stream = kinesis.describe_stream_summary(StreamName="source")["StreamDescriptionSummary"]["StreamARN"]
    to = {"RoleARN": arn, "BucketARN": "arn:aws:s3:::chain-end", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}}
    source = {"KinesisStreamARN": stream, "RoleARN": arn}
    firehose.create_delivery_stream(
        DeliveryStreamName="d", DeliveryStreamType="KinesisStreamAsSource", KinesisStreamSourceConfiguration=source, ExtendedS3DestinationConfiguration=to
    )
    own_cloud.advance(5)
    acknowledged = set()
    for round_ in range(ROUNDS):
        records = [{"Data": f"{round_}-{n}\n".encode(), "PartitionKey": str(n)} for n in range(50)]
        answers = kinesis.put_records(StreamName="source", Records=records)["Records"]
        acknowledged |= {r["Data"].decode().strip() for r, answer in zip(records, answers) if "SequenceNumber" in answer}
        own_cloud.crash()
    for _ in range(6):
        own_cloud.advance(70)
    lines = []
    for item in s3.list_objects_v2(Bucket="chain-end").get("Contents", []):
        lines += s3.get_object(Bucket="chain-end", Key=item["Key"])["Body"].read().decode().split()
    print(f"{len(acknowledged)} acknowledged, {len(lines)} lines, {len(lines) - len(set(lines))} twice")
    assert acknowledged and acknowledged <= set(lines), "nothing lost"
