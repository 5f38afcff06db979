//! Discoverers, and the rules that they keep on their buses.

use api_events::{
    CreateEventBus, CreateEventBusInput, DeleteRule, DeleteRuleInput, DescribeRule, DescribeRuleInput,
    ListTargetsByRule, ListTargetsByRuleInput,
};
use api_iam::{CreateUser, CreateUserInput, PutUserPolicy, PutUserPolicyInput};
use api_schemas as api;
use serde_json::json;
use service_kit::{Caller, Error, Fault, Principal};
use testkit::TestCloud;

use crate::world::{bus, cloud, discoverer};

fn rule(bus: &str) -> DescribeRuleInput {
    DescribeRuleInput { name: format!("Schemas-events-event-bus-{bus}"), event_bus_name: Some(bus.to_owned()) }
}

#[tokio::test]
async fn a_discoverer_keeps_a_rule() {
    let cloud = cloud();
    let input = CreateEventBusInput { name: "own".to_owned(), ..Default::default() };
    cloud.call::<CreateEventBus>(input).await.unwrap();
    let input = api::CreateDiscovererInput {
        source_arn: bus(&cloud, "own"),
        description: Some("d".to_owned()),
        cross_account: Some(false),
        ..Default::default()
    };
    let made = cloud.call::<api::CreateDiscoverer>(input.clone()).await.unwrap();
    assert_eq!(made.discoverer_id.as_deref(), Some("events-event-bus-own"));
    assert_eq!((made.state, made.cross_account), (Some(api::DiscovererState::Started), Some(false)));
    assert_eq!(cloud.error::<api::CreateDiscoverer>(input).await.0, "ConflictException");
    let found = cloud.call::<DescribeRule>(rule("own")).await.unwrap();
    assert_eq!(found.managed_by.as_deref(), Some("schemas.amazonaws.com"));
    assert!(found.event_pattern.unwrap().contains(&cloud.account().to_string()));
    let targets = ListTargetsByRuleInput {
        rule: "Schemas-events-event-bus-own".to_owned(),
        event_bus_name: Some("own".to_owned()),
        ..Default::default()
    };
    let targets = cloud.call::<ListTargetsByRule>(targets).await.unwrap().targets.unwrap();
    assert_eq!(Some(&targets[0].arn), made.discoverer_arn.as_ref());
    // Nobody else may touch it.
    let gone = DeleteRuleInput { name: rule("own").name, event_bus_name: Some("own".to_owned()), ..Default::default() };
    assert_eq!(cloud.error::<DeleteRule>(gone).await.0, "ManagedRuleException");
    let id = made.discoverer_id.unwrap();
    let input =
        api::UpdateDiscovererInput { discoverer_id: id.clone(), cross_account: Some(true), ..Default::default() };
    let changed = cloud.call::<api::UpdateDiscoverer>(input).await.unwrap();
    assert_eq!((changed.cross_account, changed.description.as_deref()), (Some(true), Some("d")));
    let pattern = cloud.call::<DescribeRule>(rule("own")).await.unwrap().event_pattern.unwrap();
    assert!(!pattern.contains("account"), "{pattern}");
    let stopped = cloud.call::<api::StopDiscoverer>(api::StopDiscovererInput { discoverer_id: id.clone() }).await;
    assert_eq!(stopped.unwrap().state, Some(api::DiscovererState::Stopped));
    let state = cloud.call::<DescribeRule>(rule("own")).await.unwrap().state.unwrap();
    assert_eq!(state.as_str(), "DISABLED");
    let started = cloud.call::<api::StartDiscoverer>(api::StartDiscovererInput { discoverer_id: id.clone() }).await;
    assert_eq!(started.unwrap().state, Some(api::DiscovererState::Started));
    let shown = api::DescribeDiscovererInput { discoverer_id: id.clone() };
    assert_eq!(
        cloud.call::<api::DescribeDiscoverer>(shown.clone()).await.unwrap().source_arn,
        Some(bus(&cloud, "own"))
    );
    let gone = api::DeleteDiscovererInput { discoverer_id: id };
    cloud.call::<api::DeleteDiscoverer>(gone.clone()).await.unwrap();
    assert_eq!(cloud.error::<DescribeRule>(rule("own")).await.0, "ResourceNotFoundException");
    for told in [cloud.error::<api::DeleteDiscoverer>(gone).await, cloud.error::<api::DescribeDiscoverer>(shown).await]
    {
        let text = "Discoverer with ID events-event-bus-own does not exist.";
        assert_eq!(told, ("NotFoundException".to_owned(), text.to_owned()));
    }
}

#[tokio::test]
async fn only_buses_that_are_there() {
    let cloud = cloud();
    for (source_arn, code) in [
        (bus(&cloud, "none"), "NotFoundException"),
        ("arn:aws:sqs:us-east-1:000000000000:queue".to_owned(), "BadRequestException"),
        (bus(&cloud.fresh_account(), "default"), "BadRequestException"),
    ] {
        let input = api::CreateDiscovererInput { source_arn, ..Default::default() };
        assert_eq!(cloud.error::<api::CreateDiscoverer>(input).await.0, code);
    }
    let none = cloud.call::<api::ListDiscoverers>(api::ListDiscoverersInput::default()).await.unwrap();
    assert_eq!(none.discoverers.unwrap().len(), 0);
    discoverer(&cloud).await;
    let listed = |prefix: &str| api::ListDiscoverersInput {
        discoverer_id_prefix: Some(prefix.to_owned()),
        source_arn_prefix: Some("arn:aws:events".to_owned()),
        ..Default::default()
    };
    for (prefix, count) in [("events-", 1), ("x", 0)] {
        let found = cloud.call::<api::ListDiscoverers>(listed(prefix)).await.unwrap();
        assert_eq!(found.discoverers.unwrap().len(), count);
    }
}

/// A user of the account with a policy.
async fn user(cloud: &TestCloud, actions: &[&str]) -> Caller {
    let input = CreateUserInput { user_name: "u".to_owned(), ..Default::default() };
    let user = cloud.call::<CreateUser>(input).await;
    let user = user.map(|made| made.user.unwrap());
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}});
    let input = PutUserPolicyInput {
        user_name: "u".to_owned(),
        policy_name: "p".to_owned(),
        policy_document: policy.to_string(),
    };
    cloud.call::<PutUserPolicy>(input).await.unwrap();
    let user = user.unwrap();
    let principal = Principal::User { arn: user.arn, id: user.user_id };
    Caller { account: cloud.account(), principal, access_key: None, session: None }
}

#[tokio::test]
async fn who_makes_discoverers_must_be_allowed_to_make_rules() {
    for (actions, allowed) in [
        (vec!["schemas:*"], false),
        (vec!["schemas:*", "events:PutRule"], false),
        (vec!["schemas:*", "events:PutRule", "events:PutTargets"], true),
    ] {
        let cloud = cloud();
        let caller = user(&cloud, &actions).await;
        let input = api::CreateDiscovererInput { source_arn: bus(&cloud, "default"), ..Default::default() };
        let made = cloud.call_as::<api::CreateDiscoverer>(caller, input).await;
        assert_eq!(made.is_ok(), allowed, "{actions:?}");
        assert!(allowed || matches!(made, Err(Error::Fault(Fault::AccessDenied { .. }))));
    }
}
