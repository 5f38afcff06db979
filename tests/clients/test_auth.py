"""Signatures are really checked: every way to be wrong has AWS's code and status in its protocol."""

import datetime
import urllib.parse

import pytest
from botocore.exceptions import ClientError
from harness.wire import FORM, json_call, presigned, query_call, send, signed

LIST = b"{}"
JSON = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ListQueues"}


def code_of(answer) -> str:
    return answer.json["__type"].split("#")[-1]


def refused(answer, code, status=400):
    assert (answer.status, code_of(answer)) == (status, code), answer.text


def hours(count: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=count)


def test_a_wrong_secret(cloud, account):
    refused(json_call(cloud, "ListQueues", {}, key=account, secret="wrong"), "InvalidSignatureException", 403)
    answer = query_call(cloud, "ListQueues", key=account, secret="wrong")
    assert answer.status == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text
    with pytest.raises(ClientError) as caught:
        cloud.client("sts", account, secret="wrong").get_caller_identity()
    error = caught.value.response["Error"]
    assert error["Code"] == "SignatureDoesNotMatch"
    assert error["Message"].startswith("The request signature we calculated does not match the signature you provided.")


def test_a_body_changed_on_the_way(cloud, account):
    headers = signed(cloud, "sqs", headers=JSON, body=LIST, key=account)
    refused(send(cloud, "POST", "/", headers, b'{"QueueNamePrefix":"x"}'), "InvalidSignatureException", 403)


@pytest.mark.parametrize("change", ["X-Amz-Target", "X-Amz-Date", "Host", "target"])
def test_a_head_changed_on_the_way(cloud, account, change):
    headers = signed(cloud, "sqs", headers=JSON, body=LIST, key=account)
    changed = {"X-Amz-Target": "AmazonSQS.CreateQueue", "Host": "sqs.eu-west-1.amazonaws.com", "X-Amz-Date": hours(0.01).strftime("%Y%m%dT%H%M%SZ")}
    target = "/?a=b" if change == "target" else "/"
    if change != "target":
        headers[change] = changed[change]
    refused(send(cloud, "POST", target, headers, LIST), "InvalidSignatureException", 403)


@pytest.mark.parametrize("off", [-1, 1, -24 * 365])
def test_a_clock_that_is_wrong(cloud, account, off):
    refused(json_call(cloud, "ListQueues", {}, key=account, at=hours(off)), "InvalidSignatureException", 403)
    answer = query_call(cloud, "ListQueues", key=account, at=hours(off))
    assert answer.status == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text
    assert ("Signature expired: " if off < 0 else "Signature not yet current: ") in answer.text


def test_a_clock_that_is_a_little_wrong(cloud, account):
    for off in (-0.2, 0.05):
        assert json_call(cloud, "ListQueues", {}, key=account, at=hours(off)).status == 200


def test_keys_that_were_never_issued(cloud):
    for key in ("AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"):
        refused(json_call(cloud, "ListQueues", {}, key=key), "UnrecognizedClientException", 403)
        answer = query_call(cloud, "GetCallerIdentity", service="sts", key=key)
        assert answer.status == 403 and "<Code>InvalidClientTokenId</Code>" in answer.text
        assert "The security token included in the request is invalid" in answer.text


def test_a_token_that_a_root_key_does_not_need(cloud, account):
    assert cloud.client("sqs", account, token="left over from another cloud").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_no_signature(cloud):
    refused(send(cloud, "POST", "/", JSON, LIST), "MissingAuthenticationTokenException", 403)
    body = b"Action=ListQueues&Version=2012-11-05"
    answer = send(cloud, "POST", "/", {"Content-Type": FORM}, body)
    assert answer.status == 403 and "<Code>MissingAuthenticationToken</Code>" in answer.text


@pytest.mark.parametrize(
    "value",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=test",
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=test//us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=" + "z" * 5000,
    ],
)
def test_a_signature_that_is_none(cloud, value):
    answer = send(cloud, "POST", "/", {**JSON, "Authorization": value}, LIST)
    assert answer.status in (400, 403) and code_of(answer) in ("IncompleteSignatureException", "InvalidSignatureException"), answer.text


def test_presigned(cloud, account, queue):
    path = urllib.parse.urlsplit(queue).path
    target = f"{path}?Action=GetQueueAttributes&Version=2012-11-05&AttributeName.1=All"
    good = presigned(cloud, "sqs", target, key=account)
    assert "<Name>QueueArn</Name>" in send(cloud, "GET", good, {}).text
    for bad in (good.replace("AttributeName.1=All", "AttributeName.1=Policy"), good[:-1] + ("0" if good[-1] != "0" else "1")):
        answer = send(cloud, "GET", bad, {})
        assert answer.status == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text
    answer = send(cloud, "GET", presigned(cloud, "sqs", target, key=account, expires=604_801), {})
    assert answer.status in (400, 403) and "<Error>" in answer.text


def test_a_scope_of_another_service_is_refused(cloud, account):
    headers = signed(cloud, "sns", headers=JSON, body=LIST, key=account)
    refused(send(cloud, "POST", "/", headers, LIST), "InvalidSignatureException", 403)
