"""Every SQS operation through stock boto3: what it does, and the code, text and status of what it refuses."""

import hashlib
import json

import pytest
from botocore.exceptions import ClientError
from harness.cloud import in_background

ARN = "arn:aws:sqs:us-east-1:{account}:{name}"
MISSING_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", 400)


def refused(call, *arguments, **keywords) -> tuple[str, str, int]:
    """Code, message and status of the refusal."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **keywords)
    answer = caught.value.response
    assert answer["Error"]["Type"] == "Sender"
    assert answer["ResponseMetadata"]["RequestId"]
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def bodies(answer) -> list[str]:
    return [message["Body"] for message in answer.get("Messages", [])]


def receive(sqs, queue, count=10, **more):
    return sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=count, **more).get("Messages", [])


def attributes(sqs, queue, *names):
    return sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=list(names) or ["All"])["Attributes"]


# Queues.


def test_create_queue_and_get_queue_url(sqs, account, cloud):
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    assert url == f"{cloud.endpoint}/{account}/orders"
    assert sqs.get_queue_url(QueueName="orders")["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName="orders", QueueOwnerAWSAccountId=account)["QueueUrl"] == url


def test_create_queue_again_gives_the_same_queue_unless_attributes_differ(sqs):
    first = sqs.create_queue(QueueName="again", Attributes={"DelaySeconds": "5"})["QueueUrl"]
    assert sqs.create_queue(QueueName="again", Attributes={"DelaySeconds": "5"})["QueueUrl"] == first
    assert sqs.create_queue(QueueName="again")["QueueUrl"] == first
    assert refused(sqs.create_queue, QueueName="again", Attributes={"DelaySeconds": "6"}) == (
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
        400,
    )


@pytest.mark.parametrize("name", ["a" * 81, "white space", "dot.ted", "ünicode"])
def test_create_queue_refuses_names(sqs, name):
    code, _, status = refused(sqs.create_queue, QueueName=name)
    assert (code, status) == ("InvalidParameterValue", 400)


@pytest.mark.parametrize(
    "name, values, code",
    [
        ("q", {"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ("q", {"VisibilityTimeout": "-1"}, "InvalidAttributeValue"),
        ("q", {"DelaySeconds": "901"}, "InvalidAttributeValue"),
        ("q", {"MaximumMessageSize": "1023"}, "InvalidAttributeValue"),
        ("q", {"MaximumMessageSize": "1048577"}, "InvalidAttributeValue"),
        ("q", {"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
        ("q", {"MessageRetentionPeriod": "1209601"}, "InvalidAttributeValue"),
        ("q", {"ReceiveMessageWaitTimeSeconds": "21"}, "InvalidAttributeValue"),
        ("q", {"Nonsense": "1"}, "InvalidAttributeName"),
        ("q", {"FifoQueue": "true"}, "InvalidParameterValue"),
        ("q.fifo", {}, "InvalidParameterValue"),
    ],
)
def test_create_queue_refuses_attributes(sqs, name, values, code):
    refusal = refused(sqs.create_queue, QueueName=name, Attributes=values)
    assert (refusal[0], refusal[2]) == (code, 400)


def test_list_queues_by_prefix_and_page(sqs):
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("a-1", "a-2", "a-3", "b-1")]
    assert sorted(sqs.list_queues()["QueueUrls"]) == urls
    assert sorted(sqs.list_queues(QueueNamePrefix="a-")["QueueUrls"]) == urls[:3]
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="c")
    pages = list(sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["QueueUrls"]) for page in pages] == [3, 1]
    assert sorted(url for page in pages for url in page["QueueUrls"]) == urls


def test_queues_of_accounts_and_regions_are_apart(cloud, sqs, account, queue):
    assert "QueueUrls" not in cloud.client("sqs", account, region="eu-west-1").list_queues()
    assert "QueueUrls" not in cloud.client("sqs", cloud.new_account()).list_queues()
    elsewhere = cloud.client("sqs", account, region="eu-west-1")
    there = elsewhere.create_queue(QueueName="work")["QueueUrl"]
    elsewhere.send_message(QueueUrl=there, MessageBody="over there")
    assert receive(sqs, queue) == []
    arn = attributes(elsewhere, there, "QueueArn")["QueueArn"]
    assert arn == f"arn:aws:sqs:eu-west-1:{account}:work"


def test_get_queue_attributes_of_a_new_queue(sqs, queue, account):
    every = attributes(sqs, queue)
    created = int(every.pop("CreatedTimestamp"))
    assert created > 1_700_000_000 and int(every.pop("LastModifiedTimestamp")) == created
    assert every == {
        "QueueArn": ARN.format(account=account, name="work"),
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "VisibilityTimeout": "30",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
    }


def test_get_queue_attributes_of_a_fifo_queue(sqs, fifo):
    every = attributes(sqs, fifo)
    assert {name: every[name] for name in ("FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")} == {
        "FifoQueue": "true",
        "ContentBasedDeduplication": "true",
        "DeduplicationScope": "queue",
        "FifoThroughputLimit": "perQueue",
    }


def test_get_queue_attributes_refuses_unknown_names(sqs, queue):
    assert refused(sqs.get_queue_attributes, QueueUrl=queue, AttributeNames=["Nonsense"]) == (
        "InvalidAttributeName",
        "Unknown Attribute Nonsense.",
        400,
    )


def test_set_queue_attributes(sqs, queue):
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "7", "DelaySeconds": "3"})
    assert attributes(sqs, queue, "VisibilityTimeout", "DelaySeconds") == {"VisibilityTimeout": "7", "DelaySeconds": "3"}
    for values, code in [
        ({"FifoQueue": "true"}, "InvalidAttributeName"),
        ({"Nonsense": "1"}, "InvalidAttributeName"),
        ({"VisibilityTimeout": "soon"}, "InvalidAttributeValue"),
        ({"Policy": "no json"}, "InvalidAttributeValue"),
    ]:
        refusal = refused(sqs.set_queue_attributes, QueueUrl=queue, Attributes=values)
        assert (refusal[0], refusal[2]) == (code, 400), values


def test_delete_queue(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="gone with it")
    sqs.delete_queue(QueueUrl=queue)
    assert refused(sqs.get_queue_url, QueueName="work") == MISSING_QUEUE
    assert refused(sqs.send_message, QueueUrl=queue, MessageBody="x") == MISSING_QUEUE
    assert "QueueUrls" not in sqs.list_queues()


def test_a_missing_queue_is_told_by_every_operation(sqs, cloud, account):
    url = f"{cloud.endpoint}/{account}/nowhere"
    entry = [{"Id": "1", "ReceiptHandle": "x"}]
    for call in [
        lambda: sqs.receive_message(QueueUrl=url),
        lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]),
        lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "1"}),
        lambda: sqs.delete_queue(QueueUrl=url),
        lambda: sqs.purge_queue(QueueUrl=url),
        lambda: sqs.list_queue_tags(QueueUrl=url),
        lambda: sqs.tag_queue(QueueUrl=url, Tags={"a": "b"}),
        lambda: sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "x"}]),
        lambda: sqs.delete_message_batch(QueueUrl=url, Entries=entry),
        lambda: sqs.list_dead_letter_source_queues(QueueUrl=url),
    ]:
        assert refused(call) == MISSING_QUEUE


def test_tags(sqs, account):
    queue = sqs.create_queue(QueueName="tagged", tags={"team": "blue"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=queue, Tags={"cost": "7", "team": "red", "ünï": "é"})
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"team": "red", "cost": "7", "ünï": "é"}
    sqs.untag_queue(QueueUrl=queue, TagKeys=["cost", "never there", "ünï"])
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"team": "red"}
    sqs.untag_queue(QueueUrl=queue, TagKeys=["team"])
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=queue)


def test_permissions_edit_the_policy(sqs, queue, account):
    sqs.add_permission(QueueUrl=queue, Label="reader", AWSAccountIds=["111122223333"], Actions=["ReceiveMessage"])
    policy = json.loads(attributes(sqs, queue, "Policy")["Policy"])
    assert policy["Statement"] == [
        {
            "Sid": "reader",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "SQS:ReceiveMessage",
            "Resource": ARN.format(account=account, name="work"),
        }
    ]
    twice = dict(QueueUrl=queue, Label="reader", AWSAccountIds=["111122223333"], Actions=["SendMessage"])
    assert refused(sqs.add_permission, **twice) == (
        "InvalidParameterValue",
        "Value reader for parameter Label is invalid. Reason: Already exists.",
        400,
    )
    sqs.remove_permission(QueueUrl=queue, Label="reader")
    assert "Policy" not in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"]).get("Attributes", {})
    assert refused(sqs.remove_permission, QueueUrl=queue, Label="reader") == (
        "InvalidParameterValue",
        "Value reader for parameter Label is invalid. Reason: can't find label.",
        400,
    )


# Messages.


def test_send_receive_delete(sqs, queue, account):
    body = "hello, ünï ✓ 🚀 \t\n<&>\"'"
    sent = sqs.send_message(QueueUrl=queue, MessageBody=body)
    assert sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest()
    assert "SequenceNumber" not in sent
    (message,) = receive(sqs, queue, MessageSystemAttributeNames=["All"])
    assert (message["MessageId"], message["Body"], message["MD5OfBody"]) == (sent["MessageId"], body, sent["MD5OfMessageBody"])
    system = message["Attributes"]
    assert system["ApproximateReceiveCount"] == "1"
    assert int(system["ApproximateFirstReceiveTimestamp"]) >= int(system["SentTimestamp"]) > 1_700_000_000_000
    assert system["SenderId"]
    assert receive(sqs, queue) == []
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    counts = attributes(sqs, queue, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    assert set(counts.values()) == {"0"}


def test_message_attributes_and_their_digest(sqs, queue):
    given = {
        "text": {"DataType": "String", "StringValue": "✓"},
        "count": {"DataType": "Number.int", "StringValue": "42"},
        "bytes": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
        "trace.id": {"DataType": "String.uuid", "StringValue": "x"},
    }
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5e1b4151-5ac6c58f5b5daa6532f1a1a1"}}
    sent = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=given, MessageSystemAttributes=header)
    assert sent["MD5OfMessageSystemAttributes"] and sent["MD5OfMessageAttributes"]
    (message,) = receive(sqs, queue, MessageAttributeNames=["All"], AttributeNames=["AWSTraceHeader"], VisibilityTimeout=0)
    assert message["MessageAttributes"] == given
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"] == {"AWSTraceHeader": header["AWSTraceHeader"]["StringValue"]}
    for names, expected in [(["text"], {"text"}), (["trace.*"], {"trace.id"}), ([".*"], set(given)), (["absent"], set())]:
        (message,) = receive(sqs, queue, MessageAttributeNames=names, VisibilityTimeout=0)
        assert set(message.get("MessageAttributes", {})) == expected, names
    (message,) = receive(sqs, queue, VisibilityTimeout=0)
    assert "MessageAttributes" not in message and "Attributes" not in message


@pytest.mark.parametrize(
    "more, code, text",
    [
        ({"MessageBody": ""}, "MissingParameter", "The request must contain the parameter MessageBody."),
        ({"MessageBody": "bell \x07"}, "InvalidMessageContents", None),
        ({"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue", None),
        ({"MessageBody": "x", "DelaySeconds": -1}, "InvalidParameterValue", None),
        (
            {"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "String", "StringValue": ""}}},
            "InvalidParameterValue",
            "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
        ),
        ({"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "Text", "StringValue": "b"}}}, "InvalidParameterValue", None),
        ({"MessageBody": "x", "MessageAttributes": {"aws.a": {"DataType": "String", "StringValue": "b"}}}, "InvalidParameterValue", None),
        ({"MessageBody": "x", "MessageAttributes": {"n": {"DataType": "Number", "StringValue": "ten"}}}, "InvalidParameterValue", None),
    ],
)
def test_send_message_refuses(sqs, queue, more, code, text):
    refusal = refused(sqs.send_message, QueueUrl=queue, **more)
    assert (refusal[0], refusal[2]) == (code, 400)
    assert text in (None, refusal[1])
    assert receive(sqs, queue) == []


@pytest.mark.parametrize(
    "more, text",
    [
        ({"MaxNumberOfMessages": 11}, "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."),
        ({"MaxNumberOfMessages": 0}, "Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."),
        ({"WaitTimeSeconds": 21}, "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."),
        ({"WaitTimeSeconds": -1}, "Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."),
        ({"VisibilityTimeout": 43201}, None),
    ],
)
def test_receive_message_refuses(sqs, queue, more, text):
    refusal = refused(sqs.receive_message, QueueUrl=queue, **more)
    assert (refusal[0], refusal[2]) == ("InvalidParameterValue", 400)
    assert text in (None, refusal[1])


def test_one_answer_holds_a_message_once(sqs, queue, fifo):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
    for url in (queue, fifo):
        assert bodies(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)) == ["x"]


def test_a_long_poll_answers_on_arrival(sqs, queue):
    waiting = in_background(lambda: bodies(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)))
    sqs.send_message(QueueUrl=queue, MessageBody="at last")
    assert waiting(timeout=10) == ["at last"]


def test_a_queue_made_for_long_polls_waits_unasked(sqs):
    queue = sqs.create_queue(QueueName="patient", Attributes={"ReceiveMessageWaitTimeSeconds": "20"})["QueueUrl"]
    waiting = in_background(lambda: bodies(sqs.receive_message(QueueUrl=queue)))
    sqs.send_message(QueueUrl=queue, MessageBody="at last")
    assert waiting(timeout=10) == ["at last"]


def test_change_message_visibility(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    (message,) = receive(sqs, queue)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    (again,) = receive(sqs, queue, AttributeNames=["ApproximateReceiveCount"])
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again["ReceiptHandle"] != message["ReceiptHandle"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"])
    for seconds in (43201, -1):
        refusal = refused(sqs.change_message_visibility, QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)
        assert (refusal[0], refusal[2]) == ("InvalidParameterValue", 400)
    late = refused(sqs.change_message_visibility, QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=1)
    assert late[0] in ("InvalidParameterValue", "AWS.SimpleQueueService.MessageNotInflight") and late[2] == 400


def test_a_receipt_handle_that_never_was(sqs, queue):
    for call in (sqs.delete_message, lambda **k: sqs.change_message_visibility(**k, VisibilityTimeout=1)):
        assert refused(call, QueueUrl=queue, ReceiptHandle="garbage") == (
            "ReceiptHandleIsInvalid",
            'The input receipt handle "garbage" is not a valid receipt handle.',
            404,
        )


def test_batches(sqs, queue):
    entries = [{"Id": f"m{n}", "MessageBody": f"body {n}"} for n in range(10)]
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in sent["Successful"]] == [entry["Id"] for entry in entries] and "Failed" not in sent
    messages = []
    while len(messages) < 10:
        found = receive(sqs, queue)
        assert found, "ten were acknowledged"
        messages += found
    assert sorted(m["Body"] for m in messages) == sorted(e["MessageBody"] for e in entries)
    handles = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
    changed = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=[{**h, "VisibilityTimeout": 60} for h in handles])
    assert len(changed["Successful"]) == 10
    deleted = sqs.delete_message_batch(QueueUrl=queue, Entries=[*handles[:9], {"Id": "bad", "ReceiptHandle": "garbage"}])
    assert len(deleted["Successful"]) == 9
    (failed,) = deleted["Failed"]
    assert (failed["Id"], failed["SenderFault"], failed["Code"]) == ("bad", True, "ReceiptHandleIsInvalid")


@pytest.mark.parametrize(
    "entries, code, text",
    [
        ([], "AWS.SimpleQueueService.EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request."),
        (
            [{"Id": str(n), "MessageBody": "x"} for n in range(11)],
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent 11.",
        ),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id a repeated."),
        (
            [{"Id": "a b", "MessageBody": "x"}],
            "AWS.SimpleQueueService.InvalidBatchEntryId",
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
        ),
    ],
)
def test_a_batch_is_refused_as_a_whole(sqs, queue, entries, code, text):
    assert refused(sqs.send_message_batch, QueueUrl=queue, Entries=entries) == (code, text, 400)


def test_purge_queue(sqs, queue):
    for _ in range(3):
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": str(n), "MessageBody": "x"} for n in range(10)])
    sqs.purge_queue(QueueUrl=queue)
    assert receive(sqs, queue) == []
    assert attributes(sqs, queue, "ApproximateNumberOfMessages") == {"ApproximateNumberOfMessages": "0"}
    sqs.send_message(QueueUrl=queue, MessageBody="after")
    assert [m["Body"] for m in receive(sqs, queue)] == ["after"]
    assert refused(sqs.purge_queue, QueueUrl=queue) == (
        "AWS.SimpleQueueService.PurgeQueueInProgress",
        "Only one PurgeQueue operation on work is allowed every 60 seconds.",
        403,
    )


# Dead letters.


@pytest.fixture
def redriven(sqs, account):
    """A queue that gives up on a message after one receive, and where it then goes."""
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": ARN.format(account=account, name="dead"), "maxReceiveCount": 1})
    source = sqs.create_queue(QueueName="source", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})["QueueUrl"]
    return source, dead


def test_a_message_nobody_handles_goes_to_the_dead_letters(sqs, account, redriven):
    source, dead = redriven
    sent = sqs.send_message(QueueUrl=source, MessageBody="poison", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    assert len(receive(sqs, source)) == 1
    assert receive(sqs, source) == []
    (message,) = receive(sqs, dead, AttributeNames=["All"], MessageAttributeNames=["All"])
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "poison")
    assert message["MessageAttributes"]["a"]["StringValue"] == "b"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == ARN.format(account=account, name="source")
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [source]


def test_move_tasks(sqs, account, redriven):
    source, dead = redriven
    for n in range(12):
        sqs.send_message(QueueUrl=source, MessageBody=str(n))
    for _ in range(12):
        if not receive(sqs, source):
            break
    arn = ARN.format(account=account, name="dead")
    handle = sqs.start_message_move_task(SourceArn=arn)["TaskHandle"]
    assert handle
    for _ in range(1000):
        (task,) = sqs.list_message_move_tasks(SourceArn=arn)["Results"]
        if task["Status"] == "COMPLETED":
            break
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"], task["SourceArn"]) == ("COMPLETED", 12, arn)
    assert attributes(sqs, source, "ApproximateNumberOfMessages")["ApproximateNumberOfMessages"] == "12"
    code, _, status = refused(sqs.cancel_message_move_task, TaskHandle=handle)
    assert (code, status) == ("ResourceNotFoundException", 404) or status == 400
    code, _, status = refused(sqs.start_message_move_task, SourceArn=ARN.format(account=account, name="source"))
    assert (code, status) == ("InvalidParameterValue", 400)


def test_a_running_move_task_is_cancelled(sqs, account, redriven):
    source, dead = redriven
    for start in range(0, 40, 10):
        sqs.send_message_batch(QueueUrl=dead, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)])
    arn = ARN.format(account=account, name="dead")
    handle = sqs.start_message_move_task(SourceArn=arn, DestinationArn=ARN.format(account=account, name="source"), MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    assert refused(sqs.start_message_move_task, SourceArn=arn) == (
        "InvalidParameterValue",
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        400,
    )
    moved = sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    assert 0 <= moved < 40


@pytest.mark.parametrize("policy", ["{}", "no json", '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:nope", "maxReceiveCount": 1}', '{"deadLetterTargetArn": "x", "maxReceiveCount": 0}'])
def test_redrive_policies_that_are_refused(sqs, queue, policy):
    code, _, status = refused(sqs.set_queue_attributes, QueueUrl=queue, Attributes={"RedrivePolicy": policy})
    assert (code in ("InvalidParameterValue", "InvalidAttributeValue", "AWS.SimpleQueueService.NonExistentQueue"), status) == (True, 400)


# FIFO.


def test_fifo_keeps_the_order_of_a_group_and_blocks_it(sqs, fifo):
    sent = [sqs.send_message(QueueUrl=fifo, MessageBody=f"{g}{n}", MessageGroupId=g) for n in range(3) for g in "ab"]
    numbers = [entry["SequenceNumber"] for entry in sent]
    assert numbers == sorted(numbers) and {len(number) for number in numbers} == {20}
    first = receive(sqs, fifo, 1, AttributeNames=["All"])
    group = first[0]["Attributes"]["MessageGroupId"]
    other = "b" if group == "a" else "a"
    assert first[0]["Body"] == f"{group}0"
    assert first[0]["Attributes"]["SequenceNumber"] in numbers
    rest = receive(sqs, fifo)
    assert [m["Body"] for m in rest] == [f"{other}{n}" for n in range(3)]
    assert receive(sqs, fifo) == []
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first[0]["ReceiptHandle"])
    assert [m["Body"] for m in receive(sqs, fifo)] == [f"{group}1", f"{group}2"]


def test_fifo_takes_a_duplicate_once(sqs, fifo):
    first = sqs.send_message(QueueUrl=fifo, MessageBody="same", MessageGroupId="g")
    second = sqs.send_message(QueueUrl=fifo, MessageBody="same", MessageGroupId="g")
    assert (second["MessageId"], second["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    by_id = sqs.send_message(QueueUrl=fifo, MessageBody="same", MessageGroupId="g", MessageDeduplicationId="other")
    assert by_id["MessageId"] != first["MessageId"]
    messages = receive(sqs, fifo)
    assert [m["MessageId"] for m in messages] == [first["MessageId"], by_id["MessageId"]]
    for message in messages:
        sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    sqs.send_message(QueueUrl=fifo, MessageBody="same", MessageGroupId="g")
    assert receive(sqs, fifo) == [], "deleted, and yet remembered"


def test_fifo_receive_attempts_can_be_repeated(sqs, fifo):
    sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
    first = receive(sqs, fifo, ReceiveRequestAttemptId="attempt")
    again = receive(sqs, fifo, ReceiveRequestAttemptId="attempt")
    assert [m["MessageId"] for m in first] == [m["MessageId"] for m in again] and first
    assert receive(sqs, fifo) == []


@pytest.mark.parametrize(
    "more, code, text",
    [
        ({}, "MissingParameter", "The request must contain the parameter MessageGroupId."),
        (
            {"MessageGroupId": "g", "DelaySeconds": 2},
            "InvalidParameterValue",
            "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.",
        ),
        (
            {"MessageGroupId": "white space"},
            "InvalidParameterValue",
            "Value white space for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation"
            " characters. 1 to 128 in length.",
        ),
    ],
)
def test_fifo_refuses(sqs, fifo, more, code, text):
    assert refused(sqs.send_message, QueueUrl=fifo, MessageBody="x", **more) == (code, text, 400)


def test_fifo_without_content_deduplication_needs_an_id(sqs):
    queue = sqs.create_queue(QueueName="explicit.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    assert refused(sqs.send_message, QueueUrl=queue, MessageBody="x", MessageGroupId="g") == (
        "InvalidParameterValue",
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        400,
    )


def test_the_resource_interface(cloud, account):
    """`boto3.resource`, which many programs still use."""
    import boto3

    sqs = boto3.resource(
        "sqs", endpoint_url=cloud.endpoint, region_name="us-east-1", aws_access_key_id=account, aws_secret_access_key="test"
    )
    queue = sqs.create_queue(QueueName="resource")
    queue.send_message(MessageBody="x", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    (message,) = queue.receive_messages(MessageAttributeNames=["All"])
    assert (message.body, message.message_attributes["a"]["StringValue"]) == ("x", "b")
    message.delete()
    assert queue.attributes["ApproximateNumberOfMessages"] == "0"
