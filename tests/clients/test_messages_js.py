"""Streams and events with the stock AWS SDK for JavaScript, run by node."""

import json

from harness.node import scenario


def test_enhanced_fan_out_over_http2(own_cloud, node_modules):
    kinesis = own_cloud.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    own_cloud.advance(5)
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    own_cloud.advance(5)
    for n in range(3):
        kinesis.put_record(StreamName="s", PartitionKey="k", Data=f"r{n}".encode())
    seen = scenario("messages.mjs", "subscribe", own_cloud, "test", node_modules, CONSUMER=consumer)
    assert seen == ["r0", "r1", "r2"]


def test_events_reach_a_queue(own_cloud, node_modules):
    sqs = own_cloud.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allowed]})})
    saw = scenario("messages.mjs", "events", own_cloud, "test", node_modules, QUEUE_ARN=arn)
    assert saw["failed"] == 1 and saw["codes"] == ["", "MalformedDetail"]
    assert saw["modelled"] and saw["message"] == "Rule missing does not exist on EventBus default."
    [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert json.loads(message["Body"])["detail"] == {"n": 1}
