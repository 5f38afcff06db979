"""Tools that wait for LocalStack wait for this cloud as well."""

import http.client
import json
import re
import urllib.request


def fetch(cloud, path, method="GET"):
    request = urllib.request.Request(cloud.endpoint + path, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.status, json.loads(answer.read() or b"null")


def test_health(cloud):
    status, health = fetch(cloud, "/_localstack/health")
    assert status == 200
    assert health["services"]["sqs"] in ("available", "running")
    assert set(health["services"].values()) <= {"available", "running", "disabled"}
    assert health["edition"] and int(health["version"].split(".")[0]) >= 3
    assert fetch(cloud, "/_localstack/health", "HEAD") == (200, None)


def test_init(cloud):
    status, init = fetch(cloud, "/_localstack/init")
    assert status == 200
    assert init["completed"] == {"BOOT": True, "START": True, "READY": True, "SHUTDOWN": False}
    assert init["scripts"] == []
    assert fetch(cloud, "/_localstack/init/ready") == (200, {"completed": True, "scripts": []})


def test_info(cloud):
    status, info = fetch(cloud, "/_localstack/info")
    assert status == 200 and info["edition"] and info["version"]


def test_what_testcontainers_waits_for(own_cloud):
    """Its LocalStack modules wait for a line that matches `Ready\\.\\n` (Python, Go) or `.*Ready\\.\\n` (Java)."""
    assert re.search(r"Ready\.\n", own_cloud.log.read_text())


def test_a_foreign_page_changes_nothing(cloud):
    for headers in ({"Origin": "https://evil.example.com"}, {"Host": "rebound.example.com"}):
        connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=30)
        connection.request("POST", "/_nephele/reset", b"", headers)
        assert connection.getresponse().status == 403
        connection.close()


def test_reset_is_done_when_it_answers(own_cloud):
    sqs = own_cloud.client("sqs")
    queue = sqs.create_queue(QueueName="gone")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    own_cloud.post("/_nephele/reset/sqs")
    assert "QueueUrls" not in sqs.list_queues()
    queue = sqs.create_queue(QueueName="gone")["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    own_cloud.post("/_nephele/reset")
    assert "QueueUrls" not in sqs.list_queues()
