"""CloudTrail is on from the first call: who did what, secrets left out, nothing lost."""

import json

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
