//! Resource types: a queue and its policies as a stack makes them, from inside an operation of another service.

use std::sync::Arc;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
fn stack(operation: Operations) -> TestCloud {
    TestCloud::new(|parts| vec![svc_sqs::service(parts), Service::new(&api_sts::SERVICE, operation)])
}

async fn queue_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let queue = resource(ctx, "AWS::SQS::Queue");
    let dlq = queue.create(ctx, properties(json!({"QueueName": "dlq"}))).await.unwrap();
    let made = json!({
        "QueueName": "q",
        "FifoQueue": false,
        "DelaySeconds": 17,
        "MaximumMessageSize": "1234",
        "RedrivePolicy": {"deadLetterTargetArn": queue.arn(ctx, &dlq), "maxReceiveCount": 7},
        "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    });
    let id = queue.create(ctx, properties(made)).await.unwrap();
    let read = queue.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["QueueUrl"], json!(id));
    assert_eq!(read["Arn"], "arn:aws:sqs:us-east-1:000000000000:q");
    assert_eq!((&read["DelaySeconds"], &read["MaximumMessageSize"]), (&json!(17), &json!(1234)));
    assert_eq!(read["RedrivePolicy"]["maxReceiveCount"], 7);
    assert_eq!(queue.relationships(ctx, &id).await.unwrap(), [queue.arn(ctx, &dlq)]);
    let changed = json!({"QueueName": "q", "VisibilityTimeout": 5, "Tags": [{"Key": "b", "Value": "3"}]});
    queue.update(ctx, &id, properties(changed)).await.unwrap();
    let read = queue.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["DelaySeconds"], &read["VisibilityTimeout"]), (&json!(0), &json!(5)));
    assert_eq!(read.get("RedrivePolicy"), None);
    assert_eq!(read["Tags"], json!([{"Key": "b", "Value": "3"}]));
    assert_eq!(queue.list(ctx).await.unwrap().len(), 2);
    queue.delete(ctx, &id).await.unwrap();
    queue.delete(ctx, &id).await.unwrap();
    assert_eq!(queue.read(ctx, &id).await.unwrap(), None);
    let mut unnamed = properties(json!({"FifoQueue": true}));
    queue.name_it(&mut unnamed, &|most| "n".repeat(most));
    let named = queue.create(ctx, unnamed).await.unwrap();
    assert!(named.ends_with(&format!("/{}.fifo", "n".repeat(75))), "{named}");
    Ok(GetCallerIdentityOutput::default())
}

async fn policy_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let (queue, policy) = (resource(ctx, "AWS::SQS::Queue"), resource(ctx, "AWS::SQS::QueuePolicy"));
    let a = queue.create(ctx, properties(json!({"QueueName": "a"}))).await.unwrap();
    let b = queue.create(ctx, properties(json!({"QueueName": "b"}))).await.unwrap();
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    let on = |queues: &[&String]| properties(json!({"PolicyDocument": document, "Queues": queues}));
    let inline = resource(ctx, "AWS::SQS::QueueInlinePolicy");
    let id = policy.create(ctx, on(&[&a])).await.unwrap();
    assert_eq!(policy.read(ctx, &id).await.unwrap().unwrap()["PolicyDocument"], document);
    policy.update(ctx, &id, on(&[&b])).await.unwrap();
    assert_eq!(inline.read(ctx, &a).await.unwrap(), None);
    assert_eq!(inline.list(ctx).await.unwrap(), std::slice::from_ref(&b));
    assert_eq!(policy.list(ctx).await.unwrap(), std::slice::from_ref(&id));
    policy.delete(ctx, &id).await.unwrap();
    assert!(inline.list(ctx).await.unwrap().is_empty());
    let id = inline.create(ctx, properties(json!({"PolicyDocument": document, "Queue": a}))).await.unwrap();
    assert_eq!(inline.read(ctx, &id).await.unwrap().unwrap()["PolicyDocument"], document);
    inline.delete(ctx, &id).await.unwrap();
    assert_eq!(inline.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

#[tokio::test]
async fn a_queue_of_a_stack() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), queue_life);
    stack(operation).call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
}

#[tokio::test]
async fn a_policy_of_a_stack() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), policy_life);
    stack(operation).call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
}
