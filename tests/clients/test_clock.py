"""The cloud's clock is moved and everything that depends on time follows, while clients keep their own."""

import http.client

import pytest
from harness.cloud import in_background
from harness.wire import json_call, presigned, send

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def sqs(own_cloud):
    return own_cloud.client("sqs")


@pytest.fixture
def queue(sqs):
    return sqs.create_queue(QueueName="timely")["QueueUrl"]


def bodies(sqs, queue, **more):
    return [m["Body"] for m in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, **more).get("Messages", [])]


def counts(sqs, queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
    values = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return tuple(int(values[name]) for name in names)


def test_a_message_in_flight_comes_back(own_cloud, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert bodies(sqs, queue) == ["x"]
    own_cloud.advance(28)
    assert bodies(sqs, queue) == [] and counts(sqs, queue) == (0, 1, 0)
    own_cloud.advance(2)
    assert counts(sqs, queue) == (1, 0, 0)
    assert bodies(sqs, queue, VisibilityTimeout=12 * HOUR) == ["x"]
    own_cloud.advance(12 * HOUR - 5)
    assert bodies(sqs, queue) == []
    own_cloud.advance(5)
    assert bodies(sqs, queue) == ["x"]


def test_a_delayed_message_comes_when_due(own_cloud, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="late", DelaySeconds=900)
    assert bodies(sqs, queue) == [] and counts(sqs, queue) == (0, 0, 1)
    own_cloud.advance(890)
    assert bodies(sqs, queue) == []
    own_cloud.advance(10)
    assert bodies(sqs, queue) == ["late"]


def test_a_long_poll_is_woken_by_a_jump(own_cloud, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="late", DelaySeconds=600)
    own_cloud.advance(590)
    waiting = in_background(lambda: bodies(own_cloud.client("sqs"), queue, WaitTimeSeconds=20))
    own_cloud.advance(15)
    assert waiting(timeout=30) == ["late"]


def test_a_jump_ends_a_long_poll_when_its_time_has_passed(own_cloud, sqs, queue):
    waiting = in_background(lambda: bodies(own_cloud.client("sqs"), queue, WaitTimeSeconds=20))
    while not waiting.done():
        own_cloud.advance(21)
    assert waiting() == []


def test_messages_are_kept_four_days(own_cloud, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="old")
    own_cloud.advance(4 * DAY - 10)
    sqs.send_message(QueueUrl=queue, MessageBody="young")
    assert sorted(bodies(sqs, queue, VisibilityTimeout=0)) == ["old", "young"]
    own_cloud.advance(10)
    assert bodies(sqs, queue, VisibilityTimeout=0) == ["young"] and counts(sqs, queue)[0] == 1
    own_cloud.advance(4 * DAY)
    assert bodies(sqs, queue) == [] and counts(sqs, queue) == (0, 0, 0)


def test_a_duplicate_is_remembered_five_minutes(own_cloud, sqs):
    queue = sqs.create_queue(QueueName="t.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
    first = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="g")["MessageId"]
    own_cloud.advance(5 * MINUTE - 10)
    assert sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="g")["MessageId"] == first
    own_cloud.advance(10)
    assert sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="g")["MessageId"] != first
    assert bodies(sqs, queue) == ["x", "x"]


def test_a_purge_may_follow_after_a_minute(own_cloud, sqs, queue):
    sqs.purge_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.PurgeQueueInProgress):
        sqs.purge_queue(QueueUrl=queue)
    own_cloud.advance(60)
    sqs.purge_queue(QueueUrl=queue)


def test_a_presigned_address_is_old_after_a_jump_and_a_new_one_is_fresh(own_cloud, sqs, queue):
    target = "/000000000000/timely?Action=GetQueueAttributes&Version=2012-11-05&AttributeName.1=QueueArn"
    address = presigned(own_cloud, "sqs", target, expires=HOUR)
    assert send(own_cloud, "GET", address, {}).status == 200
    own_cloud.advance(2 * HOUR)
    answer = send(own_cloud, "GET", address, {})
    assert answer.status == 403 and "expired" in answer.text.lower(), answer.text
    # A signature carries whole seconds: the next one is made in a later second than the jump.
    own_cloud_second_passes(own_cloud)
    assert send(own_cloud, "GET", presigned(own_cloud, "sqs", target, expires=HOUR), {}).status == 200


def own_cloud_second_passes(cloud):
    """Asks until the client's clock shows the next second; nothing here sleeps."""
    second = cloud.clock()["real"][:19]
    while cloud.clock()["real"][:19] == second:
        pass


def test_clients_keep_working_after_sixty_days(own_cloud, sqs, queue):
    own_cloud.advance(60 * DAY)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    (message,) = sqs.receive_message(QueueUrl=queue, AttributeNames=["SentTimestamp"])["Messages"]
    clock = own_cloud.clock()
    assert clock["offset_seconds"] == pytest.approx(60 * DAY, abs=1)
    assert abs(int(message["Attributes"]["SentTimestamp"]) / 1000 - real_seconds(clock) - 60 * DAY) < 60
    assert own_cloud.client("sts").get_caller_identity()["Account"] == "000000000000"
    assert json_call(own_cloud, "ListQueues", {}).headers["date"] == http_date(clock, own_cloud)


def real_seconds(clock) -> float:
    import datetime

    return datetime.datetime.fromisoformat(clock["real"].replace("Z", "+00:00")).timestamp()


def http_date(clock, cloud) -> str:
    """The `Date` of an answer of the cloud's own endpoint, asked for now."""
    for _ in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=30)
        connection.request("POST", "/", b"{}", {"X-Amz-Target": "AmazonSQS.ListQueues", "Content-Type": "application/x-amz-json-1.0"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.headers["date"]


def test_a_frozen_clock_stands_and_hangs_nobody(own_cloud, sqs, queue):
    own_cloud.clock({"freeze": True})
    first = own_cloud.clock()
    assert first["frozen"] and own_cloud.clock()["now"] == first["now"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert bodies(sqs, queue, VisibilityTimeout=1) == ["x"]
    assert bodies(sqs, queue, WaitTimeSeconds=2) == [], "two real seconds end the wait, and bring nothing back"
    own_cloud.advance(1)
    assert own_cloud.clock()["frozen"]
    assert bodies(sqs, queue) == ["x"]
    own_cloud.clock({"resume": True})
    second = own_cloud.clock()
    assert not second["frozen"]
    while own_cloud.clock()["now"] == second["now"]:
        pass


def test_the_clock_is_set(own_cloud, sqs, queue):
    own_cloud.clock({"set": "2030-06-01T12:00:00Z"})
    assert own_cloud.clock()["now"].startswith("2030-06-01T12:0")
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert bodies(sqs, queue) == ["x"]
    created = sqs.get_queue_attributes(QueueUrl=sqs.create_queue(QueueName="future")["QueueUrl"], AttributeNames=["CreatedTimestamp"])
    assert int(created["Attributes"]["CreatedTimestamp"]) >= 1_906_545_600


def test_the_command_moves_it_too(own_cloud):
    own_cloud.run("clock", "advance", "60d")
    assert own_cloud.clock()["offset_seconds"] == pytest.approx(60 * DAY, abs=1)
    assert str(own_cloud.clock()["now"])[:10] in own_cloud.run("clock", "now")
    own_cloud.run("clock", "freeze")
    assert own_cloud.clock()["frozen"]
    own_cloud.run("clock", "resume")
    assert not own_cloud.clock()["frozen"]
