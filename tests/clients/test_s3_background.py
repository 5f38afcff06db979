"""What S3 does on its own, with boto3: replication through kill -9, jobs, lists at midnight; and `nephele fsck` afterwards."""

import gzip
import json
import subprocess

import pytest
from harness.cloud import binary

BY_PATH = {"s3": {"addressing_style": "path"}}
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ACCOUNT = "000000000000"


@pytest.fixture
def s3(own_cloud):
    return own_cloud.client("s3", ACCOUNT, **BY_PATH)


def role(cloud, name: str, service: str) -> str:
    """A role that a service may take on, and that may everything."""
    iam = cloud.client("iam", ACCOUNT)
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": ANYTHING}))
    return made["Role"]["Arn"]


def replicating(cloud, s3) -> None:
    for name in ("source", "target"):
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "all",
        "Priority": 1,
        "Filter": {},
        "Status": "Enabled",
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::target"},
    }
    configuration = {"Role": role(cloud, "copier", "s3.amazonaws.com"), "Rules": [rule]}
    s3.put_bucket_replication(Bucket="source", ReplicationConfiguration=configuration)


def until(cloud, holds, tries: int = 600):
    """What holds once it does; the cloud's clock goes on in between."""
    for _ in range(tries):
        found = holds()
        if found:
            return found
        cloud.advance(1)
    raise AssertionError("it never held")


def fsck(cloud) -> tuple[int, dict]:
    done = subprocess.run([binary(), "fsck", "--json"], env={"NEPHELE_DATA": str(cloud.data), "PATH": "/usr/bin"}, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def test_replication_goes_on_after_kill_9(own_cloud, s3):
    replicating(own_cloud, s3)
    versions = {}
    for number in range(20):
        key, body = f"k{number}", bytes([number]) * (1000 if number % 2 else 200_000)
        versions[key] = (s3.put_object(Bucket="source", Key=key, Body=body)["VersionId"], body)
        if number % 7 == 3:
            own_cloud.crash()
    own_cloud.crash()
    for key, (version, body) in versions.items():
        until(own_cloud, lambda key=key: s3.head_object(Bucket="source", Key=key).get("ReplicationStatus") == "COMPLETED")
        there = s3.get_object(Bucket="target", Key=key, VersionId=version)
        assert (there["Body"].read(), there["ReplicationStatus"]) == (body, "REPLICA")
    assert own_cloud.stop() == 0
    code, found = fsck(own_cloud)
    assert (code, found["faults"], found["contents"]) == (0, [], 40)


def test_fsck_finds_a_flipped_bit(own_cloud, s3):
    s3.create_bucket(Bucket="bits")
    s3.put_object(Bucket="bits", Key="k", Body=b"x" * 300_000)
    own_cloud.kill()
    [file] = [path for path in (own_cloud.data / "blobs").rglob("*") if path.is_file()]
    stored = bytearray(file.read_bytes())
    stored[len(stored) // 2] ^= 1
    file.write_bytes(stored)
    code, found = fsck(own_cloud)
    assert code == 1
    assert [(wrong["kind"], wrong["place"]) for wrong in found["faults"]] == [("damaged", "bits/k?versionId=null")]


def test_a_job_tags_and_reports(own_cloud, s3):
    control = own_cloud.client("s3control", ACCOUNT)
    # A number is no host here: what the SDK puts before the endpoint's is taken off again.
    bare = lambda params, **_: params.update(url=params["url"].replace(f"{ACCOUNT}.", ""))
    control.meta.events.register("before-call.s3-control", bare)
    for name in ("work", "reports"):
        s3.create_bucket(Bucket=name)
    for number in range(5):
        s3.put_object(Bucket="work", Key=f"a {number}", Body=b"x")
    manifest = s3.put_object(Bucket="work", Key="manifest.csv", Body="".join(f"work,a%20{number}\n" for number in range(6)))
    job = control.create_job(
        AccountId=ACCOUNT,
        ConfirmationRequired=False,
        Operation={"S3PutObjectTagging": {"TagSet": [{"Key": "k", "Value": "v"}]}},
        Report={"Bucket": "arn:aws:s3:::reports", "Format": "Report_CSV_20180820", "Enabled": True, "ReportScope": "AllTasks"},
        ClientRequestToken="token",
        Manifest={
            "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
            "Location": {"ObjectArn": "arn:aws:s3:::work/manifest.csv", "ETag": manifest["ETag"]},
        },
        Priority=1,
        RoleArn=role(own_cloud, "worker", "batchoperations.s3.amazonaws.com"),
    )["JobId"]
    told = lambda: control.describe_job(AccountId=ACCOUNT, JobId=job)["Job"]
    until(own_cloud, lambda: told()["Status"] == "Complete")
    progress = told()["ProgressSummary"]
    assert (progress["TotalNumberOfTasks"], progress["NumberOfTasksSucceeded"], progress["NumberOfTasksFailed"]) == (6, 5, 1)
    assert s3.get_object_tagging(Bucket="work", Key="a 3")["TagSet"] == [{"Key": "k", "Value": "v"}]
    report = json.loads(s3.get_object(Bucket="reports", Key=f"job-{job}/manifest.json")["Body"].read())
    assert [result["TaskExecutionStatus"] for result in report["Results"]] == ["succeeded", "failed"]


def test_a_list_is_made_at_midnight(own_cloud, s3):
    for name in ("listed", "lists"):
        s3.create_bucket(Bucket=name)
    let_in = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::lists/*",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::listed"}, "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    s3.put_bucket_policy(Bucket="lists", Policy=json.dumps({"Version": "2012-10-17", "Statement": let_in}))
    s3.put_object(Bucket="listed", Key="a b", Body=b"1234")
    s3.put_bucket_inventory_configuration(
        Bucket="listed",
        Id="i",
        InventoryConfiguration={
            "Id": "i",
            "IsEnabled": True,
            "IncludedObjectVersions": "Current",
            "Schedule": {"Frequency": "Daily"},
            "OptionalFields": ["Size"],
            "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::lists", "Format": "CSV"}},
        },
    )
    own_cloud.advance(86_400)
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="lists")["Contents"]]
    [manifest] = [key for key in keys if key.endswith("manifest.json")]
    listed = json.loads(s3.get_object(Bucket="lists", Key=manifest)["Body"].read())
    text = gzip.decompress(s3.get_object(Bucket="lists", Key=listed["files"][0]["key"])["Body"].read())
    assert (listed["fileSchema"], text) == ("Bucket, Key, Size", b'"listed","a%20b","4"\n')
