//! Buses and their policies.

use api_events as api;
use serde_json::{Value, json};

use crate::world::{bus, cloud, rule};

#[tokio::test]
async fn created_shown_changed_deleted() {
    let cloud = cloud();
    let arn = bus(&cloud, "own").await;
    assert_eq!(arn, format!("arn:aws:events:us-east-1:{}:event-bus/own", cloud.account()));
    let create = |name: &str| api::CreateEventBusInput { name: name.to_owned(), ..Default::default() };
    let told = cloud.error::<api::CreateEventBus>(create("own")).await;
    assert_eq!(told, ("ResourceAlreadyExistsException".to_owned(), "Event bus own already exists.".to_owned()));
    let update = api::UpdateEventBusInput {
        name: Some("own".to_owned()),
        description: Some("mine".to_owned()),
        ..api::UpdateEventBusInput::default()
    };
    cloud.call::<api::UpdateEventBus>(update).await.unwrap();
    let describe = |name: &str| api::DescribeEventBusInput { name: Some(name.to_owned()) };
    let shown = cloud.call::<api::DescribeEventBus>(describe(&arn)).await.unwrap();
    assert_eq!((shown.description.as_deref(), shown.name.as_deref()), (Some("mine"), Some("own")));
    let listed = cloud.call::<api::ListEventBuses>(api::ListEventBusesInput::default()).await.unwrap();
    let names: Vec<_> = listed.event_buses.unwrap().into_iter().filter_map(|bus| bus.name).collect();
    assert_eq!(names, ["default", "own"]);
    rule(&cloud, "own", "r", json!({"source": ["s"]})).await;
    let delete = |name: &str| api::DeleteEventBusInput { name: name.to_owned() };
    let in_use = cloud.call::<api::DeleteEventBus>(delete("own")).await.unwrap_err();
    assert!(in_use.to_string().contains("can't be deleted since it has rules"), "{in_use}");
    let of_rule =
        api::DeleteRuleInput { name: "r".to_owned(), event_bus_name: Some("own".to_owned()), ..Default::default() };
    cloud.call::<api::DeleteRule>(of_rule).await.unwrap();
    cloud.call::<api::DeleteEventBus>(delete("own")).await.unwrap();
    let gone = ("ResourceNotFoundException".to_owned(), "Event bus own does not exist.".to_owned());
    assert_eq!(cloud.error::<api::DescribeEventBus>(describe("own")).await, gone);
    cloud.call::<api::DeleteEventBus>(delete("own")).await.unwrap();
    let default = cloud.call::<api::DeleteEventBus>(delete("default")).await.unwrap_err();
    assert!(default.to_string().contains("Cannot delete event bus default."));
}

#[tokio::test]
async fn permissions() {
    let cloud = cloud();
    let permit = |id: &str, principal: &str| api::PutPermissionInput {
        action: Some("events:PutEvents".to_owned()),
        principal: Some(principal.to_owned()),
        statement_id: Some(id.to_owned()),
        ..api::PutPermissionInput::default()
    };
    cloud.call::<api::PutPermission>(permit("one", "111122223333")).await.unwrap();
    cloud.call::<api::PutPermission>(permit("all", "*")).await.unwrap();
    let policy = async || {
        let shown = cloud.call::<api::DescribeEventBus>(api::DescribeEventBusInput { name: None }).await.unwrap();
        shown.policy.map(|policy| serde_json::from_str::<Value>(&policy).unwrap())
    };
    let now = policy().await.unwrap();
    assert_eq!(now["Statement"][0]["Principal"], json!({"AWS": "arn:aws:iam::111122223333:root"}));
    assert_eq!(now["Statement"][1]["Principal"], json!("*"));
    let remove = |id: &str| api::RemovePermissionInput { statement_id: Some(id.to_owned()), ..Default::default() };
    cloud.call::<api::RemovePermission>(remove("one")).await.unwrap();
    assert_eq!(policy().await.unwrap()["Statement"].as_array().unwrap().len(), 1);
    let told = cloud.error::<api::RemovePermission>(remove("one")).await;
    assert_eq!(told.1, "Statement with the provided id does not exist.");
    let all = api::RemovePermissionInput { remove_all_permissions: Some(true), ..Default::default() };
    cloud.call::<api::RemovePermission>(all).await.unwrap();
    assert_eq!(policy().await, None);
}

#[tokio::test]
async fn global_endpoints() {
    let cloud = cloud();
    let west = cloud.in_region("us-west-2");
    let buses = [bus(&cloud, "own").await, bus(&west, "own").await];
    let routing = api::RoutingConfig {
        failover_config: api::FailoverConfig {
            primary: api::Primary { health_check: "arn:aws:route53:::healthcheck/1".to_owned() },
            secondary: api::Secondary { route: "us-west-2".to_owned() },
        },
    };
    let create = api::CreateEndpointInput {
        name: "both".to_owned(),
        routing_config: routing,
        event_buses: buses.map(|event_bus_arn| api::EndpointEventBus { event_bus_arn }).to_vec(),
        ..api::CreateEndpointInput::default()
    };
    cloud.call::<api::CreateEndpoint>(create).await.unwrap();
    let name = || "both".to_owned();
    let shown = cloud.call::<api::DescribeEndpoint>(api::DescribeEndpointInput { name: name(), ..Default::default() });
    let id = shown.await.unwrap().endpoint_id.unwrap();
    for there in [&cloud, &west] {
        let queue = crate::world::queue(there, "q").await;
        rule(there, "own", "r", json!({"source": ["s"]})).await;
        crate::world::targets(there, "own", "r", vec![crate::world::target("t", &queue)]).await;
    }
    let entry = crate::world::entry("own", "s", &json!({}));
    let input = api::PutEventsInput { entries: vec![entry], endpoint_id: Some(id) };
    cloud.call::<api::PutEvents>(input).await.unwrap();
    crate::world::messages(&cloud, "q", 1).await;
    crate::world::messages(&west, "q", 1).await;
    let off = api::ReplicationConfig { state: Some(api::ReplicationState::Disabled) };
    let update = api::UpdateEndpointInput { name: name(), replication_config: Some(off), ..Default::default() };
    cloud.call::<api::UpdateEndpoint>(update).await.unwrap();
    let listed = cloud.call::<api::ListEndpoints>(api::ListEndpointsInput::default()).await.unwrap();
    let state = listed.endpoints.unwrap()[0].replication_config.clone().unwrap().state;
    assert_eq!(state, Some(api::ReplicationState::Disabled));
    cloud.call::<api::DeleteEndpoint>(api::DeleteEndpointInput { name: name() }).await.unwrap();
}
