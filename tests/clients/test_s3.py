"""S3 with boto3 and the AWS CLI: objects of every size, versions, checksums, keys of one's own, addresses that were signed."""

import base64
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import uuid

import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from harness.identity import allow, as_user, deny, permit, user

MIB = 1024 * 1024
AWS = shutil.which("aws", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("aws")
BY_PATH = {"s3": {"addressing_style": "path"}}


@pytest.fixture
def s3(cloud, account):
    return cloud.client("s3", account, **BY_PATH)


@pytest.fixture
def bucket(s3) -> str:
    return make(s3)


def make(s3) -> str:
    """A bucket of a name that nobody has."""
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def code(call, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_an_object_there_and_back(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="a/é b+c", Body=b"hello", ContentType="text/x", Metadata={"who": "me"}, CacheControl="no-cache")
    assert put["ETag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a/é b+c")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"], got["CacheControl"]) == (b"hello", "text/x", {"who": "me"}, "no-cache")
    assert got["ServerSideEncryption"] == "AES256"
    for asked, told in [("bytes=1-2", b"el"), ("bytes=-2", b"lo"), ("bytes=3-", b"lo")]:
        part = s3.get_object(Bucket=bucket, Key="a/é b+c", Range=asked)
        assert (part["Body"].read(), part["ResponseMetadata"]["HTTPStatusCode"]) == (told, 206)
    assert code(s3.get_object, Bucket=bucket, Key="a/é b+c", Range="bytes=9-") == "InvalidRange"
    assert code(s3.get_object, Bucket=bucket, Key="nothing") == "NoSuchKey"
    assert code(s3.get_object, Bucket=bucket, Key="a/é b+c", IfNoneMatch=put["ETag"]) == "304"
    assert code(s3.get_object, Bucket=bucket, Key="a/é b+c", IfMatch='"0"') == "PreconditionFailed"
    assert code(s3.put_object, Bucket=bucket, Key="a/é b+c", Body=b"", IfNoneMatch="*") == "PreconditionFailed"
    s3.delete_object(Bucket=bucket, Key="a/é b+c")
    assert code(s3.head_object, Bucket=bucket, Key="a/é b+c") == "404"


def test_names_of_hosts_find_the_bucket(cloud, account, bucket, s3):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    host = f"{bucket}.s3.us-east-1.localhost:{cloud.port}"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    answer = httpx.get(url)
    assert (answer.status_code, answer.content) == (200, b"x")
    virtual = cloud.client("s3", account, endpoint_url=f"http://s3.us-east-1.localhost:{cloud.port}", s3={"addressing_style": "virtual"}, signature_version="s3v4")
    url = virtual.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert host in url
    answer = httpx.get(url.replace(host, f"127.0.0.1:{cloud.port}"), headers={"host": host})
    assert (answer.status_code, answer.content) == (200, b"x")


def test_listing_goes_on_where_it_stopped(s3, bucket):
    keys = sorted([f"a/{n:02}" for n in range(7)] + ["b", "c/1", "c/2", "d\n", "é"], key=lambda key: key.encode())
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 3})
    assert [item["Key"] for page in pages for item in page.get("Contents", [])] == keys
    folded = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [item["Prefix"] for item in folded["CommonPrefixes"]] == ["a/", "c/"]
    assert [item["Key"] for item in folded["Contents"]] == ["b", "d\n", "é"]
    old = s3.list_objects(Bucket=bucket, Prefix="a/", Marker="a/04")
    assert [item["Key"] for item in old["Contents"]] == ["a/05", "a/06"]


def test_versions_markers_and_the_null_version(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"zero")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket=bucket, Key="k", Body=b"one")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] and code(s3.get_object, Bucket=bucket, Key="k") == "NoSuchKey"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=one)["Body"].read() == b"one"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"zero"
    listed = s3.list_object_versions(Bucket=bucket)
    assert [v["VersionId"] for v in listed["Versions"]] == [one, "null"] and listed["DeleteMarkers"][0]["IsLatest"]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"one"
    assert code(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": v} for v in (one, "null")]})
    assert len(gone["Deleted"]) == 2
    s3.delete_bucket(Bucket=bucket)
    assert code(s3.head_bucket, Bucket=bucket) == "404"


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums_are_held_and_told(s3, bucket, algorithm):
    name = f"Checksum{algorithm}"
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm=algorithm)
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[name] == put[name]
    wrong = base64.b64encode(bytes(len(base64.b64decode(put[name])))).decode()
    assert code(s3.put_object, Bucket=bucket, Key="wrong", Body=b"hello", **{name: wrong}) in ("BadDigest", "InvalidRequest")
    assert code(s3.head_object, Bucket=bucket, Key="wrong") == "404", "nothing is kept"
    assert code(s3.put_object, Bucket=bucket, Key="wrong", Body=b"hello", ContentMD5=base64.b64encode(bytes(16)).decode()) == "BadDigest"


def test_parts_are_put_together(s3, bucket):
    content = os.urandom(20 * MIB + 7)
    settings = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=6 * MIB, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(content), bucket, "large", Config=settings)
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ContentLength"] == len(content) and head["ETag"].endswith('-4"')
    back = io.BytesIO()
    s3.download_fileobj(bucket, "large", back, Config=settings)
    assert back.getvalue() == content
    part = s3.get_object(Bucket=bucket, Key="large", PartNumber=2)
    assert part["Body"].read() == content[6 * MIB : 12 * MIB] and part["PartsCount"] == 4
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "copy", Config=settings)
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == content
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    etags = [s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n + 1, "ETag": etag} for n, etag in enumerate(etags)]
    finish = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    assert code(s3.complete_multipart_upload, **finish, MultipartUpload={"Parts": parts}) == "EntityTooSmall"
    assert code(s3.complete_multipart_upload, **finish, MultipartUpload={"Parts": parts[::-1]}) == "InvalidPartOrder"
    s3.abort_multipart_upload(**finish)
    assert code(s3.list_parts, **finish) == "NoSuchUpload"


def test_a_key_of_ones_own_is_needed_again(s3, bucket):
    mine = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": os.urandom(32)}
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello", **mine)
    assert s3.get_object(Bucket=bucket, Key="k", **mine)["Body"].read() == b"hello"
    assert code(s3.get_object, Bucket=bucket, Key="k") == "InvalidRequest"
    other = {**mine, "SSECustomerKey": os.urandom(32)}
    assert code(s3.get_object, Bucket=bucket, Key="k", **other) == "AccessDenied"


def test_under_a_key_of_kms_its_policy_decides(cloud, account, s3, bucket):
    kms = cloud.client("kms", account)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    assert put["SSEKMSKeyId"] == key and s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"
    iam = cloud.client("iam", account)
    theirs = as_user(cloud, "s3", user(iam, "u", allow("s3:*")), **BY_PATH)
    assert code(theirs.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    permit(iam, "u", allow(["s3:*", "kms:Decrypt"]))
    assert theirs.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"
    kms.disable_key(KeyId=key)
    assert code(s3.get_object, Bucket=bucket, Key="k").startswith("KMS.Disabled")


def test_who_may_policies_and_lists_say(cloud, account, s3, bucket):
    s3.put_object(Bucket=bucket, Key="open/a", Body=b"x")
    iam = cloud.client("iam", account)
    theirs = as_user(cloud, "s3", user(iam, "u", allow("s3:GetObject", f"arn:aws:s3:::{bucket}/open/*")), **BY_PATH)
    assert theirs.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"x"
    assert code(theirs.put_object, Bucket=bucket, Key="open/a", Body=b"") == "AccessDenied"
    assert code(theirs.get_object, Bucket=bucket, Key="open/nothing") == "AccessDenied", "who may not list is not told what is missing"
    stranger = cloud.client("s3", cloud.new_account(), **BY_PATH)
    assert code(stranger.get_object, Bucket=bucket, Key="open/a") == "AccessDenied"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/open/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy=policy) == "AccessDenied", "public access is blocked at first"
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert stranger.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"x"
    assert httpx.get(f"{cloud.endpoint}/{bucket}/open/a").content == b"x"
    assert httpx.get(f"{cloud.endpoint}/{bucket}/other").status_code == 403


def test_a_signed_address_carries_its_signers_permissions(own_cloud):
    cloud, account = own_cloud, own_cloud.new_account()
    s3, iam = cloud.client("s3", account, **BY_PATH), cloud.client("iam", account)
    bucket = make(s3)
    key = user(iam, "u", allow("s3:*"))
    for form in ({}, {"signature_version": "s3v4"}):
        theirs = as_user(cloud, "s3", key, **BY_PATH, **form)
        put = theirs.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
        assert httpx.put(put, content=b"hello").status_code == 200
        get = theirs.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=600)
        assert httpx.get(get).content == b"hello"
        tampered = get.replace("/k?", "/other?")
        assert httpx.get(tampered).status_code == 403
        permit(iam, "u", deny("s3:*"))
        assert httpx.get(get).status_code == 403, "the signer may no more"
        permit(iam, "u", allow("s3:*"))
        assert httpx.get(get).status_code == 200
        if form:
            cloud.advance(601)
            late = httpx.get(get)
            assert late.status_code == 403 and "Request has expired" in late.text
            long = theirs.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=604_801)
            assert httpx.get(long).status_code in (400, 403)


def test_what_was_acknowledged_survives_and_is_never_in_the_clear(own_cloud):
    cloud = own_cloud
    s3 = cloud.client("s3", **BY_PATH)
    bucket = make(s3)
    secret = b"a secret nobody may find on the disk "
    bodies = {"small": secret, "large": secret * 10_000}
    for key, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=secret * 20_000)
    cloud.crash()
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    cloud.kill()
    for file in cloud.data.rglob("*"):
        assert not file.is_file() or secret[:20] not in file.read_bytes(), file
    cloud.start()
    for key, body in {**bodies, "parts": secret * 20_000}.items():
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body


def test_a_flipped_bit_is_found_and_never_served(own_cloud):
    cloud = own_cloud
    s3 = cloud.client("s3", **BY_PATH, retries={"max_attempts": 1})
    bucket = make(s3)
    body = os.urandom(MIB)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    cloud.kill()
    (file,) = [path for path in (cloud.data / "blobs").rglob("*") if path.is_file()]
    changed = bytearray(file.read_bytes())
    changed[len(changed) // 2] ^= 1
    file.write_bytes(changed)
    cloud.start()
    assert s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-99")["Body"].read() == body[:100]
    with pytest.raises(Exception):
        s3.get_object(Bucket=bucket, Key="k")["Body"].read()


def test_the_cli_copies_and_keeps_folders_alike(cloud, account, tmp_path):
    def aws(*arguments: str) -> str:
        command = [AWS, *arguments]
        done = subprocess.run(command, env=cloud.environment(account), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    bucket = f"cli-{uuid.uuid4().hex[:12]}"
    aws("s3", "mb", f"s3://{bucket}")
    (tmp_path / "from").mkdir()
    for name, size in (("small", 10), ("large", 20 * MIB)):
        (tmp_path / "from" / name).write_bytes(os.urandom(size))
    aws("s3", "sync", str(tmp_path / "from"), f"s3://{bucket}/x")
    assert aws("s3", "sync", str(tmp_path / "from"), f"s3://{bucket}/x") == "", "nothing is left to do"
    aws("s3", "cp", "--recursive", f"s3://{bucket}/x", str(tmp_path / "to"))
    for name in ("small", "large"):
        assert (tmp_path / "to" / name).read_bytes() == (tmp_path / "from" / name).read_bytes()
    url = aws("s3", "presign", f"s3://{bucket}/x/small").strip()
    assert httpx.get(url).content == (tmp_path / "from" / "small").read_bytes()
    assert json.loads(aws("s3api", "list-objects-v2", "--bucket", bucket, "--query", "Contents[].Key")) == ["x/large", "x/small"]
    aws("s3", "rm", "--recursive", f"s3://{bucket}")
    aws("s3", "rb", f"s3://{bucket}")
