"""An organization binds its members: root included, the management account not."""

import pytest
from botocore.exceptions import ClientError
from harness.identity import allow, deny, document


@pytest.fixture
def head(cloud, account):
    """The organization of a management account, with service control policies."""
    organizations = cloud.client("organizations", account)
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    return organizations, root


def member(cloud, organizations, name: str) -> str:
    """A new account. AWS makes it in the background, within a second of the cloud's clock here."""
    made = organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
    for _ in range(1000):
        status = organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
        if status["State"] != "IN_PROGRESS":
            break
    assert status["State"] == "SUCCEEDED", status
    return status["AccountId"]


def denied(call, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return caught.value.response["Error"]["Message"]


def test_a_service_control_policy_binds_a_members_root(cloud, account, head):
    organizations, root = head
    bound = member(cloud, organizations, "bound")
    queues = cloud.client("sqs", bound)
    queues.create_queue(QueueName="before")
    content = document(deny("sqs:CreateQueue"))
    policy = organizations.create_policy(Content=content, Description="d", Name="no-queues", Type="SERVICE_CONTROL_POLICY")
    policy = policy["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=root)
    assert "with an explicit deny in a service control policy" in denied(queues.create_queue, QueueName="after")
    cloud.client("sqs", account).create_queue(QueueName="management")
    organizations.detach_policy(PolicyId=policy, TargetId=root)
    queues.create_queue(QueueName="after")


def test_units_allow_what_they_list(cloud, head):
    organizations, root = head
    bound = member(cloud, organizations, "listed")
    unit = organizations.create_organizational_unit(ParentId=root, Name="only-sqs")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=bound, SourceParentId=root, DestinationParentId=unit)
    content = document(allow("sqs:*"))
    policy = organizations.create_policy(Content=content, Description="d", Name="only-sqs", Type="SERVICE_CONTROL_POLICY")
    policy = policy["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=unit)
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
    cloud.client("sqs", bound).list_queues()
    assert "because no service control policy allows the iam:ListUsers action" in denied(cloud.client("iam", bound).list_users)
    with pytest.raises(ClientError) as caught:
        organizations.detach_policy(PolicyId=policy, TargetId=unit)
    assert caught.value.response["Error"]["Code"] == "ConstraintViolationException"


def test_who_is_in_no_organization_is_told_so(cloud, account):
    with pytest.raises(ClientError) as caught:
        cloud.client("organizations", account).describe_organization()
    error = caught.value.response["Error"]
    assert error["Code"] == "AWSOrganizationsNotInUseException"
    assert error["Message"] == "Your account is not a member of an organization."


def test_an_organization_binds_as_before_after_a_crash(own_cloud):
    organizations = own_cloud.client("organizations", "111122223333")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    made = organizations.create_account(Email="kept@example.com", AccountName="kept")["CreateAccountStatus"]["Id"]
    # The timer that makes the account is in the store too.
    own_cloud.crash()
    own_cloud.advance(5)
    status = organizations.describe_create_account_status(CreateAccountRequestId=made)["CreateAccountStatus"]
    assert status["State"] == "SUCCEEDED", status
    bound = status["AccountId"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="u")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=bound, SourceParentId=root, DestinationParentId=unit)
    content = document(deny("sqs:CreateQueue"))
    policy = organizations.create_policy(Content=content, Description="d", Name="n", Type="SERVICE_CONTROL_POLICY")
    organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    own_cloud.crash()
    assert "explicit deny in a service control policy" in denied(own_cloud.client("sqs", bound).create_queue, QueueName="q")
    assert [account["Id"] for account in organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]] == [bound]
