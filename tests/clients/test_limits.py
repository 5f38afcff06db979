"""What is too big, too deep, too slow or no request at all: AWS's error or a closed connection, and a cloud that goes on."""

import socket
import ssl

import pytest
from botocore.exceptions import ClientError
from harness.cloud import in_background
from harness.wire import FORM, json_call, send, signed

MIB = 1_048_576


@pytest.fixture(autouse=True)
def goes_on(cloud):
    """Whatever came, the next request is answered and nothing panicked."""
    yield
    assert cloud.get("/_nephele/health")["status"] == "running"
    assert cloud.panics() == 0


def code_of(caught) -> str:
    return caught.value.response["Error"]["Code"]


def test_a_message_of_a_mebibyte_and_one_byte_more(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x" * MIB)
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert len(message["Body"]) == MIB
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl=queue, MessageBody="x" * (MIB + 1))
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidParameterValue", f"One or more parameters are invalid. Reason: Message must be shorter than {MIB} bytes.")


def test_attributes_count(sqs, queue):
    attributes = {"a": {"DataType": "String", "StringValue": "x" * 100}}
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl=queue, MessageBody="x" * (MIB - 100), MessageAttributes=attributes)
    assert code_of(caught) == "InvalidParameterValue"
    sqs.send_message(QueueUrl=queue, MessageBody="x" * (MIB - 100 - len("aString")), MessageAttributes=attributes)


def test_a_batch_of_a_mebibyte_and_one_byte_more(sqs, queue):
    half = "x" * (MIB // 2)
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": half}, {"Id": "2", "MessageBody": half}])
    with pytest.raises(ClientError) as caught:
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": half}, {"Id": "2", "MessageBody": half + "x"}])
    error = caught.value.response["Error"]
    assert error["Code"] == "AWS.SimpleQueueService.BatchRequestTooLong"
    assert error["Message"] == f"Batch requests cannot be longer than {MIB} bytes. You have sent {MIB + 1} bytes."


def test_eleven_attributes(sqs, queue):
    ten = {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(10)}
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=ten)
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={**ten, "a10": ten["a0"]})
    assert code_of(caught) == "InvalidParameterValue"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"QueueName": 7}',
        b'{"QueueName": ["x"]}',
        b'{"QueueName": "x"} trailing',
        b'{"QueueName": "\xff\xfe"}',
        b'{"QueueName": "\\ud800"}',
        b'{"QueueName": "x", "Attributes": "y"}',
        b"\x00" * 1000,
        b'{"QueueName": ' + b"[" * 100_000,
        b'{"a":' * 200_000,
        b'{"unknown": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    ],
)
def test_bodies_that_are_no_request(cloud, account, body):
    answer = json_call(cloud, "CreateQueue", body, key=account)
    assert answer.status == 400, answer.text[:500]
    assert answer.json["__type"].split("#")[-1] in ("SerializationException", "MissingRequiredParameterException", "InvalidParameterValueException")


def test_a_form_that_is_deep(cloud, account):
    body = b"Action=CreateQueue&Version=2012-11-05&" + b".1" * 100_000 + b"=x&Attribute" + b".1.Name" * 50_000 + b"=y"
    headers = signed(cloud, "sqs", headers={"Content-Type": FORM}, body=body, key=account)
    assert send(cloud, "POST", "/", headers, body).status == 400


def test_a_form_with_a_giant_index_costs_nothing(cloud, account):
    body = b"Action=CreateQueue&Version=2012-11-05&QueueName=q&Attribute.4294967295.Name=DelaySeconds&Attribute.4294967295.Value=1"
    headers = signed(cloud, "sqs", headers={"Content-Type": FORM}, body=body, key=account)
    assert send(cloud, "POST", "/", headers, body).status in (200, 400)


def connect(cloud) -> socket.socket:
    return socket.create_connection(("127.0.0.1", cloud.port), timeout=30)


def everything(connection) -> bytes:
    """What comes until the other side closes."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


@pytest.mark.parametrize(
    "noise",
    [
        b"\x00" * 10_000,
        b"\xff" * 10_000,
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n" * 10_000,
        b"\x16\x03\x01\x00\x05hello",
        b"\x16\x03\x01\xff\xff" + b"\x00" * 65535,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 1000,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_noise_on_the_port(cloud, noise):
    with connect(cloud) as connection:
        try:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = everything(connection)
    assert not answer.startswith(b"HTTP/1.1 2"), answer[:200]


def test_a_head_without_end(cloud):
    with connect(cloud) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        try:
            for n in range(2000):
                connection.sendall(b"x-%d: %s\r\n" % (n, b"y" * 1000))
        except OSError:
            pass
        answer = everything(connection)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400")), answer[:200]


def test_a_body_that_is_announced_too_big(cloud, account):
    headers = signed(cloud, "sqs", headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.CreateQueue"}, key=account)
    with connect(cloud) as connection:
        head = {"Host": f"127.0.0.1:{cloud.port}", **headers, "Content-Length": str(10 << 30)}
        connection.sendall(b"POST / HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()).encode() + b"\r\n")
        answer = everything(connection)
    status = int(answer.split(b" ")[1])
    assert status in (400, 413) and b"__type" in answer


def test_clients_that_dawdle_take_nothing_from_others(cloud, account):
    """Two hundred connections with half a head, or half a body, each."""
    slow = [connect(cloud) for _ in range(200)]
    try:
        for n, connection in enumerate(slow):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" if n % 2 else b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        assert json_call(cloud, "ListQueues", {}, key=account).status == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_long_poll_whose_client_leaves_swallows_nothing(cloud, account, sqs, queue):
    import json

    body = json.dumps({"QueueUrl": queue, "WaitTimeSeconds": 20}).encode()
    headers = signed(cloud, "sqs", headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ReceiveMessage"}, body=body, key=account)
    head = {"Host": f"127.0.0.1:{cloud.port}", **headers, "Content-Length": str(len(body))}
    raw = b"POST / HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()).encode() + b"\r\n" + body
    for _ in range(20):
        with connect(cloud) as connection:
            connection.sendall(raw)
    waiting = in_background(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20))
    sqs.send_message(QueueUrl=queue, MessageBody="for whoever stayed")
    assert [m["Body"] for m in waiting(timeout=30).get("Messages", [])] == ["for whoever stayed"]


def test_tls_noise_after_a_good_hello(cloud):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with connect(cloud) as plain, context.wrap_socket(plain, server_hostname="localhost") as tls:
        tls.sendall(b"\x00" * 1000)
        try:
            answer = everything(tls)
        except ssl.SSLError:
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 2")
