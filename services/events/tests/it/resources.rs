//! Resource types: a bus with a rule, and the others, as a stack makes them, from inside an operation of another service.

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

async fn rules(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let (bus, rule) = (resource(ctx, "AWS::Events::EventBus"), resource(ctx, "AWS::Events::Rule"));
    let made = json!({"Name": "own", "Description": "d", "Tags": [{"Key": "a", "Value": "1"}]});
    let own = bus.create(ctx, properties(made)).await.unwrap();
    let read = bus.read(ctx, &own).await.unwrap().unwrap();
    assert_eq!((&read["Name"], &read["Arn"]), (&json!("own"), &json!(bus.arn(ctx, "own"))));
    assert_eq!(read["Tags"], json!([{"Key": "a", "Value": "1"}]));
    let target = |id: &str| json!({"Id": id, "Arn": format!("arn:aws:sqs:us-east-1:000000000000:{id}")});
    let made = json!({
        "EventBusName": "own", "Name": "r", "EventPattern": {"source": ["s"]}, "Targets": [target("x"), target("y")],
    });
    let id = rule.create(ctx, properties(made)).await.unwrap();
    assert_eq!(id, "arn:aws:events:us-east-1:000000000000:rule/own/r");
    let changed = json!({"EventPattern": {"source": ["t"]}, "Targets": [target("y")], "State": "DISABLED"});
    rule.update(ctx, &id, properties(changed)).await.unwrap();
    let read = rule.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["EventPattern"], &read["State"]), (&json!({"source": ["t"]}), &json!("DISABLED")));
    assert_eq!(read["Targets"], json!([target("y")]));
    assert_eq!(rule.relationships(ctx, &id).await.unwrap(), ["arn:aws:sqs:us-east-1:000000000000:y"]);
    let unnamed = json!({"ScheduleExpression": "rate(1 hour)"});
    rule.create(ctx, properties(unnamed)).await.unwrap();
    assert_eq!(rule.list(ctx).await.unwrap().len(), 2);
    rule.delete(ctx, &id).await.unwrap();
    rule.delete(ctx, &id).await.unwrap();
    assert_eq!(rule.read(ctx, &id).await.unwrap(), None);
    bus.delete(ctx, &own).await.unwrap();
    assert_eq!(bus.read(ctx, &own).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

async fn others(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let [archive, connection, destination] =
        ["Archive", "Connection", "ApiDestination"].map(|kind| resource(ctx, &format!("AWS::Events::{kind}")));
    let default = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    let made = json!({"ArchiveName": "a", "SourceArn": default, "EventPattern": {"source": ["s"]}, "RetentionDays": 3});
    let id = archive.create(ctx, properties(made)).await.unwrap();
    let read = archive.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["SourceArn"], &read["RetentionDays"]), (&json!(default), &json!(3)));
    assert_eq!(archive.list(ctx).await.unwrap(), ["a"]);
    archive.update(ctx, &id, properties(json!({"RetentionDays": 4}))).await.unwrap();
    archive.delete(ctx, &id).await.unwrap();
    assert_eq!(archive.read(ctx, &id).await.unwrap(), None);
    let auth = json!({"BasicAuthParameters": {"Username": "u", "Password": "p"}});
    let made = json!({"Name": "c", "AuthorizationType": "BASIC", "AuthParameters": auth});
    let by = connection.create(ctx, properties(made)).await.unwrap();
    let shown = connection.read(ctx, &by).await.unwrap().unwrap();
    assert_eq!(shown["AuthorizationType"], json!("BASIC"));
    assert!(!Value::Object(shown.clone()).to_string().contains("\"p\""));
    let made = json!({"ConnectionArn": shown["Arn"], "InvocationEndpoint": "https://e.com/", "HttpMethod": "POST"});
    let id = destination.create(ctx, properties(made)).await.unwrap();
    assert_eq!(destination.relationships(ctx, &id).await.unwrap(), [shown["Arn"].as_str().unwrap()]);
    destination.delete(ctx, &id).await.unwrap();
    connection.delete(ctx, &by).await.unwrap();
    assert!(connection.list(ctx).await.unwrap().is_empty());
    Ok(GetCallerIdentityOutput::default())
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
async fn life(operation: Operations) {
    let cloud = TestCloud::new(|parts| vec![svc_events::service(parts), Service::new(&api_sts::SERVICE, operation)]);
    cloud.call::<GetCallerIdentity>(GetCallerIdentityInput {}).await.unwrap();
    assert_eq!(cloud.cloud().panics(), 0);
}

#[tokio::test]
async fn buses_and_rules_of_stacks() {
    life(Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), rules)).await;
}

#[tokio::test]
async fn archives_connections_and_destinations_of_stacks() {
    life(Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), others)).await;
}
