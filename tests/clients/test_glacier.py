"""Glacier with boto3: archives in and out, by the clock, through a kill, and locked for their time."""

import hashlib
import io
import json
import os

import pytest
from botocore.exceptions import ClientError
from botocore.utils import calculate_tree_hash

MIB, MINUTE, HOUR, DAY = 1024 * 1024, 60, 3600, 86_400


def retrieve(cloud, glacier, archive, **more):
    """All of an archive, by an expedited job."""
    job = glacier.initiate_job(vaultName="v", jobParameters={"Type": "archive-retrieval", "ArchiveId": archive, "Tier": "Expedited", **more})
    cloud.advance(5 * MINUTE)
    return glacier.get_job_output(vaultName="v", jobId=job["jobId"])


def test_an_archive_there_and_back_through_a_kill(own_cloud):
    account = own_cloud.new_account()
    glacier = own_cloud.client("glacier", account)
    glacier.create_vault(vaultName="v")
    content = os.urandom(3 * MIB + 17)
    kept = glacier.upload_archive(vaultName="v", archiveDescription="d", body=content)
    job = glacier.initiate_job(vaultName="v", jobParameters={"Type": "archive-retrieval", "ArchiveId": kept["archiveId"]})
    own_cloud.crash()
    with pytest.raises(glacier.exceptions.InvalidParameterValueException):
        glacier.get_job_output(vaultName="v", jobId=job["jobId"])
    own_cloud.advance(5 * HOUR)
    got = glacier.get_job_output(vaultName="v", jobId=job["jobId"])
    assert got["checksum"] == kept["checksum"] and got["archiveDescription"] == "d"
    assert got["body"].read() == content
    part = glacier.get_job_output(vaultName="v", jobId=job["jobId"], range="bytes=5-9")
    assert part["status"] == 206 and part["body"].read() == content[5:10]


def test_parts(own_cloud):
    glacier = own_cloud.client("glacier", own_cloud.new_account())
    glacier.create_vault(vaultName="v")
    content = os.urandom(5 * MIB + 3)
    upload = glacier.initiate_multipart_upload(vaultName="v", partSize=str(2 * MIB))["uploadId"]
    for start in range(0, len(content), 2 * MIB):
        piece = content[start : start + 2 * MIB]
        glacier.upload_multipart_part(vaultName="v", uploadId=upload, range=f"bytes {start}-{start + len(piece) - 1}/*", body=piece)
    whole = calculate_tree_hash(io.BytesIO(content))
    made = glacier.complete_multipart_upload(vaultName="v", uploadId=upload, archiveSize=str(len(content)), checksum=whole)
    assert made["checksum"] == whole
    got = retrieve(own_cloud, glacier, made["archiveId"])["body"].read()
    assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()


def test_a_lock_cannot_be_taken_off(own_cloud):
    account = own_cloud.new_account()
    glacier = own_cloud.client("glacier", account)
    glacier.create_vault(vaultName="v")
    archive = glacier.upload_archive(vaultName="v", body=b"kept")["archiveId"]
    deny = {
        "Effect": "Deny", "Principal": "*", "Action": "glacier:DeleteArchive", "Resource": f"arn:aws:glacier:us-east-1:{account}:vaults/v",
        "Condition": {"NumericLessThan": {"glacier:ArchiveAgeInDays": "30"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    lock = glacier.initiate_vault_lock(vaultName="v", policy={"Policy": policy})["lockId"]
    glacier.complete_vault_lock(vaultName="v", lockId=lock)
    for attempt in (lambda: glacier.delete_archive(vaultName="v", archiveId=archive), lambda: glacier.delete_vault(vaultName="v"), lambda: glacier.abort_vault_lock(vaultName="v")):
        with pytest.raises(ClientError):
            attempt()
    own_cloud.crash()
    with pytest.raises(ClientError) as told:
        glacier.delete_archive(vaultName="v", archiveId=archive)
    assert told.value.response["Error"]["Code"] == "AccessDeniedException"
    own_cloud.advance(31 * DAY)
    glacier.delete_archive(vaultName="v", archiveId=archive)


def test_errors_and_inventories(own_cloud):
    account = own_cloud.new_account()
    glacier = own_cloud.client("glacier", account)
    with pytest.raises(glacier.exceptions.ResourceNotFoundException) as told:
        glacier.describe_vault(vaultName="no")
    assert told.value.response["Error"]["Message"] == f"Vault not found for ARN: arn:aws:glacier:us-east-1:{account}:vaults/no"
    glacier.create_vault(vaultName="v")
    archive = glacier.upload_archive(vaultName="v", body=b"abc")["archiveId"]
    job = glacier.initiate_job(vaultName="v", jobParameters={"Type": "inventory-retrieval"})["jobId"]
    own_cloud.advance(25 * HOUR)
    assert glacier.describe_vault(vaultName="v")["NumberOfArchives"] == 1
    listed = json.loads(glacier.get_job_output(vaultName="v", jobId=job)["body"].read())
    assert [one["ArchiveId"] for one in listed["ArchiveList"]] == [archive]
