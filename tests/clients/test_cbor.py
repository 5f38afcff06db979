"""SQS over RPC v2 CBOR, which AWS is moving its JSON services to."""

import hashlib

import cbor2
import pytest
from harness.wire import send, signed

HEADERS = {"Content-Type": "application/cbor", "Accept": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}


@pytest.fixture
def call(cloud, account):
    def run(operation, value, service="AmazonSQS", data=None, **sign):
        body = cbor2.dumps(value) if data is None else data
        target = f"/service/{service}/operation/{operation}"
        headers = signed(cloud, "sqs", target=target, headers=HEADERS, body=body, key=account, **sign)
        answer = send(cloud, "POST", target, headers, body)
        assert answer.headers["smithy-protocol"] == "rpc-v2-cbor" and answer.headers["content-type"] == "application/cbor"
        return answer.status, cbor2.loads(answer.body) if answer.body else {}

    return run


def test_a_message_there_and_back(call):
    status, created = call("CreateQueue", {"QueueName": "cbor"})
    assert status == 200
    url = created["QueueUrl"]
    given = {"b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    _, sent = call("SendMessage", {"QueueUrl": url, "MessageBody": "✓", "MessageAttributes": given})
    assert sent["MD5OfMessageBody"] == hashlib.md5("✓".encode()).hexdigest()
    _, got = call("ReceiveMessage", {"QueueUrl": url, "MessageAttributeNames": ["All"], "WaitTimeSeconds": 1})
    (message,) = got["Messages"]
    assert (message["Body"], message["MessageAttributes"]) == ("✓", given)
    assert call("DeleteMessage", {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]})[0] == 200


def test_maps_and_strings_of_unknown_length(call):
    """What a client that streams its request writes: {_ "QueueName": (_ "in", "definite")}."""
    data = b"\xbf" + cbor2.dumps("QueueName") + b"\x7f" + cbor2.dumps("in") + cbor2.dumps("definite") + b"\xff\xff"
    status, created = call("CreateQueue", None, data=data)
    assert status == 200 and created["QueueUrl"].endswith("/indefinite")


def test_an_error_names_its_shape(call):
    status, error = call("GetQueueUrl", {"QueueName": "nowhere"})
    assert status == 400 and error["__type"].split("#")[-1] == "QueueDoesNotExist"
    assert error["message"] == "The specified queue does not exist."


@pytest.mark.parametrize("data", [b"\xff", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", b"\xa1\x61", b"\x81" * 100_000, b"{}"])
def test_what_is_no_cbor_is_refused(call, data):
    status, error = call("CreateQueue", None, data=data)
    assert status == 400 and error["__type"].split("#")[-1] == "SerializationException"


def test_an_unknown_operation(call):
    status, error = call("Nonsense", {})
    assert status in (400, 404) and error["__type"].split("#")[-1] == "UnknownOperationException"
