//! Resource types: each as a stack makes it, reads it, changes it and deletes it, from inside an operation of another service.

use std::sync::Arc;

use api_kinesis::{CreateStream, CreateStreamInput};
use api_organizations::{DescribeOrganization, DescribeOrganizationInput, DescribeOrganizationOutput};
use serde_json::{Value, json};
use service_kit::{Access, CloudParts, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

use crate::world::{ROLE, make_role, services};

fn properties(value: &Value) -> PropertySource {
    serde_json::from_value(value.clone()).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

/// Created with the first properties, changed to the second; all that is set is read.
async fn life(ctx: &Ctx, name: &str, first: Value, second: Value, id: Option<&str>) {
    let kind = resource(ctx, name);
    let made = kind.create(ctx, properties(&first)).await.unwrap();
    if let Some(id) = id {
        assert_eq!(made, id, "{name}");
    }
    let shows = async |wanted: &Value| {
        let read = kind.read(ctx, &made).await.unwrap().unwrap();
        for (property, value) in wanted.as_object().unwrap() {
            assert_eq!(read.get(property), Some(value), "{name} {property}");
            assert!(kind.properties().contains(&property.as_str()), "{name} {property}");
        }
    };
    shows(&first).await;
    kind.update(ctx, &made, properties(&second)).await.unwrap();
    shows(&second).await;
    assert_eq!(kind.list(ctx).await.unwrap(), std::slice::from_ref(&made), "{name}");
    assert!(kind.arn(ctx, &made).starts_with("arn:aws:logs:"));
    kind.relationships(ctx, &made).await.unwrap();
    kind.delete(ctx, &made).await.unwrap();
    kind.delete(ctx, &made).await.unwrap();
    assert_eq!(kind.read(ctx, &made).await.unwrap(), None, "{name}");
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
async fn stack_life(ctx: &Ctx, _: DescribeOrganizationInput) -> Outcome<DescribeOrganization> {
    let group = |days: u32, tag: &str| {
        json!({"LogGroupName": "g", "RetentionInDays": days, "LogGroupClass": "STANDARD", "DeletionProtectionEnabled": false,
            "Tags": [{"Key": "a", "Value": tag}], "FieldIndexPolicies": [{"Fields": [tag]}]})
    };
    life(ctx, "AWS::Logs::LogGroup", group(7, "1"), group(14, "2"), Some("g")).await;
    let kind = resource(ctx, "AWS::Logs::LogGroup");
    let mut nameless = PropertySource::new();
    kind.name_it(&mut nameless, &|_| "stack-Group-X".to_owned());
    assert_eq!(kind.create(ctx, nameless).await.unwrap(), "stack-Group-X");
    let belongs = |more: Value| {
        let mut properties = properties(&more);
        properties.insert("LogGroupName".to_owned(), "stack-Group-X".into());
        Value::Object(properties)
    };
    let stream = belongs(json!({"LogStreamName": "s"}));
    life(ctx, "AWS::Logs::LogStream", stream.clone(), stream, Some("stack-Group-X|s")).await;
    let filter = |pattern: &str| {
        let metric = json!({"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1", "DefaultValue": 0.0});
        belongs(json!({"FilterName": "f", "FilterPattern": pattern, "MetricTransformations": [metric]}))
    };
    life(ctx, "AWS::Logs::MetricFilter", filter("A"), filter("B"), Some("stack-Group-X|f")).await;
    let to = "arn:aws:kinesis:us-east-1:000000000000:stream/k";
    let input = CreateStreamInput { stream_name: "k".into(), shard_count: Some(1), ..Default::default() };
    ctx.call::<CreateStream>(input).await.unwrap();
    let filter = |pattern: &str| {
        belongs(json!({"FilterName": "f", "FilterPattern": pattern, "DestinationArn": to, "RoleArn": ROLE,
            "Distribution": "Random"}))
    };
    life(ctx, "AWS::Logs::SubscriptionFilter", filter("A"), filter("B"), Some("stack-Group-X|f")).await;
    let policy = |account: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": account},
            "Action": "logs:PutSubscriptionFilter", "Resource": "*"}]})
        .to_string()
    };
    let destination = |account: &str| {
        json!({"DestinationName": "d", "TargetArn": to, "RoleArn": ROLE, "DestinationPolicy": policy(account),
            "Tags": [{"Key": "a", "Value": account}]})
    };
    let (first, second) = (destination("111111111111"), destination("222222222222"));
    life(ctx, "AWS::Logs::Destination", first, second, Some("d")).await;
    let named = |account: &str| json!({"PolicyName": "p", "PolicyDocument": policy(account)});
    let (first, second) = (named("111111111111"), named("222222222222"));
    life(ctx, "AWS::Logs::ResourcePolicy", first, second, Some("p")).await;
    let query = |text: &str| json!({"Name": "q", "QueryString": text, "LogGroupNames": ["stack-Group-X"]});
    life(ctx, "AWS::Logs::QueryDefinition", query("fields a"), query("fields b"), None).await;
    let index = |field: &str| {
        let document = json!({"Fields": [field]}).to_string();
        json!({"PolicyName": "i", "PolicyType": "FIELD_INDEX_POLICY", "PolicyDocument": document, "Scope": "ALL"})
    };
    life(ctx, "AWS::Logs::AccountPolicy", index("a"), index("b"), Some("FIELD_INDEX_POLICY|i")).await;
    Ok(DescribeOrganizationOutput::default())
}

fn with_stack(parts: &CloudParts) -> Vec<Service> {
    let access = |_: &Ctx, _: &DescribeOrganizationInput| Ok(Access::free());
    let stack = Operations::new().on::<DescribeOrganization>(access, stack_life);
    let mut all = services(parts);
    all.push(Service::new(&api_organizations::SERVICE, stack));
    all
}

#[tokio::test]
async fn every_type_lives_its_life() {
    let cloud = TestCloud::new(with_stack);
    make_role(&cloud).await;
    cloud.call::<DescribeOrganization>(DescribeOrganizationInput::default()).await.unwrap();
}
