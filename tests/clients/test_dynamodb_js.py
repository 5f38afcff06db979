"""The document client of the AWS SDK for JavaScript, and the single-table libraries dynamodb-toolbox and ElectroDB, run by node."""

import json
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).parent / "js" / "dynamodb.mjs"


@pytest.fixture
def run(cloud, account, node_modules):
    def scenario(name):
        environment = {**cloud.environment(account), "NODE_PATH": str(node_modules)}
        done = subprocess.run(["node", str(SCRIPT), name], env=environment, capture_output=True, text=True, timeout=90)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return scenario


def test_documents_there_and_back(run):
    saw = run("documents")
    assert (saw["set"], saw["bytes"], saw["gone"]) == (["x", "y"], [0, 255], False)
    assert saw["big"] == "12345678901234567890123456789012345678"
    assert saw["updated"] == {"list": [2], "n": 1}, "of a list only the elements that changed are told"
    assert saw["pages"] == [["1", "2"], ["3"]]
    assert saw["refused"] == [True, "ConditionalCheckFailedException", "The conditional request failed", "1"]


def test_dynamodb_toolbox(run):
    assert run("toolbox") == {
        "level": 10,
        "types": ["electric"],
        "byLevel": ["raichu", "pikachu"],
        "failed": ["ConditionalCheckFailed"],
        "left": ["raichu"],
    }


def test_electrodb(run):
    assert run("electro") == {
        "twice": "ElectroError",
        "points": 11,
        "notes": ["hi"],
        "tags": ["b"],
        "byProject": ["t1", "t2"],
        "assigned": [3, 1],
        "canceled": [True, ["None", "ConditionalCheckFailed"]],
        "scanned": ["t1", "t2"],
        "cursor": None,
    }
