"""Loaded into LocalStack's own test run: notes of each test whether its answers were recorded from AWS."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    for item in items:
        names = {marker.name for marker in item.iter_markers()}
        for name in ("aws_validated", "aws_only_localstack", "aws_manual_setup_required", "aws_needs_fixing", "aws_unknown", "requires_in_process"):
            if name in names:
                item.user_properties.append(("kind", name))
