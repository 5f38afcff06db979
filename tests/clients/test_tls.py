"""HTTP/1.1, HTTP/2 with prior knowledge, and TLS with either of them: one port, told apart by the first bytes."""

import shutil
import ssl
import subprocess

import httpx
import pytest
from harness.cloud import REGION

PATH = "/_nephele/health"


@pytest.fixture(scope="module")
def authority(cloud, tmp_path_factory):
    """The file with the certificate that a person gets from `nephele ca`."""
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    path.write_text(cloud.run("ca"))
    return str(path)


def test_the_certificate_is_the_same_over_http(cloud, authority):
    with open(authority) as file:
        assert httpx.get(f"{cloud.endpoint}/_nephele/ca.pem").text.strip() == file.read().strip()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", f"sqs.{REGION}.localhost.localstack.cloud", "bucket.s3.localhost"])
def test_a_certificate_for_every_name(cloud, authority, name):
    """The name asked for is not looked up: only what the certificate says is under test."""
    import socket

    context = ssl.create_default_context(cafile=authority)
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=30) as plain, context.wrap_socket(plain, server_hostname=name) as tls:
        tls.sendall(f"GET {PATH} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        assert tls.recv(12) == b"HTTP/1.1 200"


def test_boto3_over_tls(cloud, account, authority):
    sqs = cloud.client("sqs", account, endpoint_url=f"https://localhost:{cloud.port}", verify=authority)
    queue = sqs.create_queue(QueueName="secret")["QueueUrl"]
    assert queue == f"https://localhost:{cloud.port}/{account}/secret"
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert len(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2)["Messages"]) == 1


def test_who_does_not_know_the_authority_does_not_trust_it(cloud):
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://localhost:{cloud.port}{PATH}")


@pytest.mark.parametrize("http2, version", [(True, "HTTP/2"), (False, "HTTP/1.1")])
def test_versions_over_tls(cloud, authority, http2, version):
    context = ssl.create_default_context(cafile=authority)
    with httpx.Client(http2=http2, verify=context) as client:
        answer = client.get(f"https://localhost:{cloud.port}{PATH}")
        assert (answer.status_code, answer.http_version) == (200, version)


def test_http2_in_the_clear(cloud):
    with httpx.Client(http1=False, http2=True) as client:
        answer = client.get(cloud.endpoint + PATH)
        assert (answer.status_code, answer.http_version) == (200, "HTTP/2")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_signs_by_itself_over_http2(cloud, account):
    done = subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "--aws-sigv4", "aws:amz:us-east-1:sqs", "--user", f"{account}:test"]
        + ["-w", "%{http_version}", f"{cloud.endpoint}/?Action=ListQueues&Version=2012-11-05"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "does not support" in done.stderr or "unknown" in done.stderr:
        pytest.skip("this curl cannot")
    assert "<ListQueuesResponse" in done.stdout and done.stdout.endswith("2"), done.stdout + done.stderr
