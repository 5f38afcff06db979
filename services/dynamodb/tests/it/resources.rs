//! Resource types: tables as a stack makes them, from inside an operation of another service.

use std::sync::Arc;

use api_kinesis::{DescribeLimits, DescribeLimitsInput, DescribeLimitsOutput};
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
    TestCloud::new(|parts| vec![svc_dynamodb::service(parts), Service::new(&api_kinesis::SERVICE, operation)])
}

fn answer() -> Outcome<DescribeLimits> {
    Ok(DescribeLimitsOutput::default())
}

async fn table_life(ctx: &Ctx, _: DescribeLimitsInput) -> Outcome<DescribeLimits> {
    let table = resource(ctx, "AWS::DynamoDB::Table");
    let mut made = json!({
        "TableName": "abc",
        "AttributeDefinitions": [
            { "AttributeName": "k", "AttributeType": "S" },
            { "AttributeName": "g", "AttributeType": "S" },
        ],
        "KeySchema": [{ "AttributeName": "k", "KeyType": "HASH" }],
        "ProvisionedThroughput": { "ReadCapacityUnits": "5", "WriteCapacityUnits": 6 },
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-g",
            "KeySchema": [{ "AttributeName": "g", "KeyType": "HASH" }],
            "Projection": { "ProjectionType": "ALL" },
            "ProvisionedThroughput": { "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 },
        }],
        "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": "true" },
        "TimeToLiveSpecification": { "AttributeName": "ends", "Enabled": true },
        "ContributorInsightsSpecification": { "Enabled": true },
        "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }],
    });
    let id = table.create(ctx, properties(made.clone())).await.unwrap();
    assert_eq!(id, "abc");
    let read = table.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["Arn"], "arn:aws:dynamodb:us-east-1:000000000000:table/abc");
    assert_eq!(read["ProvisionedThroughput"], json!({ "ReadCapacityUnits": 5, "WriteCapacityUnits": 6 }));
    assert!(read["StreamArn"].as_str().unwrap().contains("table/abc/stream/"));
    for property in [
        "AttributeDefinitions",
        "ContributorInsightsSpecification",
        "GlobalSecondaryIndexes",
        "KeySchema",
        "StreamSpecification",
        "Tags",
        "TimeToLiveSpecification",
    ] {
        assert_eq!(read[property], made[property], "{property}");
    }
    made["BillingMode"] = "PAY_PER_REQUEST".into();
    made["DeletionProtectionEnabled"] = false.into();
    for gone in ["ProvisionedThroughput", "StreamSpecification", "TimeToLiveSpecification", "GlobalSecondaryIndexes"] {
        made.as_object_mut().unwrap().remove(gone);
    }
    made["Tags"] = json!([{ "Key": "b", "Value": "3" }]);
    table.update(ctx, &id, properties(made)).await.unwrap();
    let read = table.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["BillingMode"], "PAY_PER_REQUEST");
    for gone in ["ProvisionedThroughput", "StreamArn", "TimeToLiveSpecification", "GlobalSecondaryIndexes"] {
        assert_eq!(read.get(gone), None);
    }
    assert_eq!(read["Tags"], json!([{ "Key": "b", "Value": "3" }]));
    assert_eq!(table.list(ctx).await.unwrap(), ["abc"]);
    table.delete(ctx, &id).await.unwrap();
    table.delete(ctx, &id).await.unwrap();
    assert_eq!(table.read(ctx, &id).await.unwrap(), None);
    answer()
}

async fn global_table_life(ctx: &Ctx, _: DescribeLimitsInput) -> Outcome<DescribeLimits> {
    let global = resource(ctx, "AWS::DynamoDB::GlobalTable");
    let mut made = json!({
        "TableName": "abc",
        "AttributeDefinitions": [{ "AttributeName": "k", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "k", "KeyType": "HASH" }],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamViewType": "NEW_AND_OLD_IMAGES" },
        "Replicas": [
            { "Region": "us-east-1", "Tags": [{ "Key": "a", "Value": "1" }] },
            { "Region": "eu-west-1" },
        ],
    });
    let id = global.create(ctx, properties(made.clone())).await.unwrap();
    let read = global.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["Replicas"], json!([{ "Region": "eu-west-1" }, { "Region": "us-east-1" }]));
    assert_eq!(global.tags(ctx, &id).await.unwrap(), [("a".to_owned(), "1".to_owned())].into());
    made["Replicas"] = json!([{ "Region": "us-east-1" }, { "Region": "ap-southeast-2" }]);
    global.update(ctx, &id, properties(made)).await.unwrap();
    assert_eq!(
        global.relationships(ctx, &id).await.unwrap(),
        ["arn:aws:dynamodb:ap-southeast-2:000000000000:table/abc"]
    );
    assert_eq!(global.list(ctx).await.unwrap(), ["abc"]);
    global.delete(ctx, &id).await.unwrap();
    assert_eq!(global.read(ctx, &id).await.unwrap(), None);
    answer()
}

#[tokio::test]
async fn a_table_follows_its_template() {
    let cloud = stack(Operations::new().on::<DescribeLimits>(|_, _| Ok(Access::any()), table_life));
    cloud.call::<DescribeLimits>(DescribeLimitsInput {}).await.unwrap();
}

#[tokio::test]
async fn a_global_table_follows_its_template() {
    let cloud = stack(Operations::new().on::<DescribeLimits>(|_, _| Ok(Access::any()), global_table_life));
    cloud.call::<DescribeLimits>(DescribeLimitsInput {}).await.unwrap();
}
