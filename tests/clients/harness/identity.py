"""Users, roles and their keys, made as an administrator makes them."""

import json

ANY = "*"


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource=ANY, **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource=ANY, **more) -> dict:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trust(principal: dict, action="sts:AssumeRole", **more) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": action, **more})


def user(iam, name: str, *statements: dict) -> dict:
    """Makes a user with these permissions, and gives its access key."""
    iam.create_user(UserName=name)
    if statements:
        permit(iam, name, *statements)
    return iam.create_access_key(UserName=name)["AccessKey"]


def permit(iam, name: str, *statements: dict) -> None:
    """Replaces what the user may do."""
    iam.put_user_policy(UserName=name, PolicyName="permissions", PolicyDocument=document(*statements))


def role(iam, name: str, trusted: str, *statements: dict) -> str:
    """Makes a role, and gives its ARN."""
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=document(*statements))
    return arn


def as_user(cloud, service: str, key: dict, **more):
    """A client that signs with an access key of IAM."""
    return cloud.client(service, key["AccessKeyId"], key["SecretAccessKey"], **more)


def as_session(cloud, service: str, credentials: dict, **more):
    """A client that signs with temporary credentials."""
    return cloud.client(
        service, credentials["AccessKeyId"], credentials["SecretAccessKey"], token=credentials["SessionToken"], **more
    )
