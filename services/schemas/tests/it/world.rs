//! What the tests share: a cloud with the registry and EventBridge, and schemas to put into it.

use api_events::{PutEvents, PutEventsInput, PutEventsRequestEntry};
use api_schemas as api;
use serde_json::{Value, json};
use testkit::TestCloud;

/// Turns given to background work before a test believes that nothing comes.
const TURNS: usize = 3_000;

/// A cloud with the registry, EventBridge and IAM, in an account of the test's own.
pub(crate) fn cloud() -> TestCloud {
    let services = |parts: &_| vec![svc_schemas::service(parts), svc_events::service(parts), svc_iam::service(parts)];
    TestCloud::new(services).fresh_account()
}

/// An OpenAPI document with one component of one member.
pub(crate) fn document(member: &str) -> String {
    let order = json!({"type": "object", "properties": {member: {"type": "string"}}});
    json!({
        "openapi": "3.0.0", "info": {"version": "1.0.0", "title": "Order"}, "paths": {},
        "components": {"schemas": {"Order": order}},
    })
    .to_string()
}

/// A registry.
pub(crate) async fn registry(cloud: &TestCloud, name: &str) {
    let input = api::CreateRegistryInput { registry_name: name.to_owned(), ..Default::default() };
    cloud.call::<api::CreateRegistry>(input).await.unwrap();
}

/// A schema to be created.
pub(crate) fn schema(registry: &str, name: &str) -> api::CreateSchemaInput {
    api::CreateSchemaInput {
        registry_name: registry.to_owned(),
        schema_name: name.to_owned(),
        r#type: api::Type::OpenApi3,
        content: document("id"),
        ..Default::default()
    }
}

/// A schema in a registry of its own.
pub(crate) async fn one_schema(cloud: &TestCloud) {
    registry(cloud, "shop").await;
    cloud.call::<api::CreateSchema>(schema("shop", "order")).await.unwrap();
}

/// Shows the newest version of a schema.
pub(crate) fn describe(registry: &str, name: &str) -> api::DescribeSchemaInput {
    api::DescribeSchemaInput { registry_name: registry.to_owned(), schema_name: name.to_owned(), ..Default::default() }
}

/// The ARN of a bus.
pub(crate) fn bus(cloud: &TestCloud, name: &str) -> String {
    format!("arn:aws:events:us-east-1:{}:event-bus/{name}", cloud.account())
}

/// A discoverer of the default bus; its id.
pub(crate) async fn discoverer(cloud: &TestCloud) -> String {
    let input = api::CreateDiscovererInput { source_arn: bus(cloud, "default"), ..Default::default() };
    cloud.call::<api::CreateDiscoverer>(input).await.unwrap().discoverer_id.unwrap()
}

/// An event put on the default bus.
pub(crate) async fn put(cloud: &TestCloud, source: &str, kind: &str, detail: Value) {
    let entry = PutEventsRequestEntry {
        source: Some(source.to_owned()),
        detail_type: Some(kind.to_owned()),
        detail: Some(detail.to_string()),
        ..Default::default()
    };
    let put = cloud.call::<PutEvents>(PutEventsInput { entries: vec![entry], endpoint_id: None }).await.unwrap();
    assert_eq!(put.failed_entry_count, Some(0));
}

/// A discovered schema, once it has this version; fails when it never does.
pub(crate) async fn discovered(cloud: &TestCloud, name: &str, version: &str) -> Value {
    let mut last = None;
    for _ in 0..TURNS {
        let shown = cloud.call::<api::DescribeSchema>(describe("discovered-schemas", name)).await.ok();
        if let Some(shown) = shown {
            if shown.schema_version.as_deref() == Some(version) {
                return serde_json::from_str(&shown.content.unwrap()).unwrap();
            }
            last = shown.schema_version;
        }
        tokio::task::yield_now().await;
    }
    panic!("{name} has version {last:?}, never {version}")
}
