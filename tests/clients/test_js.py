"""The stock AWS SDK for JavaScript, run by node."""

import json
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).parent / "js" / "run.mjs"


def scenario(name, cloud, account, node_modules, **extra):
    environment = {**cloud.environment(account), "NODE_PATH": str(node_modules), **extra}
    done = subprocess.run(["node", str(SCRIPT), name], env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def run(cloud, account, node_modules):
    return lambda name: scenario(name, cloud, account, node_modules)


def test_a_message_there_and_back(run):
    assert run("roundtrip") == {"same": True, "body": "héllo", "text": "✓", "bytes": [0, 255], "left": "0"}


def test_batches(run):
    assert run("batch") == {"sent": 10, "seen": [f"b{n}" for n in range(10)]}


def test_a_long_poll(run):
    assert run("longpoll") == ["at last"]


def test_errors_are_the_modelled_classes(run):
    missing, empty = run("errors")
    assert missing == {"name": "QueueDoesNotExist", "message": "The specified queue does not exist.", "status": 400, "fault": "client", "modelled": True}
    assert (empty["message"], empty["status"]) == ("The request must contain the parameter MessageBody.", 400)


def test_identity(run, account):
    assert run("identity") == {"Account": account, "Arn": f"arn:aws:iam::{account}:root"}


def test_after_sixty_days_it_corrects_its_clock_and_is_still_believed(own_cloud, node_modules):
    own_cloud.advance(60 * 86_400)
    saw = scenario("skew", own_cloud, "test", node_modules, ATTEMPTS="1")
    assert saw["corrected"] and abs(saw["offset"] / 1000 - 60 * 86_400) < 60
