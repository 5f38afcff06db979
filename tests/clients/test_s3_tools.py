"""Tools that people keep their files in S3 with, from Debian's packages: rclone, s3cmd, restic."""

import os
import shutil
import subprocess
import uuid

import pytest


def need(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed: .ci/need objects")
    return found


@pytest.fixture
def folder(tmp_path):
    """A folder with some files, a large one among them."""
    source = tmp_path / "from"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "small é.txt").write_bytes(b"hello")
    (source / "deep" / "er" / "empty").write_bytes(b"")
    (source / "large").write_bytes(os.urandom(20 * 1024 * 1024))
    return source


def run(environment: dict, *command: str) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def content(folder) -> dict:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def name() -> str:
    return f"tool-{uuid.uuid4().hex[:12]}"


def test_rclone_copies_checks_and_deletes(cloud, account, folder, tmp_path):
    rclone, bucket = need("rclone"), name()
    # As on AWS: buckets have no access lists by default, and this rclone asks for one unless told otherwise.
    remote = {"ACL": "bucket-owner-full-control", "BUCKET_ACL": "private", "TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": cloud.endpoint, "ACCESS_KEY_ID": account, "SECRET_ACCESS_KEY": "test", "REGION": "us-east-1"}
    environment = {**cloud.environment(account), "RCLONE_CONFIG": os.devnull, **{f"RCLONE_CONFIG_N_{k}": v for k, v in remote.items()}}
    run(environment, rclone, "mkdir", f"n:{bucket}")
    run(environment, rclone, "copy", str(folder), f"n:{bucket}/x", "--s3-chunk-size", "5M", "--s3-upload-cutoff", "5M")
    run(environment, rclone, "check", str(folder), f"n:{bucket}/x")
    run(environment, rclone, "sync", f"n:{bucket}/x", str(tmp_path / "to"))
    assert content(tmp_path / "to") == content(folder)
    run(environment, rclone, "moveto", f"n:{bucket}/x/large", f"n:{bucket}/y/moved")
    assert "y/moved" in run(environment, rclone, "lsf", "-R", f"n:{bucket}")
    run(environment, rclone, "purge", f"n:{bucket}")


def test_s3cmd_puts_gets_and_signs(cloud, account, folder, tmp_path):
    s3cmd, bucket = need("s3cmd"), name()
    host = f"127.0.0.1:{cloud.port}"
    settings = tmp_path / "s3cfg"
    settings.write_text(
        f"[default]\naccess_key = {account}\nsecret_key = test\nhost_base = {host}\nhost_bucket = {host}\nuse_https = False\n"
        "multipart_chunk_size_mb = 5\nbucket_location = us-east-1\n"
    )
    call = lambda *arguments: run(cloud.environment(account), s3cmd, "-c", str(settings), "--no-progress", *arguments)  # noqa: E731
    call("mb", f"s3://{bucket}")
    call("sync", f"{folder}/", f"s3://{bucket}/x/")
    (tmp_path / "to").mkdir()
    call("sync", f"s3://{bucket}/x/", f"{tmp_path}/to/")
    assert content(tmp_path / "to") == content(folder)
    assert f"s3://{bucket}/x/large" in call("ls", "-r", f"s3://{bucket}")
    call("del", "-r", "-f", f"s3://{bucket}")
    call("rb", f"s3://{bucket}")


def test_restic_backs_up_and_restores(cloud, account, folder, tmp_path):
    restic, bucket = need("restic"), name()
    environment = {
        **cloud.environment(account),
        "RESTIC_REPOSITORY": f"s3:{cloud.endpoint}/{bucket}/repo",
        "RESTIC_PASSWORD": "pass",
        "RESTIC_CACHE_DIR": str(tmp_path / "cache"),
    }
    run(environment, restic, "init")
    run(environment, restic, "backup", str(folder))
    (folder / "small é.txt").write_bytes(b"changed")
    run(environment, restic, "backup", str(folder))
    run(environment, restic, "check", "--read-data")
    run(environment, restic, "restore", "latest", "--target", str(tmp_path / "to"))
    assert content(tmp_path / "to" / str(folder).lstrip("/")) == content(folder)
    run(environment, restic, "forget", "--keep-last", "1", "--prune")
