"""Who invokes functions: topics, rules, schedules, log groups and delivery streams, each with AWS's own event, and each bound by the
function's policy."""

import base64
import datetime
import gzip
import io
import json
import time
import zipfile

import pytest
from harness.identity import allow, role, trust

TELL = '''
import base64, json, os, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
    if "records" in event:
        upper = lambda data: base64.b64encode(base64.b64decode(data).upper()).decode()
        return {"records": [{"recordId": r["recordId"], "result": "Ok", "data": upper(r["data"])} for r in event["records"]]}
'''


def serving(cloud, name: str, service: str, *actions: str) -> str:
    """A role that a service takes on."""
    return role(cloud.client("iam"), name, trust({"Service": service}), allow(list(actions)))


class Told:
    """A function that tells a queue what it is invoked with."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.sqs, self.functions = cloud.client("sqs"), cloud.client("lambda")
        self.url = self.sqs.create_queue(QueueName="told")["QueueUrl"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", TELL)
        self.arn = self.functions.create_function(
            FunctionName="tell",
            Runtime="python3.11",
            Handler="index.handler",
            Role=serving(cloud, "tell", "lambda.amazonaws.com", "sqs:SendMessage"),
            Code={"ZipFile": packed.getvalue()},
            Environment={"Variables": {"QUEUE": self.url}},
            Timeout=20,
        )["FunctionArn"]
        self.functions.get_waiter("function_active_v2").wait(FunctionName="tell", WaiterConfig={"Delay": 1})

    def permit(self, service: str, arn: str) -> None:
        self.functions.add_permission(
            FunctionName="tell", StatementId=service.split(".")[0], Action="lambda:InvokeFunction", Principal=service, SourceArn=arn
        )

    def event(self) -> dict:
        """What the function was invoked with next."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for message in self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=2).get("Messages", []):
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                return json.loads(message["Body"])
        pytest.fail(f"the function was not invoked\n{self.cloud.run('why')}\n{self.cloud.log.read_text()[-3000:]}")


@pytest.fixture
def told(own_cloud):
    return Told(own_cloud)


def test_topics(told):
    sns = told.cloud.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=told.arn, ReturnSubscriptionArn=True)["SubscriptionArn"]
    told.permit("sns.amazonaws.com", topic)
    sns.publish(TopicArn=topic, Message="hello", Subject="s", MessageAttributes={"a": {"DataType": "String", "StringValue": "1"}})
    (record,) = told.event()["Records"]
    assert (record["EventSource"], record["EventVersion"], record["EventSubscriptionArn"]) == ("aws:sns", "1.0", subscription)
    assert (record["Sns"]["Message"], record["Sns"]["Subject"], record["Sns"]["TopicArn"]) == ("hello", "s", topic)
    assert record["Sns"]["MessageAttributes"] == {"a": {"Type": "String", "Value": "1"}}


def test_rules(told):
    events = told.cloud.client("events")
    rule = events.put_rule(Name="all", EventPattern=json.dumps({"source": ["mine"]}))["RuleArn"]
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": told.arn}])
    told.permit("events.amazonaws.com", rule)
    events.put_events(Entries=[{"Source": "mine", "DetailType": "t", "Detail": '{"n": 1}'}])
    event = told.event()
    assert (event["source"], event["detail-type"], event["detail"]) == ("mine", "t", {"n": 1})


def test_schedules(told):
    scheduler = told.cloud.client("scheduler")
    by = serving(told.cloud, "by", "scheduler.amazonaws.com", "lambda:InvokeFunction")
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    scheduler.create_schedule(
        Name="once",
        ScheduleExpression=f"at({now:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": told.arn, "RoleArn": by, "Input": '{"n": 2}'},
    )
    told.cloud.advance(7200)
    assert told.event() == {"n": 2}


def test_log_groups(told):
    logs = told.cloud.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    told.permit("logs.amazonaws.com", "arn:aws:logs:us-east-1:000000000000:log-group:g:*")
    logs.put_subscription_filter(logGroupName="g", filterName="f", filterPattern="bad", destinationArn=told.arn)
    lines = [{"timestamp": int(time.time() * 1000), "message": text} for text in ("good", "bad luck")]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=lines)
    while True:
        data = json.loads(gzip.decompress(base64.b64decode(told.event()["awslogs"]["data"])))
        if data["messageType"] == "DATA_MESSAGE":
            break
    assert (data["logGroup"], data["logStream"], data["subscriptionFilters"]) == ("g", "s", ["f"])
    assert [event["message"] for event in data["logEvents"]] == ["bad luck"]


def test_delivery_streams(told):
    s3, firehose = told.cloud.client("s3"), told.cloud.client("firehose")
    s3.create_bucket(Bucket="processed")
    by = serving(told.cloud, "by", "firehose.amazonaws.com", "lambda:*", "s3:*")
    processor = {"Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": told.arn}]}
    firehose.create_delivery_stream(
        DeliveryStreamName="d",
        ExtendedS3DestinationConfiguration={
            "RoleARN": by,
            "BucketARN": "arn:aws:s3:::processed",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
            "ProcessingConfiguration": {"Enabled": True, "Processors": [processor]},
        },
    )
    firehose.put_record(DeliveryStreamName="d", Record={"Data": b"quiet\n"})
    told.cloud.advance(120)
    event = told.event()
    assert event["deliveryStreamArn"].endswith(":deliverystream/d")
    assert base64.b64decode(event["records"][0]["data"]) == b"quiet\n"
    end = time.monotonic() + 60
    while not (found := s3.list_objects_v2(Bucket="processed").get("Contents")):
        assert time.monotonic() < end
        told.cloud.advance(60)
    assert s3.get_object(Bucket="processed", Key=found[0]["Key"])["Body"].read() == b"QUIET\n"


def test_nobody_without_a_permission(told):
    sns = told.cloud.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=told.arn)
    sns.publish(TopicArn=topic, Message="refused")
    end = time.monotonic() + 60
    while "no resource-based policy allows the lambda:InvokeFunction action" not in told.cloud.run("why"):
        assert time.monotonic() < end
    told.permit("sns.amazonaws.com", topic)
    sns.publish(TopicArn=topic, Message="taken")
    assert told.event()["Records"][0]["Sns"]["Message"] == "taken"
