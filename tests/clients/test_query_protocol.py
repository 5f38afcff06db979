"""SQS in the query protocol, which SDKs older than 2023 speak: raw requests, signed by botocore."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from harness.wire import md5, presigned, query_call, send

SPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"


def parsed(answer, status=200) -> ElementTree.Element:
    assert answer.status == status, answer.text
    assert answer.headers["content-type"].split(";")[0] == "text/xml"
    return ElementTree.fromstring(answer.body)


def texts(root, name) -> list[str]:
    return [element.text for element in root.iter(SPACE + name)]


@pytest.fixture
def call(cloud, account):
    return lambda action, parameters=None, **more: query_call(cloud, action, parameters, key=account, **more)


@pytest.fixture
def url(call) -> str:
    (url,) = texts(parsed(call("CreateQueue", {"QueueName": "old", "Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "40"})), "QueueUrl")
    return url


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_the_envelope(call, url):
    root = parsed(call("GetQueueUrl", {"QueueName": "old"}))
    assert root.tag == f"{SPACE}GetQueueUrlResponse"
    assert [child.tag for child in root] == [f"{SPACE}GetQueueUrlResult", f"{SPACE}ResponseMetadata"]
    assert re.fullmatch(r"[0-9a-f-]{36}", texts(root, "RequestId")[0])
    empty = parsed(call("SetQueueAttributes", {"QueueUrl": url, "Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "1"}))
    assert [child.tag for child in empty] == [f"{SPACE}ResponseMetadata"]


def test_a_message_there_and_back(call, url):
    attribute = {"MessageAttribute.1.Name": "kind", "MessageAttribute.1.Value.DataType": "String", "MessageAttribute.1.Value.StringValue": "new"}
    sent = parsed(call("SendMessage", {"MessageBody": "a <b> & ünï", **attribute}, target=path(url)))
    assert texts(sent, "MD5OfMessageBody") == [md5("a <b> & ünï")]
    got = parsed(call("ReceiveMessage", {"QueueUrl": url, "AttributeName.1": "All", "MessageAttributeName.1": "kind"}))
    assert texts(got, "Body") == ["a <b> & ünï"]
    assert texts(got, "MessageId") == texts(sent, "MessageId")
    assert texts(got, "StringValue") == ["new"]
    names = {element.find(SPACE + "Name").text for element in got.iter(SPACE + "Attribute")}
    assert {"SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"} <= names
    (handle,) = texts(got, "ReceiptHandle")
    parsed(call("DeleteMessage", {"QueueUrl": url, "ReceiptHandle": handle}))
    assert texts(parsed(call("ReceiveMessage", {"QueueUrl": url})), "Body") == []


def test_lists_are_numbered_in_both_spellings(call, url):
    batch = {f"SendMessageBatchRequestEntry.{n}.{k}": v for n in (1, 2) for k, v in {"Id": f"i{n}", "MessageBody": f"b{n}"}.items()}
    sent = parsed(call("SendMessageBatch", {"QueueUrl": url, **batch}))
    assert texts(sent, "Id") == ["i1", "i2"]
    attributes = parsed(call("GetQueueAttributes", {"QueueUrl": url, "AttributeName.1": "VisibilityTimeout"}))
    assert (texts(attributes, "Name"), texts(attributes, "Value")) == (["VisibilityTimeout"], ["40"])
    parsed(call("TagQueue", {"QueueUrl": url, "Tag.1.Key": "a", "Tag.1.Value": "b"}))
    assert texts(parsed(call("ListQueueTags", {"QueueUrl": url})), "Key") == ["a"]


@pytest.mark.parametrize(
    "action, parameters, status, code, text",
    [
        ("GetQueueUrl", {"QueueName": "nowhere"}, 400, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist for this wsdl version."),
        ("SendMessage", {}, 400, "MissingParameter", None),
        ("Nonsense", {}, 400, "InvalidAction", "The action Nonsense is not valid for this endpoint."),
    ],
)
def test_errors(call, action, parameters, status, code, text):
    root = parsed(call(action, parameters), status)
    assert root.tag == f"{SPACE}ErrorResponse"
    error = root.find(f"{SPACE}Error")
    assert [child.tag.removeprefix(SPACE) for child in error] == ["Type", "Code", "Message", "Detail"]
    assert (error.find(f"{SPACE}Type").text, error.find(f"{SPACE}Code").text) == ("Sender", code)
    assert text in (None, error.find(f"{SPACE}Message").text)
    assert texts(root, "RequestId")


def test_a_get_with_everything_in_the_address(cloud, account, call, url):
    call("SendMessage", {"QueueUrl": url, "MessageBody": "x"})
    target = presigned(cloud, "sqs", f"{path(url)}?Action=ReceiveMessage&Version=2012-11-05", key=account)
    assert texts(parsed(send(cloud, "GET", target, {})), "Body") == ["x"]
