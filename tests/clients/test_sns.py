"""Topics with stock clients: web servers that verify, mailboxes, phones and apps, and the AWS CLI."""

import email
import email.policy
import http.server
import json
import queue
import re
import subprocess
import threading
import urllib.request

import pytest
from aiosmtpd.controller import Controller
from botocore.exceptions import ClientError
from harness.cloud import Cloud, free_port
from harness.node import scenario

WAIT = 30  # longest that something on its way is waited for, in seconds


@pytest.fixture
def web():
    """A web server of the machine's own; gives its URL and the queue of bodies that were posted to it."""
    posted = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posted.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", posted
    server.shutdown()


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_stock_verifier_accepts_what_a_web_server_gets(cloud, account, web, node_modules, tmp_path, version):
    authority = tmp_path / "ca.pem"
    authority.write_text(cloud.run("ca"))
    # Verifiers insist on a certificate that is fetched over TLS: they are given the address that the publisher used.
    sns = cloud.client("sns", account, endpoint_url=f"https://localhost:{cloud.port}", verify=str(authority))
    url, posted = web
    topic = sns.create_topic(Name="t", Attributes={"SignatureVersion": version})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
    request = posted.get(timeout=WAIT)
    assert request["Type"] == "SubscriptionConfirmation"
    trust = {"NODE_EXTRA_CA_CERTS": str(authority)}
    saw = scenario("messages.mjs", "validator", cloud, account, node_modules, MESSAGE=json.dumps(request), **trust)
    assert (saw["good"], saw["changed"]) == (request["Message"], "The message signature is invalid.")
    sns.confirm_subscription(TopicArn=topic, Token=request["Token"])
    sns.publish(TopicArn=topic, Message="hello ✓", Subject="s")
    notification = posted.get(timeout=WAIT)
    assert (notification["Type"], notification["SignatureVersion"]) == ("Notification", version)
    saw = scenario("messages.mjs", "validator", cloud, account, node_modules, MESSAGE=json.dumps(notification), **trust)
    assert saw == {"good": "hello ✓", "changed": "The message signature is invalid."}


class Mailbox:
    """What a server of mail was handed."""

    def __init__(self):
        self.letters = queue.Queue()
        self.refusals = 0

    async def handle_DATA(self, _server, _session, envelope):
        if self.refusals:
            self.refusals -= 1
            return "451 later"
        self.letters.put((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 taken"


@pytest.fixture
def mail():
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port, mailbox
    controller.stop()


def test_mail_leaves_the_machine_when_a_server_is_named(tmp_path, mail):
    port, mailbox = mail
    cloud = Cloud(tmp_path, arguments=["--smtp", f"smtp://127.0.0.1:{port}", "--mail-from", "cloud@example.com"]).start()
    try:
        sns = cloud.client("sns")
        topic = sns.create_topic(Name="t", Attributes={"DisplayName": "Über"})["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="who@example.org")
        to, letter = mailbox.letters.get(timeout=WAIT)
        assert (to, letter["Subject"], letter["From"]) == (["who@example.org"], "AWS Notification - Subscription Confirmation", "Über <cloud@example.com>")
        link = re.search(r"http://\S+", letter.get_content())[0]
        with urllib.request.urlopen(link, timeout=WAIT) as answer:
            assert answer.status == 200
        # A server that is busy is asked again, by the cloud's clock; the kill in between changes nothing.
        mailbox.refusals = 1
        sns.publish(TopicArn=topic, Subject="news", Message="first line\n.\nlast ✓")
        cloud.crash()
        cloud.advance(3_600)
        _, letter = mailbox.letters.get(timeout=WAIT)
        assert letter["Subject"] == "news" and letter.get_content().splitlines()[:3] == ["first line", ".", "last ✓"]
        assert "news" not in cloud.run("mail")
    finally:
        cloud.close()


def test_what_phones_and_apps_get_is_in_spools(own_cloud):
    sns = own_cloud.client("sns")
    sns.publish(PhoneNumber="+14155550123", Message="to a phone")
    assert "to a phone" in own_cloud.run("sms")
    platform = sns.create_platform_application(Name="app", Platform="GCM", Attributes={"PlatformCredential": "key"})
    app = sns.create_platform_endpoint(PlatformApplicationArn=platform["PlatformApplicationArn"], Token="token-1")["EndpointArn"]
    sns.publish(TargetArn=app, Message="to an app")
    own_cloud.crash()
    assert "to an app" in own_cloud.run("push")
    own_cloud.run("sms", "--stop", "+14155550123")
    assert sns.check_if_phone_number_is_opted_out(phoneNumber="+14155550123")["isOptedOut"]


def test_the_cli_publishes_and_is_told_what_is_wrong(cloud, account):
    def aws(*arguments: str) -> subprocess.CompletedProcess:
        command = ["aws", "sns", *arguments, "--output", "json"]
        return subprocess.run(command, env=cloud.environment(account), capture_output=True, text=True, timeout=60)

    topic = json.loads(aws("create-topic", "--name", "cli").stdout)["TopicArn"]
    assert len(json.loads(aws("publish", "--topic-arn", topic, "--message", "x").stdout)["MessageId"]) == 36
    missing = aws("publish", "--topic-arn", f"{topic}-missing", "--message", "x")
    assert "(NotFound)" in missing.stderr and "Topic does not exist" in missing.stderr


def test_errors_are_those_of_aws(cloud, account):
    sns = cloud.client("sns", account)
    topic = sns.create_topic(Name="t")["TopicArn"]
    for call, code in [
        (lambda: sns.publish(TopicArn=topic, Message=""), "InvalidParameter"),
        (lambda: sns.publish(TopicArn=topic, Message="x" * (256 * 1024 + 1)), "InvalidParameter"),
        (lambda: sns.create_topic(Name="a b"), "InvalidParameter"),
        (lambda: sns.subscribe(TopicArn=topic, Protocol="pigeon", Endpoint="x"), "InvalidParameter"),
        (lambda: sns.get_subscription_attributes(SubscriptionArn=f"{topic}:00000000-0000-0000-0000-000000000000"), "NotFound"),
    ]:
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == code
