//! Resource types: a topic, a subscription and a policy as a stack makes them, from inside an operation of another service.

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

async fn life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let (topic, subscription) = (resource(ctx, "AWS::SNS::Topic"), resource(ctx, "AWS::SNS::Subscription"));
    let made = json!({
        "TopicName": "t",
        "DisplayName": "T",
        "Subscription": [{"Protocol": "sms", "Endpoint": "+15551234567"}],
        "Tags": [{"Key": "a", "Value": "1"}],
    });
    let id = topic.create(ctx, properties(made)).await.unwrap();
    let read = topic.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["TopicArn"], &read["DisplayName"]), (&json!(id), &json!("T")));
    assert_eq!(read["Subscription"], json!([{"Protocol": "sms", "Endpoint": "+15551234567"}]));
    topic.update(ctx, &id, properties(json!({"TopicName": "t", "Tags": [{"Key": "b", "Value": "2"}]}))).await.unwrap();
    let read = topic.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((read.get("DisplayName"), read.get("Subscription")), (None, None));
    assert_eq!(read["Tags"], json!([{"Key": "b", "Value": "2"}]));
    let queue = "arn:aws:sqs:us-east-1:000000000000:q";
    let made = json!({"TopicArn": id, "Protocol": "sqs", "Endpoint": queue, "RawMessageDelivery": true,
        "FilterPolicy": {"a": ["b"]}});
    let arn = subscription.create(ctx, properties(made)).await.unwrap();
    let read = subscription.read(ctx, &arn).await.unwrap().unwrap();
    assert_eq!((&read["RawMessageDelivery"], &read["FilterPolicy"]), (&json!(true), &json!({"a": ["b"]})));
    assert_eq!(topic.relationships(ctx, &id).await.unwrap(), [queue]);
    let changed = json!({"FilterPolicyScope": "MessageBody", "FilterPolicy": {"a": {"b": ["c"]}}});
    subscription.update(ctx, &arn, properties(changed)).await.unwrap();
    let read = subscription.read(ctx, &arn).await.unwrap().unwrap();
    assert_eq!((&read["RawMessageDelivery"], &read["FilterPolicyScope"]), (&json!(false), &json!("MessageBody")));
    assert_eq!(subscription.list(ctx).await.unwrap(), std::slice::from_ref(&arn));
    subscription.delete(ctx, &arn).await.unwrap();
    assert_eq!(subscription.read(ctx, &arn).await.unwrap(), None);
    let policy = resource(ctx, "AWS::SNS::TopicPolicy");
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": id});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    let made = json!({"PolicyDocument": document, "Topics": [id]});
    let policy_id = policy.create(ctx, properties(made)).await.unwrap();
    let read = policy.read(ctx, &policy_id).await.unwrap().unwrap();
    assert_eq!((&read["PolicyDocument"], &read["Topics"]), (&document, &json!([id])));
    policy.delete(ctx, &policy_id).await.unwrap();
    topic.delete(ctx, &id).await.unwrap();
    assert_eq!(topic.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

#[tokio::test]
async fn a_stacks_life() {
    let operations = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), life);
    let stack =
        |parts: &service_kit::CloudParts| vec![svc_sns::service(parts), Service::new(&api_sts::SERVICE, operations)];
    TestCloud::new(stack).call::<GetCallerIdentity>(GetCallerIdentityInput {}).await.unwrap();
}
