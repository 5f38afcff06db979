"""A stop that is asked for: requests in flight are answered, the process ends with 0, and everything is there again."""

import subprocess

import pytest
from harness.cloud import binary, in_background


def test_a_stop_answers_long_polls_and_loses_nothing(own_cloud):
    sqs = own_cloud.client("sqs", retries={"max_attempts": 0})
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    waiting = in_background(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20))
    busy = own_cloud.client("sqs", retries={"max_attempts": 0})
    sent = {busy.send_message(QueueUrl=queue, MessageBody="x")["MessageId"]}
    assert own_cloud.stop() == 0
    answer = waiting(timeout=30)
    taken = {m["MessageId"] for m in answer.get("Messages", [])}
    own_cloud.start()
    own_cloud.advance(60)
    again = {m["MessageId"] for m in busy.receive_message(QueueUrl=queue).get("Messages", [])}
    assert again == sent and taken <= sent


def test_a_second_one_on_the_same_data_is_refused(own_cloud, tmp_path):
    command = [binary(), "start", "--listen", "127.0.0.1:0", "--data", str(own_cloud.data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert str(own_cloud.process.pid) in done.stderr + done.stdout
    assert own_cloud.get("/_nephele/health")["status"] == "running"


def test_a_second_one_on_the_same_port_is_refused(own_cloud, tmp_path):
    command = [binary(), "start", "--listen", f"127.0.0.1:{own_cloud.port}", "--data", str(tmp_path / "other")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert str(own_cloud.port) in done.stderr + done.stdout


def test_an_ephemeral_one_leaves_nothing(own_cloud):
    own_cloud.stop()
    own_cloud.ephemeral = True
    own_cloud.start()
    sqs = own_cloud.client("sqs")
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert own_cloud.stop() == 0
    own_cloud.start()
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="q")
