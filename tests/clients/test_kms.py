"""KMS with boto3: what it encrypts and signs is checked with stock cryptography, and keys are guarded by their policies."""

import json

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from harness.identity import allow, as_user, document, permit, user


@pytest.fixture
def kms(cloud, account):
    return cloud.client("kms", account)


def code(call, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_encrypted_under_a_context_and_decrypted_without_naming_the_key(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/app", TargetKeyId=key)
    sealed = kms.encrypt(KeyId="alias/app", Plaintext=b"secret", EncryptionContext={"a": "1"})["CiphertextBlob"]
    assert b"secret" not in sealed
    assert kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"a": "1"})["Plaintext"] == b"secret"
    assert code(kms.decrypt, CiphertextBlob=sealed, EncryptionContext={"a": "2"}) == "InvalidCiphertextException"
    assert code(kms.decrypt, CiphertextBlob=sealed[:-1] + bytes([sealed[-1] ^ 1]), EncryptionContext={"a": "1"}) == "InvalidCiphertextException"
    data = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"] == data["Plaintext"]


@pytest.mark.parametrize("spec, algorithm", [("RSA_2048", "RSASSA_PSS_SHA_256"), ("ECC_NIST_P256", "ECDSA_SHA_256")])
def test_signatures_verify_with_a_stock_library(kms, spec, algorithm):
    key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    signature = kms.sign(KeyId=key, Message=b"text", SigningAlgorithm=algorithm)["Signature"]
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    if spec.startswith("RSA"):
        public.verify(signature, b"text", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    else:
        public.verify(signature, b"text", ec.ECDSA(hashes.SHA256()))
    assert kms.verify(KeyId=key, Message=b"text", Signature=signature, SigningAlgorithm=algorithm)["SignatureValid"]
    assert code(kms.verify, KeyId=key, Message=b"other", Signature=signature, SigningAlgorithm=algorithm) == "KMSInvalidSignatureException"


def test_who_may_use_a_key_its_policy_says(cloud, account, kms):
    key = user(cloud.client("iam", account), "u", allow("kms:*"))
    theirs = as_user(cloud, "kms", key)
    arn = theirs.create_key()["KeyMetadata"]["Arn"]
    sealed = theirs.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    root_only = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}
    nobody_else = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{account}:user/u"}, "Action": "kms:Decrypt", "Resource": "*"}
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=document(root_only, nobody_else))
    assert code(theirs.decrypt, CiphertextBlob=sealed) == "AccessDeniedException"
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_a_grant_lets_in_and_a_revoked_one_does_not(cloud, account, kms):
    key = user(cloud.client("iam", account), "grantee")
    theirs = as_user(cloud, "kms", key)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    assert code(theirs.encrypt, KeyId=arn, Plaintext=b"x") == "AccessDeniedException"
    grantee = f"arn:aws:iam::{account}:user/grantee"
    grant = kms.create_grant(KeyId=arn, GranteePrincipal=grantee, Operations=["Encrypt"])["GrantId"]
    theirs.encrypt(KeyId=arn, Plaintext=b"x")
    kms.revoke_grant(KeyId=arn, GrantId=grant)
    assert code(theirs.encrypt, KeyId=arn, Plaintext=b"x") == "AccessDeniedException"


def test_keys_outlive_a_crash_and_go_when_their_time_has_come(own_cloud):
    kms = own_cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"kept")["CiphertextBlob"]
    own_cloud.crash()
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"kept"
    kms.enable_key_rotation(KeyId=key)
    own_cloud.advance(366 * 86400)
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 1
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"kept"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert code(kms.decrypt, CiphertextBlob=sealed) == "KMSInvalidStateException"
    own_cloud.advance(8 * 86400)
    assert code(kms.describe_key, KeyId=key) == "NotFoundException"


def test_queues_are_encrypted_at_rest_and_under_keys(own_cloud):
    sqs, kms = own_cloud.client("sqs"), own_cloud.client("kms")
    own = sqs.create_queue(QueueName="own")["QueueUrl"]
    key = kms.create_key()["KeyMetadata"]["Arn"]
    under_key = sqs.create_queue(QueueName="key", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    for url in (own, under_key):
        sqs.send_message(QueueUrl=url, MessageBody="a body nobody may find on disk")
    own_cloud.kill()
    files = [path.read_bytes() for path in own_cloud.data.rglob("*") if path.is_file()]
    assert files and not any(b"nobody may find" in text for text in files)
    own_cloud.start()
    for url in (own, under_key):
        (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
        assert message["Body"] == "a body nobody may find on disk"
    # Who may use the queue and not the key reads nothing.
    iam = own_cloud.client("iam")
    reader = as_user(own_cloud, "sqs", user(iam, "reader", allow("sqs:*")))
    sqs.send_message(QueueUrl=under_key, MessageBody="x")
    assert "KMS" in code(reader.receive_message, QueueUrl=under_key).upper()
    permit(iam, "reader", allow("sqs:*"), allow(["kms:Decrypt", "kms:GenerateDataKey"], key))
    reader.send_message(QueueUrl=under_key, MessageBody="y")
    assert reader.receive_message(QueueUrl=under_key)["Messages"]
