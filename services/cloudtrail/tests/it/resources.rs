//! Resource types: a trail and what else a stack makes, from inside an operation of another service.

use std::sync::Arc;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

use crate::cloud::{bucket, key, services};

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
fn stack(operation: Operations) -> TestCloud {
    TestCloud::new(|parts| {
        let stack = Service::new(&api_sts::SERVICE, operation);
        services(parts).into_iter().chain([stack]).collect()
    })
}

async fn trail_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let trail = resource(ctx, "AWS::CloudTrail::Trail");
    let made = json!({
        "TrailName": "logs",
        "S3BucketName": "bucket",
        "IsLogging": "true",
        "IsMultiRegionTrail": true,
        "S3KeyPrefix": "p",
        "KMSKeyId": "alias/trail",
        "EventSelectors": [{"ReadWriteType": "WriteOnly"}],
        "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}],
        "Tags": [{"Key": "a", "Value": "1"}],
    });
    let id = trail.create(ctx, properties(made)).await.unwrap();
    assert_eq!(id, "logs");
    let read = trail.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["Arn"], "arn:aws:cloudtrail:us-east-1:000000000000:trail/logs");
    assert_eq!((&read["IsLogging"], &read["S3KeyPrefix"]), (&json!(true), &json!("p")));
    assert_eq!(read["EventSelectors"][0]["ReadWriteType"], "WriteOnly");
    assert_eq!(read["InsightSelectors"][0]["InsightType"], "ApiCallRateInsight");
    let key = read["KMSKeyId"].as_str().unwrap();
    assert!(key.starts_with("arn:aws:kms:us-east-1:000000000000:key/"), "{key}");
    assert_eq!(trail.relationships(ctx, &id).await.unwrap(), ["arn:aws:s3:::bucket", key]);
    let changed = json!({"S3BucketName": "bucket", "IsLogging": false, "Tags": [{"Key": "b", "Value": "2"}]});
    trail.update(ctx, &id, properties(changed)).await.unwrap();
    let read = trail.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((read.get("S3KeyPrefix"), &read["IsLogging"]), (None, &json!(false)));
    assert_eq!(read["Tags"], json!([{"Key": "b", "Value": "2"}]));
    assert_eq!((read.get("InsightSelectors"), &read["EventSelectors"][0]["ReadWriteType"]), (None, &json!("All")));
    assert_eq!(trail.list(ctx).await.unwrap(), ["logs"]);
    trail.delete(ctx, &id).await.unwrap();
    trail.delete(ctx, &id).await.unwrap();
    assert_eq!(trail.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

async fn store_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let store = resource(ctx, "AWS::CloudTrail::EventDataStore");
    let (channel, policy) =
        (resource(ctx, "AWS::CloudTrail::Channel"), resource(ctx, "AWS::CloudTrail::ResourcePolicy"));
    let selector = json!({"FieldSelectors": [{"Field": "eventCategory", "Equals": ["ActivityAuditLog"]}]});
    let made = json!({
        "Name": "lake",
        "TerminationProtectionEnabled": false,
        "AdvancedEventSelectors": [selector],
        "IngestionEnabled": false,
    });
    let id = store.create(ctx, properties(made)).await.unwrap();
    let read = store.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(
        (&read["Name"], &read["IngestionEnabled"], &read["Status"]),
        (&json!("lake"), &json!(false), &json!("STOPPED_INGESTION"))
    );
    store.update(ctx, &id, properties(json!({"Name": "sea", "Tags": [{"Key": "a", "Value": "1"}]}))).await.unwrap();
    let read = store.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["Name"], &read["IngestionEnabled"]), (&json!("sea"), &json!(true)));
    let destinations = json!([{"Type": "EVENT_DATA_STORE", "Location": id}]);
    let way = channel.create(ctx, properties(json!({"Name": "way", "Destinations": destinations}))).await.unwrap();
    assert_eq!(channel.read(ctx, &way).await.unwrap().unwrap()["Source"], "Custom");
    channel.update(ctx, &way, properties(json!({"Name": "road", "Source": "Custom"}))).await.unwrap();
    assert_eq!(channel.list(ctx).await.unwrap(), std::slice::from_ref(&way));
    assert_eq!(channel.relationships(ctx, &way).await.unwrap(), std::slice::from_ref(&id));
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": "cloudtrail-data:PutAuditEvents", "Resource": way});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    let on = properties(json!({"ResourceArn": way, "ResourcePolicy": document}));
    assert_eq!(policy.create(ctx, on).await.unwrap(), way);
    assert_eq!(policy.read(ctx, &way).await.unwrap().unwrap()["ResourcePolicy"], document);
    assert_eq!(policy.list(ctx).await.unwrap(), std::slice::from_ref(&way));
    policy.delete(ctx, &way).await.unwrap();
    policy.delete(ctx, &way).await.unwrap();
    assert_eq!(policy.read(ctx, &way).await.unwrap(), None);
    channel.delete(ctx, &way).await.unwrap();
    assert_eq!(channel.read(ctx, &way).await.unwrap(), None);
    store.delete(ctx, &id).await.unwrap();
    store.delete(ctx, &id).await.unwrap();
    assert_eq!(store.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

#[tokio::test]
async fn a_trail_of_a_stack() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), trail_life);
    let cloud = stack(operation);
    bucket(&cloud).await;
    key(&cloud).await;
    cloud.call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
}

#[tokio::test]
async fn an_event_data_store_of_a_stack() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), store_life);
    stack(operation).call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
}
