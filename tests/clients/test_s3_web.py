"""Buckets on the plain web: a browser's forms, pages of other origins, websites."""

import json
import uuid

import httpx
import pytest

PAGE = "https://app.example.com"


@pytest.fixture
def s3(cloud, account):
    return cloud.client("s3", account, s3={"addressing_style": "path"})


@pytest.fixture
def bucket(s3) -> str:
    name = f"web-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def open_to_everyone(s3, bucket: str) -> None:
    s3.delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"]}
    statement["Resource"] = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def test_a_website_shows_pages_and_sends_visitors_on(cloud, s3, bucket):
    pages = {"index.html": b"home", "sub/index.html": b"sub", "oops.html": b"oops"}
    for key, body in pages.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/html")
    s3.put_object(Bucket=bucket, Key="go", Body=b"", WebsiteRedirectLocation="https://example.com/x")
    rule = {"Condition": {"KeyPrefixEquals": "docs/"}, "Redirect": {"ReplaceKeyPrefixWith": "documents/"}}
    site = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "oops.html"}, "RoutingRules": [rule]}

    def visit(path: str, method: str = "GET", name: str = bucket):
        host = f"{name}.s3-website.localhost:{cloud.port}"
        return httpx.request(method, f"{cloud.endpoint}{path}", headers={"host": host})

    assert "NoSuchWebsiteConfiguration" in visit("/").text
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=site)
    closed = visit("/")
    assert closed.status_code == 403 and "<li>Code: AccessDenied</li>" in closed.text
    open_to_everyone(s3, bucket)
    for path, status, body in [("/", 200, "home"), ("/sub/", 200, "sub"), ("/nothing", 404, "oops")]:
        shown = visit(path)
        assert (shown.status_code, shown.text) == (status, body), path
    for path, status, where in [
        ("/sub", 302, "/sub/"),
        ("/docs/a%20b", 301, f"http://{bucket}.s3-website.localhost:{cloud.port}/documents/a%20b"),
        ("/go", 301, "https://example.com/x"),
    ]:
        sent = visit(path)
        assert (sent.status_code, sent.headers["location"]) == (status, where), path
    assert visit("/", "HEAD").headers["content-length"] == "4"
    assert visit("/", "POST").status_code == 405
    assert "NoSuchBucket" in visit("/", name=f"none-{uuid.uuid4().hex[:8]}").text


def test_pages_of_other_origins_may_what_the_bucket_says(cloud, s3, bucket):
    ask = {"origin": PAGE, "access-control-request-method": "PUT", "access-control-request-headers": "content-type"}
    url = f"{cloud.endpoint}/{bucket}/k"
    without = httpx.request("OPTIONS", url, headers=ask)
    assert without.status_code == 403 and "CORS is not enabled for this bucket" in without.text
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": [PAGE], "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 30}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    allowed = httpx.request("OPTIONS", url, headers=ask)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == PAGE and allowed.headers["access-control-max-age"] == "30"
    assert httpx.request("OPTIONS", url, headers={**ask, "origin": "https://other.example"}).status_code == 403
    signed = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    put = httpx.put(signed, content=b"x", headers={"origin": PAGE})
    assert (put.status_code, put.headers["access-control-expose-headers"]) == (200, "ETag")
    other = httpx.put(signed, content=b"x", headers={"origin": "https://other.example"})
    assert other.status_code == 403 and "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_form_puts_what_its_policy_allows(cloud, account, s3, bucket, version):
    signer = cloud.client("s3", account, s3={"addressing_style": "path"}, signature_version=version)
    conditions = [["starts-with", "$key", "up/"], ["content-length-range", 1, 1_000_000], {"success_action_status": "201"}]
    form = signer.generate_presigned_post(bucket, "up/${filename}", Fields={"success_action_status": "201"}, Conditions=conditions)

    def post(size: int = 10, **changes: str):
        return httpx.post(form["url"], data={**form["fields"], **changes}, files={"file": ("me.txt", b"x" * size)})

    made = post(900_000)
    assert made.status_code == 201 and "<Key>up/me.txt</Key>" in made.text
    assert s3.head_object(Bucket=bucket, Key="up/me.txt")["ContentLength"] == 900_000
    for answer, text in [
        (post(1_900_000, key="up/long"), "<Code>EntityTooLarge</Code>"),
        (post(key="down/x"), "Policy Condition failed: [\"starts-with\", \"$key\", \"up/\"]".replace('"', "&quot;")),
        (post(**{"x-amz-meta-a": "1"}), "Extra input fields: x-amz-meta-a"),
        (post(policy="e30="), "SignatureDoesNotMatch"),
    ]:
        assert answer.status_code in (400, 403), answer.text
        assert text in answer.text or text.replace("&quot;", '"') in answer.text, answer.text
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["up/me.txt"]


def test_a_form_dies_with_its_policy(own_cloud):
    s3 = own_cloud.client("s3", s3={"addressing_style": "path"}, signature_version="s3v4")
    s3.create_bucket(Bucket="forms")
    form = s3.generate_presigned_post("forms", "k", ExpiresIn=600)
    post = lambda: httpx.post(form["url"], data=form["fields"], files={"file": b"x"})  # noqa: E731
    assert post().status_code == 204
    own_cloud.advance(601)
    late = post()
    assert late.status_code == 403 and "Policy expired" in late.text
