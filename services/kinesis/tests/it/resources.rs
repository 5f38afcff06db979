//! Resource types: streams, consumers and policies as a stack makes them, from inside an operation of another service.

use std::sync::Arc;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

use crate::cloud::arn;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
async fn stack_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let stream = resource(ctx, "AWS::Kinesis::Stream");
    let made = json!({
        "Name": "s",
        "ShardCount": 2,
        "RetentionPeriodHours": 48,
        "DesiredShardLevelMetrics": ["IncomingBytes"],
        "Tags": [{"Key": "a", "Value": "1"}],
    });
    let id = stream.create(ctx, properties(made)).await.unwrap();
    assert_eq!((id.as_str(), stream.arn(ctx, &id)), ("s", arn("s")));
    let read = stream.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["ShardCount"], &read["RetentionPeriodHours"]), (&json!(2), &json!(48)));
    assert_eq!(read["DesiredShardLevelMetrics"], json!(["IncomingBytes"]));
    assert_eq!(read["Tags"], json!([{"Key": "a", "Value": "1"}]));
    consumer_life(ctx).await;
    let changed =
        json!({"Name": "s", "ShardCount": 4, "MaxRecordSizeInKiB": 2048, "Tags": [{"Key": "b", "Value": "2"}]});
    stream.update(ctx, &id, properties(changed)).await.unwrap();
    let read = stream.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["ShardCount"], &read["RetentionPeriodHours"]), (&json!(4), &json!(24)));
    assert_eq!((&read["MaxRecordSizeInKiB"], read.get("DesiredShardLevelMetrics")), (&json!(2048), None));
    assert_eq!(read["Tags"], json!([{"Key": "b", "Value": "2"}]));
    stream.update(ctx, &id, properties(json!({"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}))).await.unwrap();
    let read = stream.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["StreamModeDetails"], json!({"StreamMode": "ON_DEMAND"}));
    assert_eq!(stream.list(ctx).await.unwrap(), ["s"]);
    stream.delete(ctx, &id).await.unwrap();
    stream.delete(ctx, &id).await.unwrap();
    assert_eq!(stream.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

async fn consumer_life(ctx: &Ctx) {
    let (consumer, policy) =
        (resource(ctx, "AWS::Kinesis::StreamConsumer"), resource(ctx, "AWS::Kinesis::ResourcePolicy"));
    let made = json!({"StreamARN": arn("s"), "ConsumerName": "c", "Tags": [{"Key": "a", "Value": "1"}]});
    let id = consumer.create(ctx, properties(made)).await.unwrap();
    let read = consumer.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["ConsumerARN"], &read["ConsumerStatus"]), (&json!(id), &json!("ACTIVE")));
    assert_eq!(consumer.relationships(ctx, &id).await.unwrap(), [arn("s")]);
    consumer.update(ctx, &id, properties(json!({"Tags": [{"Key": "b", "Value": "2"}]}))).await.unwrap();
    assert_eq!(consumer.tags(ctx, &id).await.unwrap(), [("b".to_owned(), "2".to_owned())].into());
    assert_eq!(consumer.list(ctx).await.unwrap().concat(), id);
    let allow =
        json!({"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "kinesis:*", "Resource": arn("s")});
    let document = json!({"Version": "2012-10-17", "Statement": [allow]});
    let made = json!({"ResourceArn": arn("s"), "ResourcePolicy": document});
    let on = policy.create(ctx, properties(made)).await.unwrap();
    assert_eq!(policy.read(ctx, &on).await.unwrap().unwrap()["ResourcePolicy"], document);
    assert_eq!(policy.list(ctx).await.unwrap(), [arn("s")]);
    policy.delete(ctx, &on).await.unwrap();
    assert_eq!(policy.read(ctx, &on).await.unwrap(), None);
    consumer.delete(ctx, &id).await.unwrap();
    assert_eq!(consumer.read(ctx, &id).await.unwrap(), None);
}

#[tokio::test]
async fn a_stack_makes_changes_and_deletes_streams() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), stack_life);
    let cloud = TestCloud::new(|parts| vec![svc_kinesis::service(parts), Service::new(&api_sts::SERVICE, operation)]);
    cloud.call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
    assert_eq!(cloud.cloud().panics(), 0);
}
