"""CloudFormation with stock clients: stacks and change sets with boto3 and its waiters, `aws cloudformation deploy`."""

import json
import os
import subprocess
import time

import pytest
from botocore.exceptions import ClientError, WaiterError
from harness.identity import allow, role, trust
from test_cli import AWS

TEMPLATE = """
Parameters:
  Title: {Type: String, Default: first}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 7}
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub '${Title} ${Queue.QueueName}'
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, RawMessageDelivery: true}
  Open:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}
Outputs:
  Url: {Value: !Ref Queue}
  Topic: {Value: !Ref Topic}
"""


def outputs(stack: dict) -> dict:
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def at_rest(formation, name: str) -> str:
    """The status of a stack once nothing is in progress on it."""
    until = time.monotonic() + 60
    while (status := formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]).endswith("_IN_PROGRESS"):
        assert time.monotonic() < until, status
    return status


def test_a_stack_that_works_and_goes(own_cloud):
    formation, sqs, sns = (own_cloud.client(name) for name in ("cloudformation", "sqs", "sns"))
    made = formation.create_stack(StackName="app", TemplateBody=TEMPLATE, Tags=[{"Key": "team", "Value": "blue"}])
    formation.get_waiter("stack_create_complete").wait(StackName="app", WaiterConfig={"Delay": 1})
    (stack,) = formation.describe_stacks(StackName="app")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE" and stack["Tags"] == [{"Key": "team", "Value": "blue"}]
    told = outputs(stack)
    attributes = sqs.get_queue_attributes(QueueUrl=told["Url"], AttributeNames=["DelaySeconds"])["Attributes"]
    assert attributes == {"DelaySeconds": "7"}
    sns.publish(TopicArn=told["Topic"], Message="hello")
    (message,) = sqs.receive_message(QueueUrl=told["Url"], WaitTimeSeconds=20)["Messages"]
    assert message["Body"] == "hello"

    formation.update_stack(
        StackName="app", UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Title", "ParameterValue": "second"}]
    )
    formation.get_waiter("stack_update_complete").wait(StackName="app", WaiterConfig={"Delay": 1})
    assert sns.get_topic_attributes(TopicArn=told["Topic"])["Attributes"]["DisplayName"].startswith("second app-Queue-")
    with pytest.raises(ClientError, match="No updates are to be performed."):
        formation.update_stack(StackName="app", UsePreviousTemplate=True,
                               Parameters=[{"ParameterKey": "Title", "UsePreviousValue": True}])
    events = [e for page in formation.get_paginator("describe_stack_events").paginate(StackName="app") for e in page["StackEvents"]]
    assert events[0]["ResourceStatus"] == "UPDATE_COMPLETE" and events[-1]["ResourceStatusReason"] == "User Initiated"
    formation.delete_stack(StackName="app")
    formation.get_waiter("stack_delete_complete").wait(StackName=made["StackId"], WaiterConfig={"Delay": 1})
    assert "QueueUrls" not in sqs.list_queues() and not sns.list_topics()["Topics"]


def test_a_failure_goes_back_and_tells_why(own_cloud):
    formation, sqs = own_cloud.client("cloudformation"), own_cloud.client("sqs")
    body = {"Resources": {
        "Good": {"Type": "AWS::SQS::Queue"},
        "Bad": {"Type": "AWS::SQS::Queue", "DependsOn": "Good", "Properties": {"DelaySeconds": 100000}},
    }}
    formation.create_stack(StackName="bad", TemplateBody=json.dumps(body))
    with pytest.raises(WaiterError):
        formation.get_waiter("stack_create_complete").wait(StackName="bad", WaiterConfig={"Delay": 1})
    assert at_rest(formation, "bad") == "ROLLBACK_COMPLETE"
    assert "QueueUrls" not in sqs.list_queues()
    events = formation.describe_stack_events(StackName="bad")["StackEvents"]
    (failed,) = [event for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    assert "DelaySeconds" in failed["ResourceStatusReason"] and "HandlerErrorCode: InvalidRequest" in failed["ResourceStatusReason"]


def test_a_role_bounds_what_a_stack_may_make(own_cloud):
    formation = own_cloud.client("cloudformation")
    arn = role(own_cloud.client("iam"), "maker", trust({"Service": "cloudformation.amazonaws.com"}), allow(["sqs:*"]))
    for name, kind, end in (("queues", "AWS::SQS::Queue", "CREATE_COMPLETE"), ("topics", "AWS::SNS::Topic", "ROLLBACK_COMPLETE")):
        body = json.dumps({"Resources": {"R": {"Type": kind}}})
        formation.create_stack(StackName=name, TemplateBody=body, RoleARN=arn)
        assert at_rest(formation, name) == end


def test_deploy_of_the_command_line(own_cloud, tmp_path):
    (tmp_path / "t.yml").write_text(TEMPLATE)
    environment = own_cloud.environment()

    def deploy(*more: str) -> subprocess.CompletedProcess:
        command = [AWS, "cloudformation", "deploy", "--stack-name", "cli", "--template-file", str(tmp_path / "t.yml"), *more]
        return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=180)

    done = deploy()
    assert done.returncode == 0, done.stderr
    assert "Successfully created/updated stack - cli" in done.stdout
    assert deploy("--parameter-overrides", "Title=other").returncode == 0
    again = deploy("--parameter-overrides", "Title=other")
    assert "No changes to deploy. Stack cli is up to date" in again.stdout + again.stderr
