//! The resource type: a delivery stream as a stack makes it, from inside an operation of another service.

use std::sync::Arc;

use api_organizations::{ListRoots, ListRootsInput, ListRootsOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

use crate::cloud::{Bucket, ROLE, services};

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx) -> Arc<dyn ResourceType> {
    let name = "AWS::KinesisFirehose::DeliveryStream";
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
async fn stack_life(ctx: &Ctx, _: ListRootsInput) -> Outcome<ListRoots> {
    let stream = resource(ctx);
    let made = json!({
        "DeliveryStreamName": "s",
        "ExtendedS3DestinationConfiguration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::b", "Prefix": "a/"},
        "Tags": [{"Key": "a", "Value": "1"}],
    });
    let id = stream.create(ctx, properties(made)).await.unwrap();
    assert_eq!(stream.arn(ctx, &id), "arn:aws:firehose:us-east-1:000000000000:deliverystream/s");
    let read = stream.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["ExtendedS3DestinationConfiguration"]["Prefix"], "a/");
    assert_eq!(read["Tags"], json!([{"Key": "a", "Value": "1"}]));
    assert_eq!(stream.relationships(ctx, &id).await.unwrap(), ["arn:aws:s3:::b"]);
    let changed = json!({"ExtendedS3DestinationConfiguration": {"Prefix": "b/"}, "Tags": [{"Key": "b", "Value": "2"}]});
    stream.update(ctx, &id, properties(changed)).await.unwrap();
    let read = stream.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["ExtendedS3DestinationConfiguration"]["Prefix"], "b/");
    assert_eq!(read["Tags"], json!([{"Key": "b", "Value": "2"}]));
    assert_eq!(stream.list(ctx).await.unwrap(), ["s"]);
    stream.delete(ctx, &id).await.unwrap();
    stream.delete(ctx, &id).await.unwrap();
    assert_eq!(stream.read(ctx, &id).await.unwrap(), None);
    Ok(ListRootsOutput::default())
}

#[tokio::test]
async fn a_stack_makes_changes_and_deletes_delivery_streams() {
    let bucket = Arc::new(Bucket::default());
    let operation = || Operations::new().on::<ListRoots>(|_, _| Ok(Access::any()), stack_life);
    let cloud = TestCloud::new(|parts| {
        let mut all = services(parts, &bucket);
        all.push(Service::new(&api_organizations::SERVICE, operation()));
        all
    });
    crate::cloud::make_role(&cloud).await;
    cloud.call::<ListRoots>(ListRootsInput::default()).await.unwrap();
    assert_eq!(cloud.cloud().panics(), 0);
}
