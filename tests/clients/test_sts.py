"""STS: who is calling, by every kind of key and in both forms of signature."""

import urllib.request

import pytest
from harness.wire import presigned, query_call, send


def test_every_account_has_its_root(cloud, account):
    identity = cloud.client("sts", account).get_caller_identity()
    assert (identity["Account"], identity["UserId"], identity["Arn"]) == (account, account, f"arn:aws:iam::{account}:root")


@pytest.mark.parametrize("key, expected", [("test", "000000000000"), ("anything-else", "000000000000"), ("111122223333", "111122223333")])
def test_keys_that_exist_without_anyone_making_them(cloud, key, expected):
    assert cloud.client("sts", key).get_caller_identity()["Account"] == expected


def test_a_key_may_be_its_own_secret(cloud, account):
    assert cloud.client("sts", account, secret=account).get_caller_identity()["Account"] == account


def test_the_answer_is_the_query_protocols(cloud, account):
    answer = query_call(cloud, "GetCallerIdentity", service="sts", key=account)
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, "text/xml")
    for part in (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
        "<GetCallerIdentityResult>",
        f"<Arn>arn:aws:iam::{account}:root</Arn>",
        "<ResponseMetadata><RequestId>",
    ):
        assert part in answer.text.replace("\n", "").replace("  ", ""), answer.text


def test_a_presigned_identity_as_kubernetes_tokens_carry_it(cloud, account):
    target = presigned(cloud, "sts", "/?Action=GetCallerIdentity&Version=2011-06-15", expires=60, key=account)
    with urllib.request.urlopen(cloud.endpoint + target) as answer:
        assert f"<Account>{account}</Account>" in answer.read().decode()


def test_nobody_is_told_nothing(cloud):
    answer = send(cloud, "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {})
    assert answer.status == 403 and "<Code>MissingAuthenticationToken</Code>" in answer.text
