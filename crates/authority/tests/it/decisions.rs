//! Policies of users, roles, sessions and resources.

use service_kit::{Caller, Principal};

use crate::world::{ABROAD, HOME, World, account, everything, queue, statement};

const NO_IDENTITY: &str = "because no identity-based policy allows the sqs:SendMessage action";

#[tokio::test]
async fn root_rules_at_home_and_asks_abroad() {
    let world = World::new();
    let root = Caller::root(account(HOME), None);
    assert_eq!(world.call(&root, &queue(HOME)).await, Ok(()));
    let refused = world.call(&root, &queue(ABROAD)).await.unwrap_err();
    assert_eq!(refused, "because no resource-based policy allows the sqs:SendMessage action");
}

#[tokio::test]
async fn a_user_may_what_its_policies_allow() {
    let world = World::new();
    let nobody = world.known.user("nobody", &[]);
    assert_eq!(world.call(&nobody, &queue(HOME)).await.unwrap_err(), NO_IDENTITY);
    let sends = statement(r#""Effect": "Allow", "Action": "sqs:Send*", "Resource": "arn:aws:sqs:*:*:q""#);
    let sender = world.known.user("sender", &[&sends]);
    assert_eq!(world.call(&sender, &queue(HOME)).await, Ok(()));
    let never = statement(r#""Effect": "Deny", "Action": "*", "Resource": "*""#);
    let denied = world.known.user("denied", &[&sends, &never]);
    let refused = world.call(&denied, &queue(HOME)).await.unwrap_err();
    assert_eq!(refused, "with an explicit deny in an identity-based policy");
}

#[tokio::test]
async fn a_user_that_is_gone_may_nothing() {
    let world = World::new();
    let user = world.known.user("u", &[&everything()]);
    assert_eq!(world.call(&user, &queue(HOME)).await, Ok(()));
    world.known.forget("AIDAU");
    assert_eq!(world.call(&user, &queue(HOME)).await.unwrap_err(), NO_IDENTITY);
}

#[tokio::test]
async fn a_session_policy_bounds_a_role() {
    let world = World::new();
    let only_q = statement(r#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:sqs:*:*:q""#);
    let other = format!("{}x", queue(HOME));
    let bounded = world.known.role_session("r", &[&everything()], &[&only_q]);
    assert_eq!(world.call(&bounded, &queue(HOME)).await, Ok(()));
    let refused = world.call(&bounded, &other).await.unwrap_err();
    assert_eq!(refused, "because no session policy allows the sqs:SendMessage action");
    let free = world.known.role_session("r", &[&everything()], &[]);
    assert_eq!(world.call(&free, &other).await, Ok(()));
}

#[tokio::test]
async fn a_managed_policy_bounds_a_session_too() {
    let world = World::new();
    let arn = "arn:aws:iam::aws:policy/OnlyLists";
    world.known.managed(arn, &statement(r#""Effect": "Allow", "Action": "sqs:List*", "Resource": "*""#));
    world.known.identity("AROAR", "arn:aws:iam::111122223333:role/r", &[&everything()]);
    let principal = Principal::RoleSession {
        arn: format!("arn:aws:sts::{HOME}:assumed-role/r/s"),
        id: "AROAR:s".to_owned(),
        role: format!("arn:aws:iam::{HOME}:role/r"),
    };
    let caller = world.known.with_session(principal, "AROAR", |session| session.policy_arns = vec![arn.to_owned()]);
    assert!(world.call(&caller, &queue(HOME)).await.unwrap_err().contains("no session policy"));
}

#[tokio::test]
async fn a_federated_user_needs_a_session_policy() {
    let world = World::new();
    world.known.user("u", &[&everything()]);
    let federated = |policies: Vec<String>| {
        let (arn, id) = (format!("arn:aws:sts::{HOME}:federated-user/f"), format!("{HOME}:f"));
        let principal = Principal::Federated { arn, id };
        world.known.with_session(principal, "AIDAU", |session| session.policies = policies)
    };
    assert!(world.call(&federated(vec![]), &queue(HOME)).await.is_err());
    assert_eq!(world.call(&federated(vec![everything()]), &queue(HOME)).await, Ok(()));
}

#[tokio::test]
async fn a_session_of_root_for_one_task_is_bounded_by_it() {
    let world = World::new();
    let arn = "arn:aws:iam::aws:policy/root-task/OnlyLists";
    world.known.managed(arn, &statement(r#""Effect": "Allow", "Action": "sqs:List*", "Resource": "*""#));
    let root =
        |arns: Vec<String>| world.known.with_session(Principal::Root, HOME, |session| session.policy_arns = arns);
    assert_eq!(world.call(&root(vec![]), &queue(HOME)).await, Ok(()));
    assert!(world.call(&root(vec![arn.to_owned()]), &queue(HOME)).await.is_err());
}

#[tokio::test]
async fn a_resource_lets_others_in_and_keeps_its_own_out() {
    let world = World::new();
    let allows = statement(&format!(
        r#""Effect": "Allow", "Principal": {{"AWS": "{ABROAD}"}}, "Action": "sqs:SendMessage", "Resource": "*""#
    ));
    world.known.resource(&queue(HOME), &allows);
    assert_eq!(world.call(&Caller::root(account(ABROAD), None), &queue(HOME)).await, Ok(()));
    let keeps_out = statement(r#""Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*""#);
    world.known.resource(&queue(HOME), &keeps_out);
    let refused = world.call(&Caller::root(account(HOME), None), &queue(HOME)).await.unwrap_err();
    assert!(refused.starts_with("with an explicit deny in a resource-based policy"), "{refused}");
}

#[tokio::test]
async fn services_and_strangers_need_the_resource_s_word() {
    let world = World::new();
    let (service, stranger) = (Caller::service("sns.amazonaws.com", account(HOME)), Caller::anonymous(account(HOME)));
    for caller in [&service, &stranger] {
        assert!(world.call(caller, &queue(HOME)).await.is_err());
    }
    let principal =
        r#""Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "*", "Resource": "*""#;
    world.known.resource(&queue(HOME), &statement(principal));
    assert_eq!(world.call(&service, &queue(HOME)).await, Ok(()));
    assert!(world.call(&stranger, &queue(HOME)).await.is_err());
    world
        .known
        .resource(&queue(HOME), &statement(r#""Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*""#));
    assert_eq!(world.call(&stranger, &queue(HOME)).await, Ok(()));
}

#[tokio::test]
async fn where_the_resource_rules_alone_identity_policies_count_as_far_as_it_lets_them() {
    let world = World::new();
    world.known.let_resources_rule_alone();
    let user = world.known.user("u", &[&everything()]);
    assert!(world.call(&user, &queue(HOME)).await.is_err());
    let account = format!(
        r#""Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::{HOME}:root"}}, "Action": "*", "Resource": "*""#
    );
    world.known.resource(&queue(HOME), &statement(&account));
    assert_eq!(world.call(&user, &queue(HOME)).await, Ok(()));
    assert_eq!(world.call(&user, "*").await, Ok(()), "what has no resource has no policy of its own");
    let poor = world.known.user("poor", &[]);
    assert_eq!(world.call(&poor, &queue(HOME)).await.unwrap_err(), NO_IDENTITY);
}

#[tokio::test]
async fn tags_of_principal_and_resource_meet() {
    let world = World::new();
    let same_team = r#""Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}"#;
    let user = world.known.user("u", &[&statement(same_team)]);
    world.known.tag("team", "blue");
    assert!(world.call(&user, &queue(HOME)).await.is_err());
    world.known.tag("team", "red");
    assert_eq!(world.call(&user, &queue(HOME)).await, Ok(()));
    for (resource, key) in
        [(queue(HOME), "sqs:ResourceTag/team"), (format!("arn:aws:iam::{HOME}:role/r"), "iam:ResourceTag/team")]
    {
        let condition = format!(r#""Condition": {{"StringEquals": {{"{key}": "red"}}}}"#);
        let policy = statement(&format!(r#""Effect": "Allow", "Action": "*", "Resource": "*", {condition}"#));
        let user = world.known.user("u", &[&policy]);
        assert_eq!(world.call(&user, &resource).await, Ok(()), "{key}");
    }
}

#[tokio::test]
async fn the_facts_of_a_request_are_known() {
    let world = World::new();
    for (operator, key, value) in [
        ("StringEquals", "aws:RequestedRegion", "us-east-1"),
        ("StringEquals", "aws:PrincipalAccount", HOME),
        ("StringEquals", "aws:ResourceAccount", HOME),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:user/u"),
        ("StringEquals", "aws:username", "u"),
        ("StringEquals", "aws:userid", "AIDAU"),
        ("StringEquals", "aws:PrincipalType", "User"),
        ("StringEquals", "aws:PrincipalTag/TEAM", "red"),
        ("DateEquals", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
        ("NumericEquals", "aws:EpochTime", "1767225600"),
        ("Bool", "aws:SecureTransport", "true"),
        ("Bool", "aws:ViaAWSService", "false"),
        ("Bool", "aws:PrincipalIsAWSService", "false"),
        ("Null", "aws:MultiFactorAuthPresent", "true"),
        ("Null", "aws:SourceArn", "true"),
    ] {
        let condition = format!(r#""Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#);
        let policy = statement(&format!(r#""Effect": "Allow", "Action": "*", "Resource": "*", {condition}"#));
        let user = world.known.user("u", &[&policy]);
        assert_eq!(world.call(&user, &queue(HOME)).await, Ok(()), "{operator} {key}");
    }
}

#[tokio::test]
async fn refusals_are_explained_afterwards() {
    let world = World::new();
    let other_queue = statement(r#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:sqs:*:*:other""#);
    let user = world.known.user("u", &[&other_queue]);
    world.call(&user, &queue(HOME)).await.unwrap_err();
    let refusals = world.authority.docket().refusals(10);
    let [ruling] = refusals.as_slice() else { panic!("{refusals:?}") };
    assert_eq!((ruling.action.as_str(), ruling.allowed), ("sqs:SendMessage", false));
    assert_eq!(ruling.reason.as_deref(), Some(NO_IDENTITY));
    let outcomes: Vec<_> =
        ruling.explanation.policies.iter().flat_map(|policy| &policy.statements).map(|s| &s.outcome).collect();
    assert_eq!(outcomes, [&policy::Outcome::Resource]);
    let again = world.authority.docket().rulings(&ruling.request);
    assert_eq!(again, refusals);
}
