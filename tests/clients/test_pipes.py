"""EventBridge Pipes: events from queues, streams and tables to targets, with stock clients, through `kill -9`."""

import http.server
import json
import os
import subprocess
import threading
import time

import pytest
from botocore.exceptions import ClientError
from harness.identity import allow, role, trust
from test_chains import drained
from test_cli import AWS

ROUNDS = int(os.environ.get("CHAIN_KILLS", "3"))
PATIENCE = 60


@pytest.fixture
def pipes_role(own_cloud) -> str:
    """A role that pipes may take on."""
    actions = ["dynamodb:*", "events:*", "kinesis:*", "sqs:*"]
    return role(own_cloud.client("iam"), "pipes", trust({"Service": "pipes.amazonaws.com"}), allow(actions))


def queue(sqs, name: str, **attributes: str) -> tuple[str, str]:
    """A queue's URL and ARN."""
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def reaches(pipes, name: str, state: str) -> dict:
    """Asks until a pipe is in a state."""
    until = time.monotonic() + PATIENCE
    while (shown := pipes.describe_pipe(Name=name))["CurrentState"] != state:
        assert time.monotonic() < until and not shown["CurrentState"].endswith("FAILED"), shown
    return shown


def gathered(sqs, url: str, count: int) -> list[str]:
    """Bodies of messages, once there are as many, and whatever comes in the second after them."""
    bodies, until = [], time.monotonic() + PATIENCE
    while len(bodies) < count:
        assert time.monotonic() < until, bodies
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        bodies += [message["Body"] for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies + drained(sqs, url)


def test_the_life_of_a_pipe(own_cloud, pipes_role):
    pipes, sqs = own_cloud.client("pipes"), own_cloud.client("sqs")
    (_, source), (_, target) = queue(sqs, "from"), queue(sqs, "to")
    made = pipes.create_pipe(Name="p", Source=source, Target=target, RoleArn=pipes_role, Tags={"a": "1"})
    assert made["CurrentState"] == "CREATING" and made["DesiredState"] == "RUNNING"
    shown = reaches(pipes, "p", "RUNNING")
    assert shown["SourceParameters"] == {"SqsQueueParameters": {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0}}
    assert shown["Tags"] == pipes.list_tags_for_resource(resourceArn=made["Arn"])["tags"] == {"a": "1"}
    pipes.update_pipe(Name="p", RoleArn=pipes_role, Description="d")
    assert reaches(pipes, "p", "RUNNING")["Description"] == "d"
    pipes.stop_pipe(Name="p")
    reaches(pipes, "p", "STOPPED")
    assert [pipe["Name"] for pipe in pipes.list_pipes(CurrentState="STOPPED")["Pipes"]] == ["p"]
    command = [AWS, "pipes", "describe-pipe", "--name", "p", "--query", "[Name, CurrentState]", "--output", "text"]
    done = subprocess.run(command, env=own_cloud.environment(), capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["p", "STOPPED"], done.stderr
    with pytest.raises(ClientError) as told:
        pipes.create_pipe(Name="p", Source=source, Target=target, RoleArn=pipes_role)
    assert told.value.response["Error"]["Code"] == "ConflictException"
    assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    with pytest.raises(pipes.exceptions.ValidationException) as told:
        pipes.create_pipe(Name="q", Source=source.replace(":sqs:", ":kinesis:").replace("from", "stream/k"), Target=target, RoleArn=pipes_role)
    field = {"name": "SourceParameters.KinesisStreamParameters", "message": "Missing required parameter."}
    assert told.value.response["fieldList"] == [field]
    assert json.loads(told.value.response["Error"]["Message"])["ValidationErrorFields"][0]["Name"] == field["name"]
    pipes.delete_pipe(Name="p")
    with pytest.raises(pipes.exceptions.NotFoundException):
        reaches(pipes, "p", "GONE")


def test_from_queue_to_queue_filtered_and_shaped(own_cloud, pipes_role):
    pipes, sqs = own_cloud.client("pipes"), own_cloud.client("sqs")
    (url, source), (end, target) = queue(sqs, "from"), queue(sqs, "to")
    pattern = json.dumps({"body": {"amount": [{"numeric": [">=", 10]}]}})
    pipes.create_pipe(
        Name="p",
        Source=source,
        Target=target,
        RoleArn=pipes_role,
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": pattern}]}},
        TargetParameters={"InputTemplate": '{"by": "<aws.pipes.pipe-name>", "amount": <$.body.amount>, "of": "<$.body.who>"}'},
    )
    reaches(pipes, "p", "RUNNING")
    for amount in (5, 10, 15):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"amount": amount, "who": f'"{amount}"'}))
    sqs.send_message(QueueUrl=url, MessageBody="no order")
    got = sorted((json.loads(body) for body in gathered(sqs, end, 2)), key=lambda body: body["amount"])
    assert got == [{"by": "p", "amount": amount, "of": f'"{amount}"'} for amount in (10, 15)]


def killed(own_cloud, write) -> set[str]:
    """Rounds of writing and `kill -9`: `write` is given a text and gives up when the cloud dies. What was acknowledged."""
    acknowledged, more = set(), threading.Condition()

    def work(who: int, round_: int) -> None:
        try:
            for n in range(10_000):
                text = f"{round_}.{who}.{n}"
                write(who, text)
                with more:
                    acknowledged.add(text)
                    more.notify_all()
        except Exception:  # the kill
            return

    for round_ in range(ROUNDS):
        writers = [threading.Thread(target=work, args=(who, round_)) for who in range(2)]
        for writer in writers:
            writer.start()
        with more:
            enough = len(acknowledged) + 40
            assert more.wait_for(lambda: len(acknowledged) >= enough, timeout=PATIENCE)
        own_cloud.crash()
        for writer in writers:
            writer.join()
    return acknowledged


def once(own_cloud, url: str, acknowledged: set[str]) -> None:
    """Everything that was acknowledged comes to a queue, and nothing twice."""
    sqs, bodies, until = own_cloud.client("sqs"), [], time.monotonic() + PATIENCE
    while not acknowledged <= set(bodies):
        assert time.monotonic() < until, acknowledged - set(bodies)
        # What a kill left in flight is received again after its visibility timeout.
        own_cloud.advance(31)
        bodies += drained(sqs, url)
    bodies += drained(sqs, url)
    assert len(bodies) == len(set(bodies)), "nothing twice"


def test_messages_through_kills(own_cloud, pipes_role):
    pipes, sqs = own_cloud.client("pipes"), own_cloud.client("sqs")
    (url, source), (end, target) = queue(sqs, "from"), queue(sqs, "to")
    pipes.create_pipe(Name="p", Source=source, Target=target, RoleArn=pipes_role, TargetParameters={"InputTemplate": "<$.body>"})
    reaches(pipes, "p", "RUNNING")
    clients = [own_cloud.client("sqs", retries={"total_max_attempts": 1}) for _ in range(2)]
    acknowledged = killed(own_cloud, lambda who, text: clients[who].send_message(QueueUrl=url, MessageBody=text))
    once(own_cloud, end, acknowledged)


def test_records_of_a_stream_through_kills(own_cloud, pipes_role):
    pipes, sqs, kinesis = own_cloud.client("pipes"), own_cloud.client("sqs"), own_cloud.client("kinesis")
    end, target = queue(sqs, "to")
    kinesis.create_stream(StreamName="k", ShardCount=2)
    source = kinesis.describe_stream_summary(StreamName="k")["StreamDescriptionSummary"]["StreamARN"]
    pipes.create_pipe(
        Name="p",
        Source=source,
        Target=target,
        RoleArn=pipes_role,
        SourceParameters={"KinesisStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 7}},
        TargetParameters={"InputTemplate": "<$.data>"},
    )
    reaches(pipes, "p", "RUNNING")
    clients = [own_cloud.client("kinesis", retries={"total_max_attempts": 1}) for _ in range(2)]
    acknowledged = killed(own_cloud, lambda who, text: clients[who].put_record(StreamName="k", PartitionKey=text, Data=text))
    once(own_cloud, end, acknowledged)


def test_changes_of_a_table_to_a_bus_through_kills(own_cloud, pipes_role):
    pipes, sqs, events, dynamodb = (own_cloud.client(name) for name in ("pipes", "sqs", "events", "dynamodb"))
    end, target = queue(sqs, "to")
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": target}
    sqs.set_queue_attributes(QueueUrl=end, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": statement})})
    bus = events.create_event_bus(Name="b")["EventBusArn"]
    events.put_rule(Name="r", EventBusName="b", EventPattern=json.dumps({"source": ["Pipe p"], "detail-type": ["Event from aws:dynamodb"]}))
    events.put_targets(Rule="r", EventBusName="b", Targets=[{"Id": "1", "Arn": target, "InputPath": "$.detail.id"}])
    table = dynamodb.create_table(
        TableName="changes",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    dynamodb.get_waiter("table_exists").wait(TableName="changes", WaiterConfig={"Delay": 1})
    pipes.create_pipe(
        Name="p",
        Source=table["TableDescription"]["LatestStreamArn"],
        Target=bus,
        RoleArn=pipes_role,
        SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 5}},
        TargetParameters={"InputTemplate": '{"id": <$.dynamodb.NewImage.id.S>}'},
    )
    reaches(pipes, "p", "RUNNING")
    clients = [own_cloud.client("dynamodb", retries={"total_max_attempts": 1}) for _ in range(2)]
    acknowledged = killed(own_cloud, lambda who, text: clients[who].put_item(TableName="changes", Item={"id": {"S": text}}))
    once(own_cloud, end, {json.dumps(text) for text in acknowledged})


def test_a_web_server_adds_to_events(own_cloud, pipes_role):
    """Enrichment by an API destination: the target gets what the server answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            [one] = asked if isinstance(asked, list) else [asked]
            answer = json.dumps([{"price": 7, "of": one["of"]}]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    events, pipes, sqs = own_cloud.client("events"), own_cloud.client("pipes"), own_cloud.client("sqs")
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "v"}}
    connection = events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters=key)["ConnectionArn"]
    asked = events.create_api_destination(
        Name="d", ConnectionArn=connection, InvocationEndpoint=f"http://127.0.0.1:{server.server_port}/", HttpMethod="POST"
    )["ApiDestinationArn"]
    (url_from, source), (url_to, target) = queue(sqs, "from"), queue(sqs, "to")
    template = {"InputTemplate": '{"of": <$.body.of>}'}
    pipes.create_pipe(Name="p", Source=source, Enrichment=asked, EnrichmentParameters=template, Target=target, RoleArn=pipes_role)
    reaches(pipes, "p", "RUNNING")
    sqs.send_message(QueueUrl=url_from, MessageBody=json.dumps({"of": "bread"}))
    assert [json.loads(body) for body in gathered(sqs, url_to, 1)] == [{"price": 7, "of": "bread"}]
    server.shutdown()
