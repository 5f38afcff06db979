//! Organizations: service and resource control policies.

use service_kit::Caller;

use crate::world::{ABROAD, HOME, World, account, everything, queue, statement};

fn never() -> String {
    statement(r#""Effect": "Deny", "Action": "sqs:*", "Resource": "*""#)
}

#[tokio::test]
async fn a_service_control_policy_binds_root_too() {
    let world = World::new();
    let root = Caller::root(account(HOME), None);
    world.known.member(HOME, &[&[&everything()], &[&everything(), &never()]], &[]);
    let refused = world.call(&root, &queue(HOME)).await.unwrap_err();
    assert!(refused.starts_with("with an explicit deny in a service control policy"), "{refused}");
}

#[tokio::test]
async fn every_level_must_allow() {
    let world = World::new();
    let user = world.known.user("u", &[&everything()]);
    let only_s3 = statement(r#""Effect": "Allow", "Action": "s3:*", "Resource": "*""#);
    world.known.member(HOME, &[&[&everything()], &[&only_s3], &[&everything()]], &[]);
    let refused = world.call(&user, &queue(HOME)).await.unwrap_err();
    assert_eq!(refused, "because no service control policy allows the sqs:SendMessage action");
    world.known.member(HOME, &[&[&everything()], &[&everything()], &[&everything()]], &[]);
    assert_eq!(world.call(&user, &queue(HOME)).await, Ok(()));
}

#[tokio::test]
async fn a_resource_control_policy_binds_whoever_comes() {
    let world = World::new();
    let allows = statement(&format!(
        r#""Effect": "Allow", "Principal": {{"AWS": "{ABROAD}"}}, "Action": "sqs:SendMessage", "Resource": "*""#
    ));
    world.known.resource(&queue(HOME), &allows);
    let foreign = Caller::root(account(ABROAD), None);
    assert_eq!(world.call(&foreign, &queue(HOME)).await, Ok(()));
    let only_ours = statement(
        r#""Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}"#,
    );
    let full = statement(r#""Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*""#);
    world.known.member(HOME, &[], &[&[&full, &only_ours]]);
    let refused = world.call(&foreign, &queue(HOME)).await.unwrap_err();
    assert!(refused.starts_with("with an explicit deny in a resource control policy"), "{refused}");
    assert_eq!(world.call(&Caller::root(account(HOME), None), &queue(HOME)).await, Ok(()));
}
