"""An application of one template: what is put into a bucket goes by a function in Node into a table, and by its stream and a
function in Python to a topic and a queue. It works after `kill -9` as before, and loses nothing on the way."""

import io
import json
import pathlib
import time
import zipfile

from botocore.exceptions import WaiterError

TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Sdk:
    Type: String
Globals:
  Function:
    Timeout: 20
    MemorySize: 512
    Handler: index.handler
Resources:
  Changes:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: name, AttributeType: S}]
      KeySchema: [{AttributeName: name, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Inbox:
    Type: AWS::S3::Bucket
  Keep:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs20.x
      Layers: [!Ref Sdk]
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Changes}
        - Version: '2012-10-17'
          Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]
      Environment:
        Variables: {TABLE: !Ref Changes}
      Events:
        Put:
          Type: S3
          Properties: {Bucket: !Ref Inbox, Events: 's3:ObjectCreated:*'}
      InlineCode: |
        const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
        const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3");
        const table = new DynamoDBClient({}), bucket = new S3Client({ forcePathStyle: true });
        exports.handler = async (event) => {
          for (const { s3 } of event.Records) {
            const Key = decodeURIComponent(s3.object.key.replace(/\\+/g, " "));
            const object = await bucket.send(new GetObjectCommand({ Bucket: s3.bucket.name, Key }));
            const text = await object.Body.transformToString();
            const Item = { name: { S: Key }, text: { S: text } };
            await table.send(new PutItemCommand({ TableName: process.env.TABLE, Item }));
          }
        };
  Tell:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Policies:
        - SNSPublishMessagePolicy: {TopicName: !GetAtt News.TopicName}
      Environment:
        Variables: {TOPIC: !Ref News}
      Events:
        Change:
          Type: DynamoDB
          Properties: {Stream: !GetAtt Changes.StreamArn, StartingPosition: TRIM_HORIZON, BatchSize: 10}
      InlineCode: |
        import json, os, boto3
        sns = boto3.client("sns")
        def handler(event, context):
            for record in event["Records"]:
                image = record["dynamodb"]["NewImage"]
                sns.publish(TopicArn=os.environ["TOPIC"], Message=json.dumps([image["name"]["S"], image["text"]["S"]]))
  News:
    Type: AWS::SNS::Topic
  Outbox:
    Type: AWS::SQS::Queue
  Subscribed:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Outbox.Arn, RawMessageDelivery: true}
  MaySend:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Outbox]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:SendMessage', Resource: !GetAtt Outbox.Arn}
Outputs:
  Inbox: {Value: !Ref Inbox}
  Outbox: {Value: !Ref Outbox}
"""


def layer(node_modules: pathlib.Path) -> bytes:
    """The SDK as a layer: what functions in Node find in AWS."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in node_modules.rglob("*"):
            path = file.relative_to(node_modules)
            if file.is_file() and file.suffix in (".js", ".cjs", ".json") and "dist-es" not in path.parts:
                archive.write(file, pathlib.PurePosixPath("nodejs/node_modules", *path.parts))
    return packed.getvalue()


def deploy(cloud, parameters: dict[str, str]) -> dict[str, str]:
    """The stack's outputs, once it is there."""
    formation = cloud.client("cloudformation")
    formation.create_change_set(
        StackName="shop",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=TEMPLATE,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    quick = {"Delay": 1, "MaxAttempts": 120}
    formation.get_waiter("change_set_create_complete").wait(StackName="shop", ChangeSetName="first", WaiterConfig=quick)
    formation.execute_change_set(StackName="shop", ChangeSetName="first")
    try:
        formation.get_waiter("stack_create_complete").wait(StackName="shop", WaiterConfig=quick)
    except WaiterError:
        events = formation.describe_stack_events(StackName="shop")["StackEvents"]
        raise AssertionError([(event["LogicalResourceId"], event.get("ResourceStatusReason")) for event in events]) from None
    stack = formation.describe_stacks(StackName="shop")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def arrived(cloud, url: str, wanted: set[str]) -> dict[str, str]:
    """What came into the queue, by name, once all that is wanted is there; at least once is what streams and topics say."""
    sqs, found, end = cloud.client("sqs"), {}, time.monotonic() + 90
    while not wanted <= found.keys():
        assert time.monotonic() < end, f"{sorted(wanted - found.keys())} did not come\n{cloud.log.read_text()[-3000:]}"
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", []):
            name, text = json.loads(message["Body"])
            found[name] = text
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_what_is_put_into_the_bucket_comes_out_of_the_queue(own_cloud, node_modules):
    cloud = own_cloud
    made = cloud.client("lambda").publish_layer_version(LayerName="sdk", Content={"ZipFile": layer(node_modules)})
    outputs = deploy(cloud, {"Sdk": made["LayerVersionArn"]})
    put = lambda name: cloud.client("s3").put_object(Bucket=outputs["Inbox"], Key=name, Body=f"<{name}>".encode())
    put("an order")
    assert arrived(cloud, outputs["Outbox"], {"an order"}) == {"an order": "<an order>"}
    names = {f"order {n}" for n in range(10)}
    for name in names:
        put(name)
    cloud.crash()
    assert arrived(cloud, outputs["Outbox"], names) == {name: f"<{name}>" for name in names}
    put("later")
    assert arrived(cloud, outputs["Outbox"], {"later"}) == {"later": "<later>"}
