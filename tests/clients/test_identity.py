"""IAM as its users meet it: nothing to set up, nothing allowed but what a policy allows, and AWS's words for the rest."""

import pytest
from botocore.exceptions import ClientError
from harness.identity import allow, as_session, as_user, deny, document, permit, role, trust, user


@pytest.fixture
def iam(cloud, account):
    return cloud.client("iam", account)


def refused(call, **arguments) -> dict:
    """The error of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response


def denied(call, **arguments) -> str:
    """The message of a call that must be denied."""
    response = refused(call, **arguments)
    assert response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"), response
    return response["Error"]["Message"]


def test_a_new_user_may_nothing_and_is_told_why(cloud, account, iam, queue):
    key = user(iam, "nobody")
    message = denied(as_user(cloud, "sqs", key).send_message, QueueUrl=queue, MessageBody="x")
    assert message == (
        f"User: arn:aws:iam::{account}:user/nobody is not authorized to perform: sqs:sendmessage on resource: "
        f"arn:aws:sqs:us-east-1:{account}:work because no identity-based policy allows the sqs:sendmessage action"
    )
    who = as_user(cloud, "sts", key).get_caller_identity()
    assert (who["Account"], who["Arn"]) == (account, f"arn:aws:iam::{account}:user/nobody")


def test_a_policy_counts_from_the_next_request_and_until_it_goes(cloud, iam, queue):
    key = user(iam, "sender")
    sqs = as_user(cloud, "sqs", key)
    denied(sqs.send_message, QueueUrl=queue, MessageBody="x")
    permit(iam, "sender", allow("sqs:Send*", "arn:aws:sqs:*:*:work"))
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    denied(sqs.receive_message, QueueUrl=queue)
    permit(iam, "sender", allow("sqs:*"), deny("sqs:SendMessage"))
    assert "with an explicit deny in an identity-based policy" in denied(sqs.send_message, QueueUrl=queue, MessageBody="x")
    sqs.receive_message(QueueUrl=queue)
    iam.delete_user_policy(UserName="sender", PolicyName="permissions")
    denied(sqs.receive_message, QueueUrl=queue)


def test_groups_managed_policies_and_boundaries(cloud, account, iam, queue):
    key = user(iam, "member")
    sqs = as_user(cloud, "sqs", key)
    iam.create_group(GroupName="senders")
    iam.add_user_to_group(GroupName="senders", UserName="member")
    policy = iam.create_policy(PolicyName="send", PolicyDocument=document(allow("sqs:SendMessage")))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="senders", PolicyArn=policy)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=document(allow("sqs:Receive*")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="member", PermissionsBoundary=bound)
    message = denied(sqs.send_message, QueueUrl=queue, MessageBody="x")
    assert "because no permissions boundary allows the sqs:sendmessage action" in message
    iam.delete_user_permissions_boundary(UserName="member")
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(allow("sqs:List*")), SetAsDefault=True)
    denied(sqs.send_message, QueueUrl=queue, MessageBody="x")
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v1")
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    iam.remove_user_from_group(GroupName="senders", UserName="member")
    denied(sqs.send_message, QueueUrl=queue, MessageBody="x")
    iam.attach_user_policy(UserName="member", PolicyArn="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    sqs.send_message(QueueUrl=queue, MessageBody="x")


def test_keys_are_checked_switched_off_and_deleted(cloud, iam, queue):
    key = user(iam, "keyed", allow("sqs:*"))
    as_user(cloud, "sqs", key).list_queues()
    wrong = {**key, "SecretAccessKey": "0" * 40}
    assert refused(as_user(cloud, "sqs", wrong).list_queues)["Error"]["Code"] == "SignatureDoesNotMatch"
    iam.update_access_key(UserName="keyed", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    code = refused(as_user(cloud, "sts", key).get_caller_identity)["Error"]["Code"]
    assert code == "InvalidClientTokenId"
    iam.update_access_key(UserName="keyed", AccessKeyId=key["AccessKeyId"], Status="Active")
    as_user(cloud, "sqs", key).list_queues()
    iam.delete_access_key(UserName="keyed", AccessKeyId=key["AccessKeyId"])
    assert refused(as_user(cloud, "sts", key).get_caller_identity)["Error"]["Code"] == "InvalidClientTokenId"
    assert cloud.client("sts").get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"]


def test_queue_policies_let_other_accounts_and_strangers_in(cloud, account, sqs, queue):
    other = cloud.new_account()
    foreign = cloud.client("sqs", other)
    url = f"{cloud.endpoint}/{account}/work"
    denied(foreign.send_message, QueueUrl=url, MessageBody="x")
    sqs.add_permission(QueueUrl=queue, Label="l", AWSAccountIds=[other], Actions=["SendMessage"])
    foreign.send_message(QueueUrl=url, MessageBody="x")
    denied(foreign.receive_message, QueueUrl=url)
    # A user over there needs both its own account's word and the queue's.
    key = user(cloud.client("iam", other), "u")
    denied(as_user(cloud, "sqs", key).send_message, QueueUrl=url, MessageBody="x")
    permit(cloud.client("iam", other), "u", allow("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{account}:work"))
    as_user(cloud, "sqs", key).send_message(QueueUrl=url, MessageBody="x")


def test_a_queue_may_keep_its_own_root_out(sqs, account, queue):
    arn = f"arn:aws:sqs:us-east-1:{account}:work"
    shut = document({"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": shut})
    assert "explicit deny in a resource-based policy" in denied(sqs.send_message, QueueUrl=queue, MessageBody="x")


def test_a_role_is_assumed_by_whom_it_trusts(cloud, account, iam, queue):
    key = user(iam, "worker")
    me = f"arn:aws:iam::{account}:user/worker"
    arn = role(iam, "work", trust({"AWS": me}), allow("sqs:*"))
    sts = as_user(cloud, "sts", key)
    answer = sts.assume_role(RoleArn=arn, RoleSessionName="me")
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/work/me"
    session = answer["Credentials"]
    as_session(cloud, "sqs", session).send_message(QueueUrl=queue, MessageBody="x")
    who = as_session(cloud, "sts", session).get_caller_identity()
    assert who["Arn"] == f"arn:aws:sts::{account}:assumed-role/work/me"
    iam.update_assume_role_policy(RoleName="work", PolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    message = denied(sts.assume_role, RoleArn=arn, RoleSessionName="me")
    assert message.startswith(f"User: {me} is not authorized to perform: sts:AssumeRole on resource: {arn}")
    # Whose session it is, is looked at with each request.
    iam.delete_role_policy(RoleName="work", PolicyName="permissions")
    denied(as_session(cloud, "sqs", session).send_message, QueueUrl=queue, MessageBody="x")


def test_an_external_id_and_a_session_policy(cloud, account, iam, queue):
    key = user(iam, "partner", allow("sts:AssumeRole"))
    condition = {"StringEquals": {"sts:ExternalId": "42"}}
    arn = role(iam, "shared", trust({"AWS": account}, Condition=condition), allow("sqs:*"))
    sts = as_user(cloud, "sts", key)
    denied(sts.assume_role, RoleArn=arn, RoleSessionName="me")
    denied(sts.assume_role, RoleArn=arn, RoleSessionName="me", ExternalId="41")
    only_send = document(allow("sqs:SendMessage"))
    session = sts.assume_role(RoleArn=arn, RoleSessionName="me", ExternalId="42", Policy=only_send)["Credentials"]
    sqs = as_session(cloud, "sqs", session)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert "because no session policy allows" in denied(sqs.receive_message, QueueUrl=queue)


def test_sessions_end_by_the_clouds_clock(own_cloud):
    iam = own_cloud.client("iam")
    key = user(iam, "u", allow("sts:AssumeRole"))
    arn = role(iam, "r", trust({"AWS": "000000000000"}), allow("sqs:*"))
    session = as_user(own_cloud, "sts", key).assume_role(RoleArn=arn, RoleSessionName="me", DurationSeconds=900)["Credentials"]
    as_session(own_cloud, "sqs", session).list_queues()
    own_cloud.crash()
    as_session(own_cloud, "sqs", session).list_queues()
    own_cloud.advance(901)
    error = refused(as_session(own_cloud, "sts", session).get_caller_identity)["Error"]
    assert error["Code"] == "ExpiredToken", error
    tampered = {**session, "SessionToken": session["SessionToken"][:-8] + "AAAAAAAA"}
    assert refused(as_session(own_cloud, "sts", tampered).get_caller_identity)["Error"]["Code"] == "InvalidClientTokenId"


def test_why_shows_the_policies_read(cloud, account, iam, queue):
    key = user(iam, "curious", allow("sqs:SendMessage", "arn:aws:sqs:*:*:other"))
    response = refused(as_user(cloud, "sqs", key).send_message, QueueUrl=queue, MessageBody="x")
    request = response["ResponseMetadata"]["RequestId"]
    (ruling,) = cloud.get(f"/_nephele/why/{request}")["rulings"]
    assert (ruling["action"], ruling["allowed"]) == ("sqs:SendMessage", False)
    assert ruling["principal"] == f"arn:aws:iam::{account}:user/curious"
    (statement,) = ruling["explanation"]["policies"][-1]["statements"] if ruling["explanation"]["policies"] else [None]
    assert statement["outcome"] == "Resource", ruling
    shown = cloud.run("why", request, "--endpoint", cloud.endpoint)
    assert "because no identity-based policy allows the sqs:SendMessage action" in shown
    assert "is of other resources" in shown


def test_least_privilege_is_enough_and_no_more(cloud, account, iam, sqs, queue):
    everyone = trust({"AWS": account})
    arn = role(iam, "busy", everyone, allow("*"))
    session = cloud.client("sts", account)
    key = user(iam, "starter", allow("sts:AssumeRole"))
    session = as_user(cloud, "sts", key).assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    work = as_session(cloud, "sqs", session)
    work.send_message(QueueUrl=queue, MessageBody="x")
    work.receive_message(QueueUrl=queue)
    work.list_queues()
    policy = cloud.run("least-privilege", "--role", "busy", "--account", account, "--endpoint", cloud.endpoint)
    iam.put_role_policy(RoleName="busy", PolicyName="permissions", PolicyDocument=policy)
    work.send_message(QueueUrl=queue, MessageBody="x")
    work.receive_message(QueueUrl=queue)
    work.list_queues()
    denied(work.purge_queue, QueueUrl=queue)
    denied(work.get_queue_attributes, QueueUrl=queue)


def test_the_simulator_says_what_will_happen(iam, account):
    answer = iam.simulate_custom_policy(
        PolicyInputList=[document(allow("sqs:SendMessage", "arn:aws:sqs:us-east-1:*:a"), deny("sqs:DeleteQueue"))],
        ActionNames=["sqs:SendMessage", "sqs:DeleteQueue"],
        ResourceArns=[f"arn:aws:sqs:us-east-1:{account}:a", f"arn:aws:sqs:us-east-1:{account}:b"],
    )
    decisions = {(r["EvalActionName"], r["EvalResourceName"][-1]): r["EvalDecision"] for r in answer["EvaluationResults"]}
    assert decisions[("sqs:SendMessage", "a")] == "allowed"
    assert decisions[("sqs:SendMessage", "b")] == "implicitDeny"
    assert decisions[("sqs:DeleteQueue", "a")] == "explicitDeny"


@pytest.mark.parametrize(
    "text, message",
    [
        ("not json", "Syntax errors in policy."),
        ("{}", "Syntax errors in policy."),
        ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}', "Policy statement must contain resources."),
        ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"x","Resource":"*"}]}', "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"x"}]}', 'Resource x must be in ARN format or "*".'),
        ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}', "Policy document should not specify a principal."),
    ],
)
def test_malformed_policies_get_awss_text(iam, text, message):
    error = refused(iam.create_policy, PolicyName="p", PolicyDocument=text)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert (error["Error"]["Code"], error["Error"]["Message"]) == ("MalformedPolicyDocument", message)
