//! Resource types: a registry with a schema and a discoverer as a stack makes them, from inside an operation of another
//! service.

use std::sync::Arc;

use api_sqs::{ListQueues, ListQueuesInput, ListQueuesOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

use crate::world::document;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

async fn life(ctx: &Ctx, _: ListQueuesInput) -> Outcome<ListQueues> {
    let registry = resource(ctx, "AWS::EventSchemas::Registry");
    let schema = resource(ctx, "AWS::EventSchemas::Schema");
    let tags = json!([{"Key": "a", "Value": "1"}]);
    let shop = registry.create(ctx, properties(json!({"RegistryName": "shop", "Tags": tags}))).await.unwrap();
    assert_eq!(shop, "arn:aws:schemas:us-east-1:000000000000:registry/shop");
    assert_eq!(registry.read(ctx, &shop).await.unwrap().unwrap()["Tags"], tags);
    registry.update(ctx, &shop, properties(json!({"Description": "d", "Tags": []}))).await.unwrap();
    assert_eq!(registry.read(ctx, &shop).await.unwrap().unwrap()["Description"], "d");
    assert!(registry.tags(ctx, &shop).await.unwrap().is_empty());
    assert_eq!(registry.list(ctx).await.unwrap(), vec![shop.as_str()]);
    let mut wanted = json!({
        "RegistryName": "shop", "SchemaName": "order", "Type": "OpenApi3", "Content": document("a"), "Tags": tags,
    });
    let order = schema.create(ctx, properties(wanted.clone())).await.unwrap();
    wanted["Content"] = document("b").into();
    schema.update(ctx, &order, properties(wanted)).await.unwrap();
    let read = schema.read(ctx, &order).await.unwrap().unwrap();
    assert_eq!((&read["SchemaVersion"], &read["RegistryName"], &read["Tags"]), (&json!("2"), &json!("shop"), &tags));
    assert_eq!(schema.list(ctx).await.unwrap(), vec![order.as_str()]);
    assert_eq!(schema.relationships(ctx, &order).await.unwrap(), vec![shop.as_str()]);
    schema.delete(ctx, &order).await.unwrap();
    schema.delete(ctx, &order).await.unwrap();
    assert_eq!(schema.read(ctx, &order).await.unwrap(), None);
    registry.delete(ctx, &shop).await.unwrap();
    assert_eq!(registry.read(ctx, &shop).await.unwrap(), None);
    learning(ctx).await;
    Ok(ListQueuesOutput::default())
}

async fn learning(ctx: &Ctx) {
    let discoverer = resource(ctx, "AWS::EventSchemas::Discoverer");
    let bus = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    let id = discoverer.create(ctx, properties(json!({"SourceArn": bus, "CrossAccount": false}))).await.unwrap();
    let read = discoverer.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["State"], &read["CrossAccount"]), (&json!("STARTED"), &json!(false)));
    let wanted = json!({"SourceArn": bus, "Description": "d", "Tags": [{"Key": "a", "Value": "1"}]});
    discoverer.update(ctx, &id, properties(wanted)).await.unwrap();
    assert_eq!(discoverer.tags(ctx, &id).await.unwrap().len(), 1);
    assert_eq!(discoverer.relationships(ctx, &id).await.unwrap(), [bus]);
    assert_eq!(discoverer.list(ctx).await.unwrap(), vec![id.as_str()]);
    discoverer.delete(ctx, &id).await.unwrap();
    assert_eq!(discoverer.read(ctx, &id).await.unwrap(), None);
}

#[tokio::test]
async fn schemas_of_stacks() {
    let stack = || Operations::new().on::<ListQueues>(|_, _| Ok(Access::any()), life);
    let cloud = TestCloud::new(|parts| {
        let other = Service::new(&api_sqs::SERVICE, stack());
        vec![svc_schemas::service(parts), svc_events::service(parts), other]
    });
    cloud.call::<ListQueues>(ListQueuesInput::default()).await.unwrap();
    assert_eq!(cloud.cloud().panics(), 0);
}
