"""The AWS SAM CLI: what it validates and builds, and a stack that it deploys, calls and deletes."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

# Its dependencies are pinned lower than those of the other clients, so it has an environment of its own.
REQUIREMENT = "aws-sam-cli==1.170.0"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

TEMPLATE = f"""
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 10
    MemorySize: 128
Parameters:
  Greeting:
    Type: String
    Default: hello
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
  News:
    Type: AWS::SNS::Topic
  Keep:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {PYTHON}
      Handler: app.handler
      CodeUri: keep/
      AutoPublishAlias: live
      Environment:
        Variables:
          TABLE: !Ref Orders
          GREETING: !Ref Greeting
      Policies:
        - AWSLambdaBasicExecutionRole
        - DynamoDBCrudPolicy:
            TableName: !Ref Orders
      Events:
        News:
          Type: SNS
          Properties:
            Topic: !Ref News
        Daily:
          Type: Schedule
          Properties:
            Schedule: rate(1 day)
Outputs:
  Function:
    Value: !Ref Keep
"""

CODE = """
import os

def handler(event, context):
    return {"greeting": os.environ["GREETING"], "table": os.environ["TABLE"], "given": event}
"""


@pytest.fixture(scope="session")
def program() -> str:
    """The CLI: `SAM_CLI`, or one installed where the other clients are."""
    given = os.environ.get("SAM_CLI")
    if given:
        return given
    key = hashlib.sha256(f"{REQUIREMENT} {PYTHON}".encode()).hexdigest()[:12]
    place = pathlib.Path.home() / ".cache" / "nephele" / f"sam-{key}"
    if not (place / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        install = ["install", "-q", "--disable-pip-version-check", "--no-input", REQUIREMENT]
        subprocess.run([place / "bin" / "pip", *install], check=True)
        (place / "installed").touch()
    return str(place / "bin" / "sam")


@pytest.fixture
def project(program, cloud, account, tmp_path):
    """A project, and the CLI in it with the environment that a person would export."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "app.py").write_text(CODE)
    (tmp_path / "keep" / "requirements.txt").write_text("")
    (tmp_path / "ca.pem").write_text(cloud.run("ca"))
    interpreter = pathlib.Path(sys.base_prefix) / "bin"
    environment = {
        **cloud.environment(account),
        # The policy of the CLI's own bucket denies what does not come over TLS.
        "AWS_ENDPOINT_URL": f"https://127.0.0.1:{cloud.port}",
        "AWS_CA_BUNDLE": str(tmp_path / "ca.pem"),
        "PATH": f"{interpreter}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "HOME": str(tmp_path),
    }

    def sam(*arguments: str) -> str:
        done = subprocess.run([program, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    return sam


def test_a_template_is_valid_and_built(project, tmp_path):
    assert "is a valid SAM Template" in project("validate", "--region", "us-east-1")
    project("build")
    assert (tmp_path / ".aws-sam" / "build" / "Keep" / "app.py").exists()


def test_a_stack_is_deployed_changed_and_deleted(project, cloud, account):
    project("build")
    deploy = ["deploy", "--resolve-s3", "--stack-name", "shop", "--capabilities", "CAPABILITY_IAM", "--no-progressbar"]
    project(*deploy, "--no-confirm-changeset")
    formation = cloud.client("cloudformation", account)
    stack = formation.describe_stacks(StackName="shop")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    processed = formation.get_template(StackName="shop", TemplateStage="Processed")["TemplateBody"]
    kinds = {resource["Type"] for resource in processed["Resources"].values()}
    assert {"AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::SNS::Subscription", "AWS::Events::Rule", "AWS::IAM::Role"} <= kinds

    functions = cloud.client("lambda", account)

    def greeting(**qualifier) -> str:
        answer = functions.invoke(FunctionName=outputs["Function"], Payload=json.dumps({"a": 1}), **qualifier)
        answer = json.loads(answer["Payload"].read())
        assert answer["given"] == {"a": 1}, answer
        return answer["greeting"]

    assert greeting(Qualifier="live") == "hello"
    project(*deploy, "--no-confirm-changeset", "--parameter-overrides", "Greeting=goodbye")
    assert greeting() == "goodbye"
    # The code is the same, so no version is published: the alias stays where it was.
    assert greeting(Qualifier="live") == "hello"
    project("delete", "--stack-name", "shop", "--no-prompts", "--region", "us-east-1")
    names = [stack["StackName"] for stack in formation.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]]
    assert "shop" not in names
