"""Requests written by hand and signed by botocore's own signer: what stock clients would never send."""

import dataclasses
import datetime
import hashlib
import http.client
import json
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from .cloud import REGION, SECRET, Cloud

QUERY_VERSION = {"sqs": "2012-11-05", "sts": "2011-06-15"}
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclasses.dataclass
class Answer:
    """Status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict:
        return json.loads(self.body)


def send(cloud: Cloud, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    """One request on a connection of its own, exactly as given."""
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=60)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        everything = {"Host": f"127.0.0.1:{cloud.port}", "Content-Length": str(len(body)), **headers}
        for name, value in everything.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def signed(
    cloud: Cloud,
    service: str,
    method: str = "POST",
    target: str = "/",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    key: str = "test",
    secret: str = SECRET,
    token: str | None = None,
    region: str = REGION,
    at: datetime.datetime | None = None,
) -> dict[str, str]:
    """The headers of the request once it is signed, by another clock when `at` is given."""
    request = botocore.awsrequest.AWSRequest(method, cloud.endpoint + target, headers=headers or {}, data=body)
    _signer(botocore.auth.SigV4Auth, key, secret, token, service, region, at).add_auth(request)
    return dict(request.headers.items())


def presigned(cloud: Cloud, service: str, target: str, expires: int = 300, key: str = "test", secret: str = SECRET, region: str = REGION) -> str:
    """Path and query of a presigned GET."""
    request = botocore.awsrequest.AWSRequest("GET", cloud.endpoint + target)
    credentials = botocore.credentials.Credentials(key, secret)
    botocore.auth.SigV4QueryAuth(credentials, service, region, expires=expires).add_auth(request)
    parts = urllib.parse.urlsplit(request.url)
    return f"{parts.path}?{parts.query}"


def _signer(kind, key, secret, token, service, region, at):
    signer = kind(botocore.credentials.Credentials(key, secret, token), service, region)
    if at is None:
        return signer
    stamp = at.strftime("%Y%m%dT%H%M%SZ")

    class ByAnotherClock(kind):
        def _modify_request_before_signing(self, request):
            request.context["timestamp"] = stamp
            super()._modify_request_before_signing(request)

    return ByAnotherClock(signer.credentials, service, region)


def json_call(cloud: Cloud, operation: str, body: dict | bytes, target_prefix: str = "AmazonSQS", service: str = "sqs", extra: dict | None = None, **sign) -> Answer:
    """A call in JSON 1.0, as today's SDKs speak to SQS."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{target_prefix}.{operation}", **(extra or {})}
    return send(cloud, "POST", "/", signed(cloud, service, headers=headers, body=data, **sign), data)


def query_call(cloud: Cloud, action: str, parameters: dict[str, str] | None = None, service: str = "sqs", target: str = "/", **sign) -> Answer:
    """A call in the query protocol, as SDKs spoke to SQS until 2023 and still speak to STS."""
    form = {"Action": action, "Version": QUERY_VERSION[service], **(parameters or {})}
    data = urllib.parse.urlencode(form).encode()
    return send(cloud, "POST", target, signed(cloud, service, target=target, headers={"Content-Type": FORM}, body=data, **sign), data)


def md5(text: str | bytes) -> str:
    return hashlib.md5(text if isinstance(text, bytes) else text.encode()).hexdigest()
