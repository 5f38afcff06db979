"""Runs LocalStack's own tests, whose answers were recorded from AWS, against the real binary, and tells every difference.

Nothing of LocalStack is in this repository. Make an export of its repository outside of it, with `localstack-core`,
`tests/conftest.py`, `tests/aws/conftest.py`, `tests/aws/services/lambda_` and the folders of `SUITES` below, and a virtual
environment of Python 3.13 with its test dependencies; then

    LOCALSTACK_CHECKOUT=/tmp/localstack LOCALSTACK_PYTHON=/tmp/localstack-venv/bin/python python tests/clients/fidelity/run.py

runs all services, `run.py --only iam,kms` some; what is left of the arguments goes to pytest (`-n 2`, `-k name`). With
`--strict` the parts of recorded answers count too that LocalStack's tests leave out because it differs from AWS there.

Tests that are about LocalStack itself (its URLs, its own endpoints, its process) are listed apart: they say nothing of AWS.
"""

import argparse
import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import uuid
import xml.etree.ElementTree as ElementTree

import boto3

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from harness.cloud import Cloud  # noqa: E402

SUITES = {
    "dynamodb": ["test_dynamodb.py"],
    "dynamodbstreams": ["test_dynamodb_streams.py"],
    "sqs": ["test_sqs.py", "test_sqs_move_task.py"],
    "iam": ["test_iam.py"],
    "sts": ["test_sts.py"],
    "kms": ["test_kms.py"],
    "events": [
        "test_api_destinations_and_connection.py",
        "test_archive_and_replay.py",
        "test_events.py",
        "test_events_cross_account_region.py",
        "test_events_inputs.py",
        "test_events_patterns.py",
        "test_events_schedule.py",
        "test_events_tags.py",
        "test_events_targets.py",
        "test_x_ray_trace_propagation.py",
    ],
    "firehose": ["test_firehose.py"],
    "kinesis": ["test_kinesis.py"],
    "cloudformation": [""],
    "lambda_": [""],
    "logs": [""],
    "s3": [
        "test_s3.py",
        "test_s3_api.py",
        "test_s3_concurrency.py",
        "test_s3_cors.py",
        "test_s3_list_operations.py",
        "test_s3_notifications_eventbridge.py",
        "test_s3_notifications_sns.py",
        "test_s3_notifications_sqs.py",
        "test_s3_preconditions.py",
    ],
    "s3control": ["test_s3control.py"],
    "scheduler": ["test_scheduler.py"],
    "sns": ["test_sns.py", "test_sns_filter_policy.py"],
}
# Some of their tests know no other port.
USUAL = "http://127.0.0.1:4566"
ACCOUNT = "123456789012"
SECOND_ACCOUNT = "210987654321"
# Those that are LocalStack's alone, and those it knows to be wrong of AWS.
LOCAL = {"aws_only_localstack", "requires_in_process", "aws_manual_setup_required", "aws_needs_fixing"}


def administrator(port: int, account: str) -> dict:
    """The access key of a user who may everything: recordings were made as one, and root may not all that a user may."""
    iam = boto3.client(
        "iam",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=account,
        aws_secret_access_key="test",
    )
    name = f"recorder-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return iam.create_access_key(UserName=name)["AccessKey"]


def environment(port: int, scratch: str) -> dict[str, str]:
    """What their fixtures read: no LocalStack is started, and every client speaks to us."""
    first, second = administrator(port, ACCOUNT), administrator(port, SECOND_ACCOUNT)
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        "TEST_SKIP_LOCALSTACK_START": "1",
        # Not twelve zeros: those are found in sequence numbers too, and then replaced.
        "TEST_AWS_ACCOUNT_ID": ACCOUNT,
        "TEST_AWS_ACCESS_KEY_ID": first["AccessKeyId"],
        "TEST_AWS_SECRET_ACCESS_KEY": first["SecretAccessKey"],
        "SECONDARY_TEST_AWS_ACCOUNT_ID": SECOND_ACCOUNT,
        "SECONDARY_TEST_AWS_ACCESS_KEY_ID": second["AccessKeyId"],
        "SECONDARY_TEST_AWS_SECRET_ACCESS_KEY": second["SecretAccessKey"],
        "TEST_AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "LOCALSTACK_HOST": f"localhost:{port}",
        "SQS_ENDPOINT_STRATEGY": "path",
        "LOCALSTACK_VOLUME_DIR": f"{scratch}/volume",
        "TMPDIR": scratch,
        # Some tests are made of sets: every worker must find them in one order.
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join([str(HERE), f"{checkout()}/localstack-core", str(checkout())]),
    }


def checkout() -> pathlib.Path:
    return pathlib.Path(os.environ["LOCALSTACK_CHECKOUT"])


def files(services: list[str]) -> list[str]:
    return [f"tests/aws/services/{service}/{file}" for service in services for file in SUITES[service]]


def run(port: int, report: str, scratch: str, suites: list[str], strict: bool, extra: list[str]) -> None:
    python = os.environ.get("LOCALSTACK_PYTHON", sys.executable)
    command = [python, "-m", "pytest", "-q", "-p", "shim", "-p", "no:cacheprovider", "-W", "ignore", f"--junitxml={report}", *suites, *extra]
    variables = {**environment(port, scratch), "FIDELITY_STRICT": str(int(strict))}
    subprocess.run(command, env=variables, cwd=checkout(), stdout=subprocess.DEVNULL)


def outcomes(report: str):
    """Service (`?` where nothing could be collected), kind, name, outcome and reason of each test."""
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = [p.get("value") for p in case.iter("property") if p.get("name") == "kind"]
        kind = next((k for k in kinds if k in LOCAL), kinds[0] if kinds else "unmarked")
        bad = [child for child in case if child.tag in ("failure", "error", "skipped")]
        outcome = bad[0].tag if bad else "passed"
        reason = ((bad[0].get("message") or "") + "\n" + (bad[0].text or "")) if bad else ""
        yield ([*case.get("classname").split("."), *["?"] * 4])[3], kind, case.get("name"), outcome, reason


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, help="a cloud that runs already")
    parser.add_argument("--only", default=",".join(SUITES), help="services, with commas between")
    parser.add_argument("--strict", action="store_true", help="compare whole answers")
    parser.add_argument("--full", action="store_true", help="print whole reasons")
    options, extra = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as scratch:
        cloud = None if options.port else Cloud(pathlib.Path(scratch), endpoint=USUAL).start()
        report = f"{scratch}/report.xml"
        try:
            run(options.port or cloud.port, report, scratch, files(options.only.split(",")), options.strict, extra)
        finally:
            died = cloud and cloud.process.poll() is not None and cloud.log.read_text()[-4000:]
            if cloud:
                cloud.close()
        if died:
            sys.exit(f"the cloud ended by itself:\n{died}")
        tally = collections.Counter()
        for service, kind, name, outcome, reason in outcomes(report):
            group = "about LocalStack" if kind in LOCAL else "recorded from AWS"
            tally[service, group, outcome] += 1
            if outcome in ("failure", "error"):
                print(f"[{service}, {group}] {name}\n{reason if options.full else reason[:300]}\n")
    for (service, group, outcome), count in sorted(tally.items()):
        print(f"{service}, {group}: {count} {outcome}")
    sys.exit(any(group == "recorded from AWS" and outcome in ("failure", "error") for _, group, outcome in tally))


if __name__ == "__main__":
    main()
