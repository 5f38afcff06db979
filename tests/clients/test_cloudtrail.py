"""CloudTrail is on from the first call: who did what, secrets left out, nothing lost."""

import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError
from harness.identity import as_user, user


def events(cloudtrail, **attribute) -> list[dict]:
    """All events with an attribute, newest first."""
    (name, value), = attribute.items()
    lookup = [{"AttributeKey": name, "AttributeValue": value}]
    pages = cloudtrail.get_paginator("lookup_events").paginate(LookupAttributes=lookup)
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def test_a_change_is_there_as_soon_as_it_is_acknowledged(cloud, account):
    cloud.client("sqs", account).create_queue(QueueName="seen")
    (event,) = events(cloud.client("cloudtrail", account), EventName="CreateQueue")
    assert (event["eventSource"], event["readOnly"], event["managementEvent"]) == ("sqs.amazonaws.com", False, True)
    assert event["userIdentity"] == {
        "type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account, "accessKeyId": account,
    }
    assert event["requestParameters"]["queueName"] == "seen"
    assert event["responseElements"]["queueUrl"].endswith("/seen")
    assert (event["awsRegion"], event["recipientAccountId"]) == ("us-east-1", account)
    assert "Boto3" in event["userAgent"]


def test_secrets_are_left_out(cloud, account):
    iam = cloud.client("iam", account)
    key = user(iam, "u")
    iam.create_login_profile(UserName="u", Password="Very-Secret-1")
    kms = cloud.client("kms", account)
    master = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=master, Plaintext=b"plain-secret")
    trail = cloud.client("cloudtrail", account)
    everything = json.dumps([event for source in ("iam.amazonaws.com", "kms.amazonaws.com") for event in events(trail, EventSource=source)])
    assert key["AccessKeyId"] in everything
    for secret in (key["SecretAccessKey"], "Very-Secret-1", "plain-secret", "cGxhaW4tc2VjcmV0"):
        assert secret not in everything


def test_denials_are_events_too(cloud, account):
    key = user(cloud.client("iam", account), "nosy")
    with pytest.raises(ClientError):
        as_user(cloud, "iam", key).list_users()
    found = events(cloud.client("cloudtrail", account), Username="nosy")
    (event,) = [event for event in found if event["eventName"] == "ListUsers"]
    assert event["errorCode"] == "AccessDenied"
    assert "because no identity-based policy allows the iam:ListUsers action" in event["errorMessage"]
    assert event["userIdentity"]["userName"] == "nosy"


def test_no_event_of_an_acknowledged_change_is_lost(own_cloud):
    sqs = own_cloud.client("sqs")
    for round in range(5):
        for number in range(10):
            sqs.create_queue(QueueName=f"q-{round}-{number}")
        own_cloud.crash()
    names = {event["requestParameters"]["queueName"] for event in events(own_cloud.client("cloudtrail"), EventName="CreateQueue")}
    assert names == {f"q-{round}-{number}" for round in range(5) for number in range(10)}


def test_ninety_days_and_no_longer(own_cloud):
    own_cloud.client("sqs").create_queue(QueueName="old")
    trail = own_cloud.client("cloudtrail")
    assert events(trail, EventName="CreateQueue")
    own_cloud.advance(91 * 86400)
    assert events(trail, EventName="CreateQueue") == []


def bucket_for_trails(s3, name: str, account: str) -> None:
    """A bucket with the policy that CloudTrail's user guide shows."""
    s3.create_bucket(Bucket=name)
    service, source = {"Service": "cloudtrail.amazonaws.com"}, {"aws:SourceAccount": account}
    look = {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{name}", "Condition": {"StringEquals": source}}
    write = {
        "Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/AWSLogs/{account}/*",
        "Condition": {"StringEquals": source | {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [look, write]}))


def delivered(s3, name: str, part: str, count: int) -> list[str]:
    """Keys of objects, once there are so many."""
    for _ in range(5000):
        listed = s3.list_objects_v2(Bucket=name).get("Contents", [])
        keys = [one["Key"] for one in listed if part in one["Key"] and not one["Key"].endswith("/")]
        if len(keys) >= count:
            return keys
    raise AssertionError(f"{count} objects of {part} did not come: {listed}")


def test_validate_logs_of_the_stock_cli_through_a_kill(own_cloud):
    s3, trail = own_cloud.client("s3"), own_cloud.client("cloudtrail")
    bucket_for_trails(s3, "audit", "000000000000")
    arn = trail.create_trail(Name="logs", S3BucketName="audit", EnableLogFileValidation=True, IsMultiRegionTrail=True)["TrailARN"]
    trail.start_logging(Name="logs")
    own_cloud.advance(3700)
    delivered(s3, "audit", "CloudTrail-Digest", 1)
    for number in range(3):
        own_cloud.client("sqs").create_queue(QueueName=f"q-{number}")
        own_cloud.crash()
        own_cloud.advance(3700)
        s3 = own_cloud.client("s3")
        delivered(s3, "audit", "CloudTrail-Digest", number + 2)
    aws, environment = shutil.which("aws", path=str(pathlib.Path(sys.executable).parent)), own_cloud.environment()
    # The client does not know that the cloud's clock is hours ahead.
    span = ["--start-time", "2015-01-01T00:00:00Z", "--end-time", "2100-01-01T00:00:00Z"]
    validate = [aws, "cloudtrail", "validate-logs", "--trail-arn", arn, *span, "--verbose"]
    done = subprocess.run(validate, env=environment, capture_output=True, text=True, timeout=120)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert "INVALID" not in told.replace("0 INVALID", "") and re.search(r"(\d+)/\1 digest files valid", told), told
    assert re.search(r"(\d+)/\1 log files valid", told), told
    names = [record["requestParameters"]["queueName"] for record in records(s3, "audit") if record["eventName"] == "CreateQueue"]
    assert sorted(names) == ["q-0", "q-1", "q-2"]
    forged = delivered(s3, "audit", "/CloudTrail/", 1)[0]
    s3.put_object(Bucket="audit", Key=forged, Body=gzip.compress(b'{"Records":[]}'))
    told = subprocess.run(validate, env=environment, capture_output=True, text=True, timeout=120).stdout
    assert re.search(r"1/\d+ log files INVALID", told), told


def records(s3, name: str) -> list[dict]:
    """All records of all log files."""
    bodies = [s3.get_object(Bucket=name, Key=key)["Body"].read() for key in delivered(s3, name, "/CloudTrail/", 1)]
    return [record for body in bodies for record in json.loads(gzip.decompress(body))["Records"]]
