"""S3 with the stock AWS SDK for JavaScript, run by node."""

import json
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).parent / "js" / "s3.mjs"


@pytest.fixture
def run(cloud, account, node_modules):
    def scenario(name):
        environment = {**cloud.environment(account), "NODE_PATH": str(node_modules)}
        done = subprocess.run(["node", str(SCRIPT), name], env=environment, capture_output=True, text=True, timeout=90)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return scenario


def test_objects_there_and_back(run):
    assert run("objects") == {
        "summed": True,
        "body": "héllo",
        "metadata": {"who": "me"},
        "first": "h",
        "keys": ["a b/é+"],
        "deleted": ["a b/é+"],
        "refused": ["NoSuchKey", True, 404],
    }


def test_uploads_in_parts(run):
    assert run("parts") == {"parts": True, "same": True, "size": 12 * 1024 * 1024, "count": 3}
