"""EventBridge and Scheduler with boto3: from a publisher to a queue, by rules and by the clock, through restarts."""

import json

import pytest
from botocore.exceptions import ClientError

MINUTE, HOUR, DAY = 60, 3600, 86_400


def queue(cloud, account, name="q"):
    """A queue that EventBridge may send to: its URL and ARN."""
    sqs = cloud.client("sqs", account)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


def received(cloud, account, url, count):
    sqs, bodies = cloud.client("sqs", account), []
    while len(bodies) < count:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10).get("Messages", [])
        assert messages, f"{len(bodies)} of {count}"
        bodies += [json.loads(message["Body"]) for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def role(cloud, account, service, action):
    iam = cloud.client("iam", account)
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": action, "Resource": "*"}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
    return arn


def test_an_event_is_transformed_for_its_target(cloud, account):
    events = cloud.client("events", account)
    url, arn = queue(cloud, account)
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}}))
    transformer = {"InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": '{"hello": <who>, "rule": <aws.events.rule-name>}'}
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn, "InputTransformer": transformer}])
    entry = {"Source": "shop", "DetailType": "Ordered", "Detail": json.dumps({"who": "ada", "total": 11})}
    cheap = {**entry, "Detail": json.dumps({"who": "bob", "total": 1})}
    wrong = {**entry, "Detail": "text"}
    answer = events.put_events(Entries=[entry, cheap, wrong])
    assert answer["FailedEntryCount"] == 1 and answer["Entries"][2]["ErrorCode"] == "MalformedDetail"
    assert received(cloud, account, url, 1) == [{"hello": "ada", "rule": "r"}]


def test_what_is_acknowledged_survives_a_kill(own_cloud):
    account = own_cloud.new_account()
    events = own_cloud.client("events", account)
    url, arn = queue(own_cloud, account)
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["s"]}))
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn}])
    entries = [{"Source": "s", "DetailType": "t", "Detail": json.dumps({"n": n})} for n in range(10)]
    ids = {entry["EventId"] for entry in events.put_events(Entries=entries)["Entries"]}
    own_cloud.kill()
    own_cloud.start()
    assert {body["id"] for body in received(own_cloud, account, url, 10)} == ids


def test_schedules_of_both_kinds_follow_the_clock(own_cloud):
    account = own_cloud.new_account()
    events, scheduler = own_cloud.client("events", account), own_cloud.client("scheduler", account)
    url, arn = queue(own_cloud, account)
    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="hourly", Targets=[{"Id": "t", "Arn": arn}])
    own_cloud.advance(3 * HOUR + MINUTE)
    assert [body["detail-type"] for body in received(own_cloud, account, url, 3)] == ["Scheduled Event"] * 3
    events.disable_rule(Name="hourly")
    call = {"QueueUrl": url, "MessageBody": '{"at": "<aws.scheduler.scheduled-time>"}'}
    scheduler.create_schedule(
        Name="daily",
        ScheduleExpression="cron(0 9 * * ? *)",
        ScheduleExpressionTimezone="Asia/Tokyo",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
            "RoleArn": role(own_cloud, account, "scheduler.amazonaws.com", "sqs:SendMessage"),
            "Input": json.dumps(call),
        },
    )
    own_cloud.advance(2 * DAY)
    assert all(body["at"].endswith("T00:00:00Z") for body in received(own_cloud, account, url, 2))


def test_patterns_are_refused_in_the_words_of_the_service(cloud, account):
    with pytest.raises(ClientError) as caught:
        cloud.client("events", account).put_rule(Name="r", EventPattern='{"source": "s"}')
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidEventPatternException"
    assert error["Message"].startswith('Event pattern is not valid. Reason: "source" must be an object or an array\n at [Source: ')


def test_a_role_that_scheduler_may_not_take_on_is_refused(cloud, account):
    scheduler = cloud.client("scheduler", account)
    wrong = role(cloud, account, "events.amazonaws.com", "sqs:*")
    with pytest.raises(ClientError) as caught:
        scheduler.create_schedule(
            Name="s",
            ScheduleExpression="rate(1 day)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": f"arn:aws:sqs:us-east-1:{account}:q", "RoleArn": wrong},
        )
    assert caught.value.response["Error"]["Code"] == "ValidationException"
