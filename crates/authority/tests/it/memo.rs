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
    /// Somebody asks for a resource, with a second factor or without, from one of three addresses.
    Call(u8, u8, bool, u8),
    /// The same asks for the same, from another address.
    Again(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let policies =
        prop_oneof![4 => (0..POLICIES).prop_map(|one| vec![one]), 1 => proptest::collection::vec(0..POLICIES, 0..4)];
    let who = prop_oneof![4 => 0u8..2, 1 => 2u8..5, 2 => Just(5u8)];
    let what = prop_oneof![3 => Just(0u8), 2 => 1u8..4];
    prop_oneof![
        2 => (0u8..2, policies).prop_map(|(user, policies)| Step::User(user, policies)),
        1 => (0u8..2).prop_map(Step::Gone),
        1 => (0u8..2, proptest::option::of(0..RESOURCE_POLICIES)).prop_map(|(of, policy)| Step::Resource(of, policy)),
        3 => (0..POLICIES).prop_map(Step::Managed),
        1 => proptest::option::of(0..POLICIES).prop_map(Step::Bound),
        1 => any::<bool>().prop_map(Step::Tag),
        1 => prop::bool::weighted(0.2).prop_map(Step::RulesAlone),
        1 => any::<bool>().prop_map(Step::Bucket),
        1 => prop_oneof![Just(1u16), Just(700), Just(1_900)].prop_map(Step::Later),
        5 => (who, what, any::<bool>(), 0u8..3).prop_map(|(who, what, mfa, from)| Step::Call(who, what, mfa, from)),
        20 => (0u8..3).prop_map(Step::Again),
    ]
}

const POLICIES: u8 = 11;
const RESOURCE_POLICIES: u8 = 5;

const USER: &str = "aws:username";

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
        9 => format!(
            r#"{{"Version": "2012-10-17", "Statement": [
                {{"Effect": "Allow", "Action": "*", "Resource": "*"}},
                {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{"StringEquals": {{"{USER}": "u1"}}}}}}
            ]}}"#
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

/// The one that a policy allows, another, and the one where the service tells something.
fn address(number: u8) -> IpAddr {
    if number == 2 { TELLING } else { Ipv4Addr::new(10, 0, 0, number).into() }
}

/// A world with the call made last in it.
struct Run {
    world: World,
    last: (u8, u8, bool),
}

impl Run {
    fn of(world: World) -> Self {
        Self { world, last: (0, 0, false) }
    }

    /// Does one step; what a call was answered.
    async fn take(&mut self, step: &Step) -> Option<Result<(), String>> {
        match step {
            Step::Call(who, what, mfa, from) => {
                self.last = (*who, *what, *mfa);
                Some(self.call(*from).await)
            }
            Step::Again(from) => Some(self.call(*from).await),
            Step::Later(seconds) => {
                self.world.cloud.advance(Duration::from_secs((*seconds).into())).await;
                None
            }
            change => {
                self.change(change);
                None
            }
        }
    }

    async fn call(&self, from: u8) -> Result<(), String> {
        let (who, what, mfa) = self.last;
        self.world.call_from(&caller(&self.world, who, mfa), &resource(what), address(from)).await
    }

    fn change(&self, step: &Step) {
        let known = &self.world.known;
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
            Step::Bound(Some(number)) => known.member(HOME, &[&[&policy(*number)]], &[]),
            Step::Bound(None) => known.leave(HOME),
            Step::Tag(red) => known.tag("team", if *red { "red" } else { "blue" }),
            Step::RulesAlone(alone) => known.let_resources_rule(*alone),
            Step::Bucket(abroad) => known.bucket_of(if *abroad { ABROAD } else { HOME }),
            Step::Later(_) | Step::Call(..) | Step::Again(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_memo_decides_as_the_policies_do(steps in proptest::collection::vec(step(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut with, mut without) = (Run::of(World::new()), Run::of(World::forgetful()));
            for step in &steps {
                assert_eq!(with.take(step).await, without.take(step).await, "{step:?} of {steps:?}");
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
