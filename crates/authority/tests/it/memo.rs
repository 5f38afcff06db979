//! Permissions that are given again without another look at the policies: the same as with one, whatever changes between.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use proptest::prelude::*;
use service_kit::{Caller, Principal};

use crate::world::{ABROAD, HOME, TELLING, World, account, everything, queue, statement};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// A user gets these policies.
    User(u8, Vec<u8>),
    /// A user is gone.
    Gone(u8),
    /// A resource gets this policy, or none.
    Resource(u8, Option<u8>),
    /// A managed policy says something else.
    Managed(u8),
    /// The account gets this service control policy, or leaves its organization.
    Bound(Option<u8>),
    Tag(bool),
    RulesAlone(bool),
    /// What names no account is somebody else's.
    Bucket(bool),
    /// Time goes on, past or not past the bounds that some policies name.
    Later(u16),
    /// Somebody asks for a resource; `bool`: with a second factor, and from where the service tells.
    Call(u8, u8, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let policies = proptest::collection::vec(0..POLICIES, 0..3);
    prop_oneof![
        2 => (0u8..2, policies).prop_map(|(user, policies)| Step::User(user, policies)),
        1 => (0u8..2).prop_map(Step::Gone),
        1 => (0u8..2, proptest::option::of(0..RESOURCE_POLICIES)).prop_map(|(of, policy)| Step::Resource(of, policy)),
        1 => (0..POLICIES).prop_map(Step::Managed),
        1 => proptest::option::of(0..POLICIES).prop_map(Step::Bound),
        1 => any::<bool>().prop_map(Step::Tag),
        1 => prop::bool::weighted(0.2).prop_map(Step::RulesAlone),
        1 => any::<bool>().prop_map(Step::Bucket),
        1 => (0u16..2_000).prop_map(Step::Later),
        12 => (0u8..6, 0u8..4, any::<bool>()).prop_map(|(who, what, how)| Step::Call(who, what, how)),
    ]
}

const POLICIES: u8 = 11;
const RESOURCE_POLICIES: u8 = 5;

/// Policies of users, with conditions and variables of every sort.
fn policy(number: u8) -> String {
    let allow = |rest: &str| statement(&format!(r#""Effect": "Allow", "Action": "sqs:*", "Resource": {rest}"#));
    let when = |test: &str| allow(&format!(r#""*", "Condition": {{{test}}}"#));
    match number {
        0 => everything(),
        1 => allow(r#""arn:aws:sqs:*:*:q""#),
        2 => allow(r#""arn:aws:sqs:*:*:${aws:username}""#),
        3 => when(r#""StringEquals": {"aws:PrincipalTag/team": "red"}"#),
        4 => when(r#""StringEquals": {"aws:ResourceTag/team": "red"}"#),
        5 => when(r#""DateLessThan": {"aws:CurrentTime": "2026-01-01T00:30:00Z"}"#),
        6 => when(r#""IpAddress": {"aws:SourceIp": "10.0.0.1"}"#),
        7 => when(r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#),
        8 => when(r#""StringEquals": {"sqs:told": "yes"}"#),
        9 => statement(
            r#""Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:username": "u1"}}"#,
        ),
        _ => statement(r#""Effect": "Deny", "Action": "*", "Resource": "arn:aws:sqs:*:*:other""#),
    }
}

fn resource_policy(number: u8) -> String {
    let of = |effect: &str, principal: &str, rest: &str| {
        statement(&format!(
            r#""Effect": "{effect}", "Principal": {principal}, "Action": "sqs:*", "Resource": "*"{rest}"#
        ))
    };
    match number {
        0 => of("Allow", r#""*""#, ""),
        1 => of("Deny", r#""*""#, ""),
        2 => of("Allow", &format!(r#"{{"AWS": "{ABROAD}"}}"#), ""),
        3 => of("Allow", r#"{"Service": "sns.amazonaws.com"}"#, ""),
        _ => of("Allow", &format!(r#"{{"AWS": "arn:aws:iam::{HOME}:root"}}"#), ""),
    }
}

fn resource(number: u8) -> String {
    match number {
        0 => queue(HOME),
        1 => queue(HOME).replace(":q", ":u1"),
        2 => "arn:aws:s3:::bucket".to_owned(),
        _ => String::from("*"),
    }
}

const MANAGED: &str = "arn:aws:iam::aws:policy/M";

fn caller(world: &World, who: u8, mfa: bool) -> Caller {
    let user = |n: u8| {
        let (arn, id) = (format!("arn:aws:iam::{HOME}:user/u{n}"), format!("AIDAU{n}"));
        Caller { account: account(HOME), principal: Principal::User { arn, id }, access_key: None, session: None }
    };
    match who {
        0 | 1 => user(who),
        2 => Caller::root(account(HOME), None),
        3 => Caller::root(account(ABROAD), None),
        4 => Caller::service("sns.amazonaws.com", account(HOME)),
        _ => {
            let principal = user(1).principal;
            world.known.with_session(principal, "AIDAU1", |session| {
                session.mfa = mfa.then_some(session.issued);
                session.policy_arns = if mfa { Vec::new() } else { vec![MANAGED.to_owned()] };
            })
        }
    }
}

fn address(telling: bool) -> IpAddr {
    if telling { TELLING } else { Ipv4Addr::new(10, 0, 0, 0).into() }
}

/// Does one step; what a call was answered.
async fn take(world: &World, step: &Step) -> Option<Result<(), String>> {
    let known = &world.known;
    match step {
        Step::User(user, policies) => {
            let texts: Vec<_> = policies.iter().map(|number| policy(*number)).collect();
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            known.identity(&format!("AIDAU{user}"), &format!("arn:aws:iam::{HOME}:user/u{user}"), &texts);
        }
        Step::Gone(user) => known.forget(&format!("AIDAU{user}")),
        Step::Resource(of, Some(number)) => known.resource(&resource(*of), &resource_policy(*number)),
        Step::Resource(of, None) => known.no_resource_policy(&resource(*of)),
        Step::Managed(number) => known.managed(MANAGED, &policy(*number)),
        Step::Bound(Some(number)) => known.member(HOME, &[&[&everything(), &policy(*number)]], &[]),
        Step::Bound(None) => known.leave(HOME),
        Step::Tag(red) => known.tag("team", if *red { "red" } else { "blue" }),
        Step::RulesAlone(alone) => known.let_resources_rule(*alone),
        Step::Bucket(abroad) => known.bucket_of(if *abroad { ABROAD } else { HOME }),
        Step::Later(seconds) => world.cloud.advance(Duration::from_secs((*seconds).into())).await,
        Step::Call(who, what, how) => {
            return Some(world.call_from(&caller(world, *who, *how), &resource(*what), address(*how)).await);
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_memo_decides_as_the_policies_do(steps in proptest::collection::vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (with, without) = (World::new(), World::forgetful());
            for step in &steps {
                assert_eq!(take(&with, step).await, take(&without, step).await, "{step:?} of {steps:?}");
            }
        });
    }
}

#[tokio::test]
async fn a_permission_given_again_is_explained_by_its_own_request() {
    let world = World::new();
    let tagged = statement(
        r#""Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.9.9.9"}}"#,
    );
    let user = world.known.user("u", &[&everything()]);
    for host in [1, 2] {
        world.call_from(&user, &queue(HOME), Ipv4Addr::new(10, 0, 0, host).into()).await.unwrap();
    }
    let requests = world.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        let rulings = world.authority.docket().rulings(request);
        assert_eq!(
            rulings.iter().map(|ruling| (&ruling.request, ruling.allowed)).collect::<Vec<_>>(),
            [(request, true)]
        );
    }
    world.known.user("u", &[&everything(), &tagged]);
    let denied = world.call_from(&user, &queue(HOME), Ipv4Addr::new(10, 9, 9, 9).into()).await.unwrap_err();
    assert!(denied.starts_with("with an explicit deny"), "{denied}");
}
