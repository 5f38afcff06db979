"""Loaded into LocalStack's own test run: notes of each test whether its answers were recorded from AWS."""

import os

import pytest

# Where LocalStack differs from AWS, its tests leave parts of the recorded answers out of the comparison.
STRICT = os.environ.get("FIDELITY_STRICT") == "1"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if STRICT:
            compare_all(item)
        names = {marker.name for marker in item.iter_markers()}
        for name in ("aws_validated", "aws_only_localstack", "aws_manual_setup_required", "aws_needs_fixing", "aws_unknown", "requires_in_process"):
            if name in names:
                item.user_properties.append(("kind", name))


def compare_all(item):
    """Takes from a test, its class and its module what would leave parts of answers out."""
    for node in item.listchain():
        node.own_markers[:] = [marker for marker in node.own_markers if marker.name != "skip_snapshot_verify"]
