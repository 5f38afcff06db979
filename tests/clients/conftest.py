"""Stock AWS clients against the real binary.

The program is `NEPHELE_BIN`, or `nephele` in cargo's target directory. `NEPHELE_ENDPOINT=http://127.0.0.1:4566` uses a cloud
that runs already instead; tests that must stop one or move its clock are then left out.
"""

import os
import pathlib
import shutil

import pytest
from harness.cloud import Cloud, binary, no_expected_panics


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    """The cloud most tests share. Each has an account of its own; nobody moves its clock."""
    endpoint = os.environ.get("NEPHELE_ENDPOINT")
    if endpoint:
        yield Cloud(endpoint=endpoint)
        return
    cloud = Cloud(tmp_path_factory.mktemp("cloud")).start()
    yield cloud
    assert cloud.panics() == 0, cloud.log.read_text()[-4000:]
    assert cloud.stop() == 0
    assert no_expected_panics(cloud.log.read_text()) == []


@pytest.fixture
def own_cloud(tmp_path):
    """A cloud for one test, which may kill it and move its clock."""
    if os.environ.get("NEPHELE_ENDPOINT"):
        pytest.skip("needs a cloud of its own")
    cloud = Cloud(tmp_path).start()
    yield cloud
    cloud.close()
    assert no_expected_panics(cloud.log.read_text()) == []


@pytest.fixture
def account(cloud) -> str:
    """An account of the shared cloud that nothing is in yet."""
    return cloud.new_account()


@pytest.fixture
def sqs(cloud, account):
    """SQS as that account's root."""
    return cloud.client("sqs", account)


@pytest.fixture
def queue(sqs) -> str:
    """A standard queue's URL."""
    return sqs.create_queue(QueueName="work")["QueueUrl"]


@pytest.fixture
def fifo(sqs) -> str:
    """A FIFO queue's URL; duplicates are told by content."""
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    return sqs.create_queue(QueueName="work.fifo", Attributes=attributes)["QueueUrl"]


@pytest.fixture(scope="session")
def node_modules() -> pathlib.Path:
    """Where the JavaScript SDK is installed: `NODE_PATH`."""
    path = os.environ.get("NODE_PATH")
    if not path or not shutil.which("node"):
        pytest.fail("NODE_PATH must name the node_modules of tests/clients/package.json, and node must be installed")
    return pathlib.Path(path)


def pytest_report_header(config):
    return f"nephele: {os.environ.get('NEPHELE_ENDPOINT') or binary()}"
