"""Identities from elsewhere: a web identity token from environment variables, as in Kubernetes, checked with the issuer's
published keys."""

import http.server
import json
import threading
import time
import urllib.request
from unittest.mock import ANY

import boto3
import jwt
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from harness.identity import allow, as_user, role, trust, user


class Issuer:
    """An OpenID Connect provider on a port of this machine."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        issuer = self

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = {"/.well-known/openid-configuration": issuer.configuration, "/keys": issuer.keys}.get(self.path)
                self.send_response(200 if page else 404)
                self.end_headers()
                self.wfile.write(json.dumps(page() if page else {}).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def configuration(self) -> dict:
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", "id_token_signing_alg_values_supported": ["RS256"]}

    def keys(self) -> dict:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]}

    def token(self, key=None, **claims) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": "sts.amazonaws.com", "sub": "repo:me/app:ref:main", "iat": now, "exp": now + 600}
        return jwt.encode({**usual, **claims}, key or self.key, algorithm="RS256", headers={"kid": "1"})


@pytest.fixture
def issuer():
    issuer = Issuer()
    yield issuer
    issuer.server.shutdown()


@pytest.fixture
def federated(cloud, account, issuer):
    """A role that the provider's tokens for one subject may take."""
    iam = cloud.client("iam", account)
    provider = iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40])
    condition = {"StringLike": {f"{issuer.host}:sub": "repo:me/*"}, "StringEquals": {f"{issuer.host}:aud": "sts.amazonaws.com"}}
    trusted = trust({"Federated": provider["OpenIDConnectProviderArn"]}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    return role(iam, "deployer", trusted, allow("sqs:*"))


def test_a_token_from_environment_variables(cloud, account, issuer, federated, tmp_path, monkeypatch):
    (tmp_path / "token").write_text(issuer.token())
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", federated)
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "build-7")
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    session = boto3.session.Session(region_name="us-east-1")
    assert session.client("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{account}:assumed-role/deployer/build-7"
    session.client("sqs", config=Config(retries={"max_attempts": 1})).create_queue(QueueName="deployed")


@pytest.mark.parametrize(
    "change, code",
    [
        ({"aud": "someone-else"}, "InvalidIdentityToken"),
        ({"exp": 1}, "ExpiredTokenException"),
        ({"sub": "repo:other/app:ref:main"}, "AccessDenied"),
    ],
)
def test_a_token_that_does_not_count(cloud, account, issuer, federated, change, code):
    sts = cloud.client("sts", account)
    with pytest.raises(ClientError) as caught:
        sts.assume_role_with_web_identity(RoleArn=federated, RoleSessionName="me", WebIdentityToken=issuer.token(**change))
    assert caught.value.response["Error"]["Code"] == code, caught.value.response


def test_a_token_that_someone_else_signed(cloud, account, issuer, federated):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(ClientError) as caught:
        cloud.client("sts", account).assume_role_with_web_identity(
            RoleArn=federated, RoleSessionName="me", WebIdentityToken=issuer.token(key=other)
        )
    assert caught.value.response["Error"]["Code"] == "InvalidIdentityToken"


def test_an_identity_token_is_checked_with_the_keys_that_its_issuer_publishes(cloud, account):
    """PyJWT's own client fetches them, from the address of the cloud: not every resolver knows names below localhost."""
    iam = cloud.client("iam", account)
    issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    assert iam.get_outbound_web_identity_federation_info() == {"IssuerIdentifier": issuer, "JwtVendingEnabled": True} | {"ResponseMetadata": ANY}
    key = user(iam, "bearer", allow("sts:GetWebIdentityToken"))
    answer = as_user(cloud, "sts", key).get_web_identity_token(Audience=["https://outside.example"], SigningAlgorithm="ES384", DurationSeconds=600)
    host = {"Host": issuer.split("://")[1]}
    with urllib.request.urlopen(urllib.request.Request(f"{cloud.endpoint}/.well-known/openid-configuration", headers=host)) as page:
        discovery = json.load(page)
    assert discovery["issuer"] == issuer and discovery["jwks_uri"].startswith(issuer)
    keys = jwt.PyJWKClient(cloud.endpoint + discovery["jwks_uri"].removeprefix(issuer), headers=host)
    token = answer["WebIdentityToken"]
    claims = jwt.decode(token, keys.get_signing_key_from_jwt(token), algorithms=["ES384"], audience="https://outside.example", issuer=issuer)
    assert claims["sub"] == f"arn:aws:iam::{account}:user/bearer"
    assert claims["https://sts.amazonaws.com/"]["aws_account"] == account
    assert claims["exp"] - claims["iat"] == 600
    iam.disable_outbound_web_identity_federation()
    with pytest.raises(ClientError) as refused:
        as_user(cloud, "sts", key).get_web_identity_token(Audience=["a"], SigningAlgorithm="RS256")
    assert refused.value.response["Error"]["Code"] == "OutboundWebIdentityFederationDisabledException"
