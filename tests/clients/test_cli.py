"""The stock AWS CLI.

Version 1 ignores AWS_ENDPOINT_URL for `sqs` in the regions of its list of old host names (awscli's
`customizations/overridesslcommonname.py`, us-east-1 among them), so there `--endpoint-url` is given; in eu-central-2, which
is not on the list, what a person exports is enough. Version 2 has no such list.
"""

import json
import shutil
import subprocess
import sys
import pathlib

import pytest

AWS = shutil.which("aws", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("aws")


@pytest.fixture(params=["us-east-1", "eu-central-2"])
def aws(request, cloud, account):
    """Runs `aws …` and reads its JSON; a refusal is given back as its text."""
    region = request.param
    environment = {**cloud.environment(account), "AWS_DEFAULT_REGION": region, "AWS_REGION": region}

    def run(service: str, *arguments: str, refused: bool = False):
        named = ["--endpoint-url", cloud.endpoint] if (service, region) == ("sqs", "us-east-1") else []
        done = subprocess.run([AWS, service, *arguments, *named], env=environment, capture_output=True, text=True, timeout=60)
        assert (done.returncode != 0) == refused, done.stderr
        return done.stderr if refused else json.loads(done.stdout or "null")

    return run


def test_a_message_there_and_back(aws, account, cloud):
    url = aws("sqs", "create-queue", "--queue-name", "cli")["QueueUrl"]
    assert url.endswith(f"/{account}/cli")
    sent = aws("sqs", "send-message", "--queue-url", url, "--message-body", "hello")
    (message,) = aws("sqs", "receive-message", "--queue-url", url, "--wait-time-seconds", "5", "--attribute-names", "All")["Messages"]
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "hello")
    assert aws("sqs", "delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"]) is None
    assert aws("sqs", "list-queues")["QueueUrls"] == [url]


def test_a_refusal_names_operation_and_code(aws, cloud, account):
    text = aws("sqs", "send-message", "--queue-url", f"{cloud.endpoint}/{account}/nowhere", "--message-body", "x", refused=True)
    assert "(AWS.SimpleQueueService.NonExistentQueue) when calling the SendMessage operation: The specified queue does not exist." in text


def test_who_am_i(aws, account):
    assert aws("sts", "get-caller-identity") == {"UserId": account, "Account": account, "Arn": f"arn:aws:iam::{account}:root"}


def test_an_operation_that_is_not_there_says_so_and_names_itself(aws):
    text = aws("ssm", "describe-parameters", refused=True)
    assert "DescribeParameters" in text and "NotImplemented" in text
