"""Bytes of large objects kept in another object store: here a second cloud of ours stands for S3."""

import os

from harness.cloud import Cloud


def test_bytes_lie_elsewhere_encrypted_and_survive(own_cloud, tmp_path):
    own_cloud.client("s3", s3={"addressing_style": "path"}).create_bucket(Bucket="bytes")
    options = {
        "aws_endpoint": own_cloud.endpoint,
        "aws_allow_http": "true",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "aws_region": "us-east-1",
    }
    named = [argument for pair in options.items() for argument in ("--blobs-option", "=".join(pair))]
    (tmp_path / "second").mkdir()
    cloud = Cloud(tmp_path / "second", arguments=["--blobs", "s3://bytes/of/second", *named]).start()
    try:
        s3 = cloud.client("s3", s3={"addressing_style": "path"})
        s3.create_bucket(Bucket="second")
        bodies = {"large": os.urandom(3_000_000), "larger": os.urandom(20_000_000)}
        for key, body in bodies.items():
            s3.put_object(Bucket="second", Key=key, Body=body)
        cloud.crash()
        for key, body in bodies.items():
            assert s3.get_object(Bucket="second", Key=key)["Body"].read() == body
            assert s3.get_object(Bucket="second", Key=key, Range="bytes=1000000-1000099")["Body"].read() == body[1_000_000:1_000_100]
        there = own_cloud.client("s3", s3={"addressing_style": "path"})
        kept = there.list_objects_v2(Bucket="bytes", Prefix="of/second/")["Contents"]
        assert len(kept) == 2
        for item in kept:
            sealed = there.get_object(Bucket="bytes", Key=item["Key"])["Body"].read()
            assert not any(body[:64] in sealed for body in bodies.values()), "nothing lies there in the clear"
        s3.delete_object(Bucket="second", Key="large")
        s3.delete_object(Bucket="second", Key="larger")
    finally:
        cloud.close()
