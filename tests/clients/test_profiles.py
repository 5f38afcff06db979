"""Profiles of the stock AWS CLI: roles assumed from another profile, with a second factor, and by a web identity."""

import datetime
import json
import pathlib
import shutil
import subprocess
import sys

import pyotp
import pytest
from harness.identity import allow, role, trust, user

AWS = shutil.which("aws", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("aws")


@pytest.fixture
def iam(own_cloud):
    return own_cloud.client("iam")


@pytest.fixture
def aws(own_cloud, tmp_path):
    """Runs `aws --profile …` under a configuration file; a refusal is given back as its text."""
    config = tmp_path / "config"

    def run(configuration: str, *arguments: str, answer: str | None = None, refused: bool = False):
        config.write_text(configuration)
        environment = {**own_cloud.environment(), "AWS_CONFIG_FILE": str(config), "HOME": str(tmp_path)}
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.pop(name)
        done = subprocess.run([AWS, *arguments], env=environment, input=answer, capture_output=True, text=True, timeout=60)
        assert (done.returncode != 0) == refused, done.stderr
        return done.stderr if refused else json.loads(done.stdout or "null")

    return run


def source(key: dict) -> str:
    return f"""
[profile base]
aws_access_key_id = {key["AccessKeyId"]}
aws_secret_access_key = {key["SecretAccessKey"]}
"""


def test_a_role_from_a_source_profile(own_cloud, iam, aws):
    key = user(iam, "u", allow("sts:AssumeRole"))
    arn = role(iam, "r", trust({"AWS": "000000000000"}), allow("iam:ListUsers"))
    profiles = source(key) + f"\n[profile work]\nrole_arn = {arn}\nsource_profile = base\nrole_session_name = me\n"
    who = aws(profiles, "sts", "get-caller-identity", "--profile", "work")
    assert who["Arn"] == "arn:aws:sts::000000000000:assumed-role/r/me"
    assert [u["UserName"] for u in aws(profiles, "iam", "list-users", "--profile", "work")["Users"]] == ["u"]
    assert "AccessDenied" in aws(profiles, "iam", "list-users", "--profile", "base", refused=True)


def test_a_role_that_wants_a_second_factor(own_cloud, iam, aws):
    key = user(iam, "u", allow("sts:AssumeRole"))
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    serial, codes = device["SerialNumber"], pyotp.TOTP(device["Base32StringSeed"].decode())
    enabling = {"AuthenticationCode1": codes.at(now(own_cloud), -1), "AuthenticationCode2": codes.at(now(own_cloud))}
    iam.enable_mfa_device(UserName="u", SerialNumber=serial, **enabling)
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    arn = role(iam, "r", trust({"AWS": "000000000000"}, Condition=condition), allow("iam:ListUsers"))
    without = source(key) + f"\n[profile work]\nrole_arn = {arn}\nsource_profile = base\n"
    assert "AccessDenied" in aws(without, "sts", "get-caller-identity", "--profile", "work", refused=True)
    with_code = without + f"mfa_serial = {serial}\n"
    assert "AccessDenied" in aws(with_code, "sts", "get-caller-identity", "--profile", "work", answer="000000\n", refused=True)
    # A code counts once: the next one shows in half a minute.
    own_cloud.advance(60)
    session = aws(with_code, "sts", "get-caller-identity", "--profile", "work", answer=codes.at(now(own_cloud)) + "\n")
    assert session["Arn"].startswith("arn:aws:sts::000000000000:assumed-role/r/")
    assert [u["UserName"] for u in aws(with_code, "iam", "list-users", "--profile", "work")["Users"]] == ["u"]


def now(cloud) -> int:
    """The cloud's time, which is what an authenticator app's clock must show."""
    return int(datetime.datetime.fromisoformat(cloud.clock()["now"]).timestamp())
