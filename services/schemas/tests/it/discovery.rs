//! Discovery: from events on a bus to versions of schemas.

use std::sync::Arc;

use api_events::{PutPermission, PutPermissionInput, PutRule, PutRuleInput, PutTargets, PutTargetsInput, Target};
use api_schemas as api;
use names::Arn;
use runtime::Runtime;
use serde_json::{Value, json};
use service_kit::{Caller, Parcel, Sender};
use store::Store;
use testkit::TestCloud;

use crate::world::{bus, cloud, describe, discovered, discoverer, put};

#[tokio::test]
async fn events_become_a_schema_and_other_events_another_version() {
    let cloud = cloud();
    discoverer(&cloud).await;
    put(&cloud, "shop", "order placed", json!({"id": 1, "at": "2026-01-01T00:00:00Z", "to": {"city": "x"}})).await;
    let first = discovered(&cloud, "shop@OrderPlaced", "1").await;
    let schemas = &first["components"]["schemas"];
    assert_eq!(schemas["AWSEvent"]["x-amazon-events-detail-type"], "order placed");
    assert_eq!(schemas["OrderPlaced"]["properties"]["id"], json!({"type": "number"}));
    assert_eq!(schemas["OrderPlaced"]["properties"]["at"], json!({"type": "string", "format": "date-time"}));
    assert_eq!(schemas["To"]["required"], json!(["city"]));
    // The same again is nothing new.
    put(&cloud, "shop", "order placed", json!({"id": 2, "at": "2027-01-01T00:00:00Z", "to": {"city": "y"}})).await;
    put(&cloud, "shop", "order placed", json!({"id": 2, "note": "n", "to": {"city": "y", "zip": "z"}})).await;
    let second = discovered(&cloud, "shop@OrderPlaced", "2").await;
    let order = &second["components"]["schemas"]["OrderPlaced"];
    assert_eq!(order["required"], json!(["id", "to"]));
    assert_eq!(order["properties"]["note"], json!({"type": "string"}));
    let shown = cloud
        .call::<api::DescribeRegistry>(api::DescribeRegistryInput { registry_name: "discovered-schemas".to_owned() });
    assert!(shown.await.is_ok());
}

#[tokio::test]
async fn a_deleted_schema_is_learnt_anew() {
    let cloud = cloud();
    discoverer(&cloud).await;
    put(&cloud, "shop", "a", json!({"x": 1})).await;
    discovered(&cloud, "shop@A", "1").await;
    let (registry_name, schema_name) = ("discovered-schemas".to_owned(), "shop@A".to_owned());
    cloud.call::<api::DeleteSchema>(api::DeleteSchemaInput { registry_name, schema_name }).await.unwrap();
    put(&cloud, "shop", "a", json!({"y": 1})).await;
    let anew = discovered(&cloud, "shop@A", "1").await;
    assert_eq!(anew["components"]["schemas"]["A"]["required"], json!(["y"]));
}

/// What comes after it was discovered: so was everything before it.
async fn nothing_but_the_last(cloud: &TestCloud, other: &str) {
    put(cloud, "last", "last", json!({})).await;
    discovered(cloud, "last@Last", "1").await;
    let told = cloud.error::<api::DescribeSchema>(describe("discovered-schemas", other)).await;
    assert_eq!(told.0, "NotFoundException");
}

#[tokio::test]
async fn a_stopped_discoverer_learns_nothing() {
    let cloud = cloud();
    let discoverer_id = discoverer(&cloud).await;
    let stop = api::StopDiscovererInput { discoverer_id: discoverer_id.clone() };
    cloud.call::<api::StopDiscoverer>(stop).await.unwrap();
    put(&cloud, "shop", "unseen", json!({})).await;
    cloud.call::<api::StartDiscoverer>(api::StartDiscovererInput { discoverer_id }).await.unwrap();
    nothing_but_the_last(&cloud, "shop@Unseen").await;
}

#[tokio::test]
async fn events_of_other_accounts_as_the_discoverer_says() {
    for cross_account in [true, false] {
        let cloud = cloud();
        let stranger = cloud.fresh_account();
        let input = api::CreateDiscovererInput {
            source_arn: bus(&cloud, "default"),
            cross_account: Some(cross_account),
            ..Default::default()
        };
        cloud.call::<api::CreateDiscoverer>(input).await.unwrap();
        let input = PutPermissionInput {
            action: Some("events:PutEvents".to_owned()),
            principal: Some(stranger.account().to_string()),
            statement_id: Some("s".to_owned()),
            ..Default::default()
        };
        cloud.call::<PutPermission>(input).await.unwrap();
        let entry = api_events::PutEventsRequestEntry {
            source: Some("far".to_owned()),
            detail_type: Some("away".to_owned()),
            detail: Some("{}".to_owned()),
            event_bus_name: Some(bus(&cloud, "default")),
            ..Default::default()
        };
        let input = api_events::PutEventsInput { entries: vec![entry], endpoint_id: None };
        stranger.call::<api_events::PutEvents>(input).await.unwrap();
        match cross_account {
            true => drop(discovered(&cloud, "far@Away", "1").await),
            false => nothing_but_the_last(&cloud, "far@Away").await,
        }
    }
}

#[tokio::test]
async fn only_its_own_rule_brings_events() {
    let cloud = cloud();
    let id = discoverer(&cloud).await;
    let to = format!("arn:aws:schemas:us-east-1:{}:discoverer/{id}", cloud.account());
    let rule = |name: &str| format!("arn:aws:events:us-east-1:{}:rule/{name}", cloud.account());
    let event = json!({"source": "s", "detail-type": "t", "detail": {}}).to_string();
    let own = rule(&format!("Schemas-{id}"));
    for (service, source, taken) in [
        ("events.amazonaws.com", own.clone(), true),
        ("events.amazonaws.com", rule("mine"), false),
        ("sns.amazonaws.com", own.clone(), false),
    ] {
        let sender = Sender::service(cloud.cloud(), service, cloud.account(), source);
        let parcel = Parcel { body: event.clone(), ..Parcel::default() };
        let answer = cloud.cloud().deliver(&sender, &to.parse::<Arn>().unwrap(), vec![parcel]).await.pop().unwrap();
        assert_eq!(answer.is_ok(), taken);
    }
    let root = Sender {
        caller: Arc::new(Caller::root(cloud.account(), None)),
        ..Sender::service(cloud.cloud(), "x", cloud.account(), own)
    };
    let refused = cloud.cloud().deliver(&root, &to.parse::<Arn>().unwrap(), vec![Parcel::default()]).await;
    assert!(refused[0].is_err());
    // Nor does a rule that somebody points there.
    let input = PutRuleInput {
        name: "mine".to_owned(),
        event_pattern: Some(r#"{"source":["mine"]}"#.to_owned()),
        ..Default::default()
    };
    cloud.call::<PutRule>(input).await.unwrap();
    let targets = vec![Target { id: "t".to_owned(), arn: to, ..Default::default() }];
    let input = PutTargetsInput { rule: "mine".to_owned(), targets, ..Default::default() };
    assert!(cloud.call::<PutTargets>(input).await.is_ok());
}

#[tokio::test]
async fn what_was_put_before_a_stop_is_learnt_after_it() {
    let runtime = Runtime::simulated(3, names::Timestamp::from_secs(1_767_225_600));
    let store = Store::in_memory(runtime.random.clone());
    let services = |parts: &_| vec![svc_schemas::service(parts), svc_events::service(parts)];
    let before = TestCloud::on(runtime.clone(), store.clone(), services);
    discoverer(&before).await;
    // Nothing runs between the answer and the stop: the event is on its way, on disk alone.
    put(&before, "shop", "kept", json!({"x": 1})).await;
    before.runtime().shutdown.request();
    drop(before);
    let runtime = Runtime::simulated(4, names::Timestamp::from_secs(1_767_225_700));
    let after = TestCloud::on(runtime, store, services);
    let found = discovered(&after, "shop@Kept", "1").await;
    assert_eq!(found["components"]["schemas"]["Kept"]["required"], json!(["x"]));
}

#[tokio::test]
async fn schemas_of_events_that_a_caller_brings() {
    let cloud = cloud();
    let get = |events: &[Value], kind: api::Type| api::GetDiscoveredSchemaInput {
        events: events.iter().map(Value::to_string).collect(),
        r#type: kind,
    };
    let event = |detail: Value| json!({"source": "s", "detail-type": "t t", "resources": ["r"], "detail": detail});
    let events = [event(json!({"a": 1})), event(json!({"a": "x", "b": null}))];
    let found = cloud.call::<api::GetDiscoveredSchema>(get(&events, api::Type::OpenApi3)).await.unwrap();
    let content: Value = serde_json::from_str(&found.content.unwrap()).unwrap();
    let detail = &content["components"]["schemas"]["TT"];
    assert_eq!(detail["properties"], json!({"a": {}, "b": {"type": "object", "nullable": true}}));
    assert_eq!(detail["required"], json!(["a"]));
    let found = cloud.call::<api::GetDiscoveredSchema>(get(&events, api::Type::JsonSchemaDraft4)).await.unwrap();
    let content: Value = serde_json::from_str(&found.content.unwrap()).unwrap();
    assert_eq!(content["definitions"]["TT"]["properties"]["b"]["type"], json!(["object", "null"]));
    let plain = get(&[json!({"a": {"b": 1}})], api::Type::OpenApi3);
    let found = cloud.call::<api::GetDiscoveredSchema>(plain).await.unwrap().content.unwrap();
    let content: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(content["components"]["schemas"]["Event"]["properties"]["a"]["$ref"], "#/components/schemas/A");
    let wrong = get(&[json!(1)], api::Type::OpenApi3);
    assert_eq!(cloud.error::<api::GetDiscoveredSchema>(wrong).await.0, "BadRequestException");
}
