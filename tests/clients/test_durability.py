"""What was acknowledged is there after `kill -9`: queues, messages, what is in flight, order, duplicates, tags, the clock."""

import json

import pytest

FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


@pytest.fixture
def sqs(own_cloud):
    return own_cloud.client("sqs")


def receive(sqs, queue, **more):
    return sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, **more).get("Messages", [])


def test_queues_with_attributes_tags_and_policies(own_cloud, sqs):
    attributes = {"VisibilityTimeout": "77", "DelaySeconds": "3", "MaximumMessageSize": "2048"}
    queue = sqs.create_queue(QueueName="kept", Attributes=attributes, tags={"team": "blue"})["QueueUrl"]
    sqs.add_permission(QueueUrl=queue, Label="l", AWSAccountIds=["111122223333"], Actions=["SendMessage"])
    sqs.delete_queue(QueueUrl=sqs.create_queue(QueueName="deleted")["QueueUrl"])
    before = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    own_cloud.crash()
    assert sqs.list_queues()["QueueUrls"] == [queue]
    assert sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"] == before
    assert json.loads(before["Policy"])["Statement"][0]["Sid"] == "l"
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"team": "blue"}


def test_messages_whole_and_deletes_for_good(own_cloud, sqs):
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    given = {"b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    sent = {}
    for n in range(50):
        sent[sqs.send_message(QueueUrl=queue, MessageBody=f"body {n}", MessageAttributes=given)["MessageId"]] = f"body {n}"
    for message in receive(sqs, queue):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        del sent[message["MessageId"]]
    own_cloud.crash()
    seen = {}
    while messages := receive(sqs, queue, MessageAttributeNames=["All"]):
        for message in messages:
            assert message["MessageAttributes"] == given
            seen[message["MessageId"]] = message["Body"]
    assert seen == sent


def test_what_is_in_flight_stays_so_and_its_handle_works(own_cloud, sqs):
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    for body in ("deleted later", "comes back"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    held = {}
    while len(held) < 2:
        held |= {m["Body"]: m["ReceiptHandle"] for m in receive(sqs, queue, VisibilityTimeout=600)}
    own_cloud.crash()
    assert receive(sqs, queue) == []
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=held["deleted later"])
    own_cloud.advance(600)
    (message,) = receive(sqs, queue, AttributeNames=["ApproximateReceiveCount"])
    assert (message["Body"], message["Attributes"]["ApproximateReceiveCount"]) == ("comes back", "2")


def test_order_duplicates_and_blocked_groups(own_cloud, sqs):
    queue = sqs.create_queue(QueueName="kept.fifo", Attributes=FIFO)["QueueUrl"]
    sent = [sqs.send_message(QueueUrl=queue, MessageBody=f"{n}", MessageGroupId="g") for n in range(5)]
    (first,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    own_cloud.crash()
    assert receive(sqs, queue) == [], "the group is blocked"
    again = sqs.send_message(QueueUrl=queue, MessageBody="3", MessageGroupId="g")
    assert (again["MessageId"], again["SequenceNumber"]) == (sent[3]["MessageId"], sent[3]["SequenceNumber"])
    later = sqs.send_message(QueueUrl=queue, MessageBody="5", MessageGroupId="g")
    assert later["SequenceNumber"] > sent[-1]["SequenceNumber"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"])
    assert [m["Body"] for m in receive(sqs, queue)] == ["1", "2", "3", "4", "5"]


def test_a_purge_is_for_good_and_remembered(own_cloud, sqs):
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": str(n), "MessageBody": "x"} for n in range(10)])
    sqs.purge_queue(QueueUrl=queue)
    own_cloud.crash()
    assert receive(sqs, queue) == []
    with pytest.raises(sqs.exceptions.PurgeQueueInProgress):
        sqs.purge_queue(QueueUrl=queue)


def test_a_move_task_goes_on(own_cloud, sqs):
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:000000000000:"
    redrive = json.dumps({"deadLetterTargetArn": arn + "dead", "maxReceiveCount": 1})
    source = sqs.create_queue(QueueName="source", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    for start in range(0, 60, 10):
        sqs.send_message_batch(QueueUrl=dead, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)])
    sqs.start_message_move_task(SourceArn=arn + "dead", DestinationArn=arn + "source", MaxNumberOfMessagesPerSecond=1)
    own_cloud.crash()
    own_cloud.advance(120)
    for _ in range(1000):
        (task,) = sqs.list_message_move_tasks(SourceArn=arn + "dead")["Results"]
        if task["Status"] == "COMPLETED":
            break
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 60)
    seen = set()
    while messages := receive(sqs, source):
        seen |= {m["Body"] for m in messages}
    assert seen == {str(n) for n in range(60)}


def test_the_clock(own_cloud, sqs):
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=900)
    own_cloud.advance(86_400 * 3)
    before = own_cloud.clock()
    own_cloud.crash()
    after = own_cloud.clock()
    assert after["offset_seconds"] == pytest.approx(before["offset_seconds"], abs=0.01)
    assert after["now"] >= before["now"]
    assert len(receive(sqs, queue)) == 1, "signatures are still good, and the message is due"
    own_cloud.clock({"freeze": True})
    frozen = own_cloud.clock()["now"]
    own_cloud.crash()
    assert own_cloud.clock()["now"] == frozen and own_cloud.clock()["frozen"]


def test_the_authority_that_clients_trust(own_cloud):
    before = own_cloud.run("ca")
    own_cloud.crash()
    assert own_cloud.run("ca") == before


def test_ten_crashes_in_a_row(own_cloud, sqs):
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sent = set()
    for n in range(10):
        sent.add(sqs.send_message(QueueUrl=queue, MessageBody=str(n))["MessageId"])
        own_cloud.crash()
    seen = set()
    while messages := receive(sqs, queue):
        seen |= {m["MessageId"] for m in messages}
    assert seen == sent
