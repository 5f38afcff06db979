//! From bus to bus: in one account, to another account, to another region, and not further.

use api_events as api;
use api_iam::{CreateRole, CreateRoleInput, PutRolePolicy, PutRolePolicyInput};
use serde_json::json;
use testkit::TestCloud;

use crate::world::{bodies, bus, cloud, messages, put, queue, rule, target, targets};

async fn role(cloud: &TestCloud) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}});
    let input = CreateRoleInput {
        role_name: "forward".to_owned(),
        assume_role_policy_document: trust.to_string(),
        ..CreateRoleInput::default()
    };
    let arn = cloud.call::<CreateRole>(input).await.unwrap().role.arn;
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"}});
    let input = PutRolePolicyInput {
        role_name: "forward".to_owned(),
        policy_name: "p".to_owned(),
        policy_document: policy.to_string(),
    };
    cloud.call::<PutRolePolicy>(input).await.unwrap();
    arn
}

#[tokio::test]
async fn an_event_keeps_what_it_is() {
    let cloud = cloud();
    let (far, west) = (cloud.fresh_account(), cloud.in_region("us-west-2"));
    let role = role(&cloud).await;
    let near_bus = bus(&cloud, "near").await;
    let far_bus = bus(&far, "far").await;
    let west_bus = bus(&west, "west").await;
    let permit = api::PutPermissionInput {
        event_bus_name: Some("far".to_owned()),
        action: Some("events:PutEvents".to_owned()),
        principal: Some(cloud.account().to_string()),
        statement_id: Some("s".to_owned()),
        ..api::PutPermissionInput::default()
    };
    far.call::<api::PutPermission>(permit).await.unwrap();
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    let on = |id: &str, arn: &str| api::Target { role_arn: Some(role.clone()), ..target(id, arn) };
    targets(&cloud, "default", "r", vec![on("n", &near_bus), on("f", &far_bus), on("w", &west_bus)]).await;
    for (there, name) in [(&cloud, "near"), (&far, "far"), (&west, "west")] {
        let arn = queue(there, "q").await;
        rule(there, name, "r", json!({"source": ["s"]})).await;
        targets(there, name, "r", vec![target("t", &arn)]).await;
    }
    let id = put(&cloud, "default", "s", json!({"n": 1})).await;
    for there in [&cloud, &far, &west] {
        let event = bodies(there, "q", 1).await.remove(0);
        assert_eq!(event["id"] == json!(id), there.region() == cloud.region());
        assert_eq!(event["account"], json!(cloud.account().to_string()));
        assert_eq!(event["region"], json!("us-east-1"));
    }
}

/// Why somebody may not put an event on a bus of this ARN; empty when they may.
async fn refusal(stranger: &TestCloud, bus: &str) -> String {
    let entry = api::PutEventsRequestEntry {
        event_bus_name: Some(bus.to_owned()),
        ..crate::world::entry("own", "s", &json!({}))
    };
    let put = stranger.call::<api::PutEvents>(api::PutEventsInput { entries: vec![entry], endpoint_id: None }).await;
    put.err().map(|error| error.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn nobody_else_puts_on_a_bus() {
    let cloud = cloud();
    let stranger = cloud.fresh_account();
    let refused = refusal(&stranger, &bus(&cloud, "own").await).await;
    assert!(refused.contains("AccessDenied") && refused.contains("events:PutEvents"), "{refused}");
}

#[tokio::test]
async fn a_permission_counts_from_the_next_call_on() {
    let cloud = cloud();
    let stranger = cloud.fresh_account();
    let arn = bus(&cloud, "own").await;
    // Events between make the bus known as it was.
    put(&cloud, "own", "s", json!({})).await;
    assert_ne!(refusal(&stranger, &arn).await, "");
    let permit = api::PutPermissionInput {
        event_bus_name: Some("own".to_owned()),
        action: Some("events:PutEvents".to_owned()),
        principal: Some(stranger.account().to_string()),
        statement_id: Some("s".to_owned()),
        ..api::PutPermissionInput::default()
    };
    cloud.call::<api::PutPermission>(permit).await.unwrap();
    assert_eq!(refusal(&stranger, &arn).await, "");
    put(&cloud, "own", "s", json!({})).await;
    let withdraw = api::RemovePermissionInput {
        event_bus_name: Some("own".to_owned()),
        statement_id: Some("s".to_owned()),
        ..api::RemovePermissionInput::default()
    };
    cloud.call::<api::RemovePermission>(withdraw).await.unwrap();
    assert_ne!(refusal(&stranger, &arn).await, "");
}

#[tokio::test]
async fn an_event_goes_to_one_other_account_and_not_on() {
    let cloud = cloud();
    let (second, third) = (cloud.fresh_account(), cloud.fresh_account());
    let all = |bus: &str| api::PutPermissionInput {
        event_bus_name: Some(bus.to_owned()),
        action: Some("events:PutEvents".to_owned()),
        principal: Some("*".to_owned()),
        statement_id: Some("s".to_owned()),
        ..api::PutPermissionInput::default()
    };
    let (second_bus, third_bus) = (bus(&second, "two").await, bus(&third, "three").await);
    second.call::<api::PutPermission>(all("two")).await.unwrap();
    third.call::<api::PutPermission>(all("three")).await.unwrap();
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    targets(&cloud, "default", "r", vec![target("t", &second_bus)]).await;
    let dead = queue(&second, "dead").await;
    rule(&second, "two", "r", json!({"source": ["s"]})).await;
    let on =
        api::Target { dead_letter_config: Some(api::DeadLetterConfig { arn: Some(dead) }), ..target("t", &third_bus) };
    targets(&second, "two", "r", vec![on]).await;
    put(&cloud, "default", "s", json!({})).await;
    let letter = messages(&second, "dead", 1).await.remove(0);
    let code = letter.message_attributes.unwrap()["ERROR_CODE"].string_value.clone();
    assert_eq!(code.as_deref(), Some("THIRD_ACCOUNT_HOP_DETECTED"));
}
