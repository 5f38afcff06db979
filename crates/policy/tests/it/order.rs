//! AWS's order of evaluation: which policies must allow, which grants go past which, and what a denial is blamed on.

use policy::{Attached, Kind, Policies, Policy, Request, ResourceRule, Who, evaluate};

use crate::support::{ALICE, QUEUE, ROLE, SESSION, account, alice, parse, worker};

/// The answer of one sort of policy.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Allow,
    Nothing,
    Deny,
}
use Says::{Allow, Deny, Nothing};

fn text(says: Says, principal: &str) -> String {
    let (effect, action) = match says {
        Allow => ("Allow", "sqs:*"),
        Nothing => ("Allow", "other:*"),
        Deny => ("Deny", "sqs:*"),
    };
    format!(r#"{{"Statement": {{"Effect": "{effect}", {principal} "Action": "{action}", "Resource": "*"}}}}"#)
}

fn plain(says: Says) -> Policy {
    parse(&text(says, ""), Kind::Inline)
}

fn resource(says: Says, principal: &str) -> Policy {
    parse(&text(says, &format!(r#""Principal": {principal},"#)), Kind::Resource)
}

/// One row: what each sort of policy says, and the outcome (`"allowed"`, or the noun of the denial).
struct Row<'a> {
    who: Who<'a>,
    owner: u64,
    rule: ResourceRule,
    resource: Option<(Says, &'a str)>,
    identity: Says,
    boundary: Option<Says>,
    session: Option<Says>,
}

impl Row<'_> {
    fn new(who: Who<'_>) -> Row<'_> {
        let rule = ResourceRule::Optional;
        Row { who, owner: 1, rule, resource: None, identity: Nothing, boundary: None, session: None }
    }

    fn outcome(&self) -> String {
        let resource = self.resource.map(|(says, principal)| resource(says, principal));
        let (identity, boundary, session) = (plain(self.identity), self.boundary.map(plain), self.session.map(plain));
        let attach = |policy| Attached { name: "p", policy };
        let identity = [attach(&identity)];
        let session: Option<Vec<_>> = session.as_ref().map(|session| vec![attach(session)]);
        let policies = Policies {
            identity: &identity,
            boundary: boundary.as_ref().map(attach),
            session: session.as_deref(),
            resource: resource.as_ref().map(attach),
            resource_rule: self.rule,
            resource_account: Some(account(self.owner)),
            ..Policies::default()
        };
        let request = Request { principal: self.who, action: "sqs:SendMessage", resource: QUEUE, context: &() };
        let decision = evaluate(&policies, &request);
        assert_eq!(decision.allowed, decision.reason.simulated() == "allowed");
        if decision.allowed { "allowed".to_owned() } else { decision.reason.text("x") }
    }
}

const NO_IDENTITY: &str = "because no identity-based policy allows the x action";
const NO_RESOURCE: &str = "because no resource-based policy allows the x action";
const NO_BOUNDARY: &str = "because no permissions boundary allows the x action";
const NO_SESSION: &str = "because no session policy allows the x action";
const OK: &str = "allowed";

fn quoted(arn: &str) -> String {
    format!(r#"{{"AWS": "{arn}"}}"#)
}

/// AWS's table of how a resource policy's grant stands to implicit denials, within one account.
#[test]
fn a_grant_goes_as_far_as_it_names_the_caller() {
    const FRED: &str = "arn:aws:sts::111111111111:federated-user/fred";
    let fred = Who::federated_user(account(1), FRED, ALICE);
    let own = "111111111111";
    // Whom the resource's policy names; what an implicit denial by identity, boundary, session then does.
    for (who, names, [identity, boundary, session]) in [
        (alice(), own, [NO_IDENTITY, NO_BOUNDARY, NO_SESSION]),
        (alice(), ALICE, [OK, OK, OK]),
        (alice(), "*", [OK, OK, OK]),
        (worker(), own, [NO_IDENTITY, NO_BOUNDARY, NO_SESSION]),
        (worker(), ROLE, [OK, NO_BOUNDARY, NO_SESSION]),
        (worker(), SESSION, [OK, OK, OK]),
        (worker(), "*", [OK, OK, OK]),
        (fred, own, [NO_IDENTITY, NO_BOUNDARY, NO_SESSION]),
        (fred, ALICE, [OK, NO_BOUNDARY, NO_SESSION]),
        (fred, FRED, [OK, OK, OK]),
    ] {
        let principal = quoted(names);
        let row = Row { resource: Some((Allow, &principal)), ..Row::new(who) };
        let with =
            |identity, boundary, session| Row { identity, boundary: Some(boundary), session: Some(session), ..row };
        assert_eq!(with(Nothing, Allow, Allow).outcome(), identity, "{names} to {who:?}, identity");
        assert_eq!(with(Allow, Nothing, Allow).outcome(), boundary, "{names} to {who:?}, boundary");
        assert_eq!(with(Allow, Allow, Nothing).outcome(), session, "{names} to {who:?}, session");
        assert_eq!(with(Allow, Allow, Allow).outcome(), OK, "{names} to {who:?}, all");
    }
}

/// The best grant counts, wherever it stands.
#[test]
fn of_several_grants_the_best_counts() {
    let grant =
        |name: &str| format!(r#"{{"Effect": "Allow", "Principal": {}, "Action": "*", "Resource": "*"}}"#, quoted(name));
    for (first, second) in [(ROLE, "111111111111"), ("111111111111", ROLE)] {
        let text = format!(r#"{{"Statement": [{}, {}]}}"#, grant(first), grant(second));
        let policy = parse(&text, Kind::Resource);
        let resource = Some(Attached { name: "r", policy: &policy });
        let policies = Policies { resource, resource_account: Some(account(1)), ..Policies::default() };
        let request = Request { principal: worker(), action: "sqs:SendMessage", resource: QUEUE, context: &() };
        assert!(evaluate(&policies, &request).allowed, "{first} before {second}");
    }
}

#[test]
fn identity_boundary_and_session_are_an_intersection() {
    for (identity, boundary, session, expected) in [
        (Allow, None, None, OK),
        (Nothing, None, None, NO_IDENTITY),
        (Nothing, Some(Allow), Some(Allow), NO_IDENTITY),
        (Allow, Some(Nothing), Some(Allow), NO_BOUNDARY),
        (Allow, Some(Allow), Some(Nothing), NO_SESSION),
        (Allow, Some(Nothing), Some(Nothing), NO_BOUNDARY),
        (Allow, Some(Allow), Some(Allow), OK),
        (Deny, Some(Allow), Some(Allow), "with an explicit deny in an identity-based policy"),
        (Allow, Some(Deny), Some(Allow), "with an explicit deny in a permissions boundary"),
        (Allow, Some(Allow), Some(Deny), "with an explicit deny in a session policy"),
        (Deny, Some(Deny), Some(Deny), "with an explicit deny in an identity-based policy"),
    ] {
        assert_eq!(Row { identity, boundary, session, ..Row::new(worker()) }.outcome(), expected);
    }
}

#[test]
fn an_explicit_denial_outweighs_every_grant() {
    let everyone = r#""*""#;
    for who in [alice(), worker(), Who::root(account(1), "arn:aws:iam::111111111111:root")] {
        let row = Row { resource: Some((Deny, everyone)), identity: Allow, ..Row::new(who) };
        assert_eq!(row.outcome(), "with an explicit deny in a resource-based policy");
    }
    let direct = quoted(ALICE);
    let row = Row { resource: Some((Allow, &direct)), boundary: Some(Deny), ..Row::new(alice()) };
    assert_eq!(row.outcome(), "with an explicit deny in a permissions boundary");
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let root = Who::root(account(1), "arn:aws:iam::111111111111:root");
    for (who, names, identity, boundary, expected) in [
        (alice(), Some(ALICE), Allow, None, OK),
        (alice(), Some("111111111111"), Allow, None, OK),
        (alice(), Some("*"), Allow, None, OK),
        (alice(), Some(ALICE), Nothing, None, NO_IDENTITY),
        (alice(), Some("*"), Nothing, None, NO_IDENTITY),
        (alice(), Some("222222222222"), Allow, None, NO_RESOURCE),
        (alice(), None, Allow, None, NO_RESOURCE),
        (alice(), Some(ALICE), Allow, Some(Nothing), NO_BOUNDARY),
        (worker(), Some(SESSION), Nothing, None, NO_IDENTITY),
        (worker(), Some(SESSION), Allow, Some(Nothing), NO_BOUNDARY),
        (root, None, Nothing, None, NO_RESOURCE),
        (root, Some("111111111111"), Nothing, None, OK),
    ] {
        let principal = names.map(quoted);
        let resource = principal.as_deref().map(|principal| (Allow, principal));
        let row = Row { owner: 2, resource, identity, boundary, ..Row::new(who) };
        assert_eq!(row.outcome(), expected, "{names:?} to {who:?}");
    }
}

#[test]
fn a_required_resource_policy_is_the_only_source() {
    let root = Who::root(account(1), "arn:aws:iam::111111111111:root");
    for (who, names, identity, expected) in [
        (alice(), None, Allow, NO_RESOURCE),
        (alice(), Some("222222222222"), Allow, NO_RESOURCE),
        (alice(), Some("111111111111"), Allow, OK),
        (alice(), Some("111111111111"), Nothing, NO_IDENTITY),
        (alice(), Some(ALICE), Nothing, OK),
        (worker(), Some(ROLE), Nothing, OK),
        (root, None, Nothing, NO_RESOURCE),
        (root, Some(ALICE), Nothing, NO_RESOURCE),
        (root, Some("111111111111"), Nothing, OK),
    ] {
        let principal = names.map(quoted);
        let resource = principal.as_deref().map(|principal| (Allow, principal));
        let row = Row { rule: ResourceRule::Required, resource, identity, ..Row::new(who) };
        assert_eq!(row.outcome(), expected, "{names:?} to {who:?}");
    }
}

#[test]
fn root_needs_no_policy_but_heeds_a_session() {
    let root = Who::root(account(1), "arn:aws:iam::111111111111:root");
    let child = Who::federated_user(account(1), "arn:aws:sts::111111111111:federated-user/f", root.arn);
    assert_eq!(Row::new(root).outcome(), OK);
    assert_eq!(Row { session: Some(Nothing), ..Row::new(root) }.outcome(), NO_SESSION);
    assert_eq!(Row { session: Some(Allow), ..Row::new(child) }.outcome(), OK);
    assert_eq!(Row { session: Some(Nothing), ..Row::new(child) }.outcome(), NO_SESSION);
}

#[test]
fn a_session_without_policies_of_its_own_may_do_nothing_if_it_must_have_some() {
    let everything = plain(Allow);
    let identity = [Attached { name: "p", policy: &everything }];
    let policies = Policies { identity: &identity, session: Some(&[]), ..Policies::default() };
    let request = Request { principal: alice(), action: "sqs:SendMessage", resource: QUEUE, context: &() };
    assert_eq!(evaluate(&policies, &request).reason.text("x"), NO_SESSION);
}

#[test]
fn callers_without_an_account_live_by_the_resource_alone() {
    let service = Who::service("sns.amazonaws.com", "");
    let token = Who::web_identity("idp.example");
    for (who, principal, expected) in [
        (Who::anonymous(), Some(r#""*""#), OK),
        (Who::anonymous(), None, NO_RESOURCE),
        (Who::anonymous(), Some(r#"{"AWS": "111111111111"}"#), NO_RESOURCE),
        (service, Some(r#"{"Service": "sns.amazonaws.com"}"#), OK),
        (service, Some(r#"{"Service": "s3.amazonaws.com"}"#), NO_RESOURCE),
        (token, Some(r#"{"Federated": "idp.example"}"#), OK),
        (token, Some(r#"{"AWS": "*"}"#), NO_RESOURCE),
    ] {
        let row = Row { resource: principal.map(|principal| (Allow, principal)), identity: Allow, ..Row::new(who) };
        assert_eq!(row.outcome(), expected, "{principal:?} to {who:?}");
    }
}

/// What the policies of each level say.
type Levels<'a> = &'a [&'a [Says]];

/// Organizations and endpoints bound everything that comes after them.
struct Bounds<'a> {
    who: Who<'a>,
    scp: Levels<'a>,
    rcp: Levels<'a>,
    endpoint: Option<Says>,
}

impl Bounds<'_> {
    fn outcome(&self) -> String {
        let everyone = r#""Principal": "*","#;
        let scp = levels(self.scp, |says| parse(&text(says, ""), Kind::ServiceControl));
        // AWS's own policy is the only one that allows; the documents here stand for it and for others at once.
        let rcp = levels(self.rcp, |says| parse(&text(says, everyone), Kind::ResourceControlFull));
        let endpoint = self.endpoint.map(|says| parse(&text(says, everyone), Kind::Endpoint));
        let (identity, open) = (plain(Allow), resource(Allow, r#""*""#));
        let attach = |policy| Attached { name: "p", policy };
        let (scp, rcp) = (attached(&scp), attached(&rcp));
        let scp: Vec<&[Attached<'_>]> = scp.iter().map(Vec::as_slice).collect();
        let rcp: Vec<&[Attached<'_>]> = rcp.iter().map(Vec::as_slice).collect();
        let identity = [attach(&identity)];
        let policies = Policies {
            identity: &identity,
            resource: Some(attach(&open)),
            resource_account: Some(account(1)),
            service_control: &scp,
            resource_control: &rcp,
            endpoint: endpoint.as_ref().map(attach),
            ..Policies::default()
        };
        let request = Request { principal: self.who, action: "sqs:SendMessage", resource: QUEUE, context: &() };
        let decision = evaluate(&policies, &request);
        if decision.allowed { "allowed".to_owned() } else { decision.reason.text("x") }
    }
}

fn attached(levels: &[Vec<Policy>]) -> Vec<Vec<Attached<'_>>> {
    levels.iter().map(|level| level.iter().map(|policy| Attached { name: "b", policy }).collect()).collect()
}

fn levels(says: Levels<'_>, parse: impl Fn(Says) -> Policy) -> Vec<Vec<Policy>> {
    says.iter().map(|level| level.iter().map(|says| parse(*says)).collect()).collect()
}

#[test]
fn every_level_of_an_organization_must_allow() {
    const NO_SCP: &str = "because no service control policy allows the x action";
    const NO_RCP: &str = "because no resource control policy allows the x action";
    const SCP: &str = "with an explicit deny in a service control policy";
    const RCP: &str = "with an explicit deny in a resource control policy";
    let linked = Who::role_session(
        account(1),
        "arn:aws:sts::111111111111:assumed-role/AWSServiceRoleForX/s",
        "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        "AROALINKEDLINKEDLINK",
    );
    let root = Who::root(account(1), "arn:aws:iam::111111111111:root");
    let service = Who::service("sns.amazonaws.com", "");
    let table: &[(Who<'_>, Levels<'_>, Levels<'_>, Option<Says>, &str)] = &[
        (alice(), &[], &[], None, OK),
        (alice(), &[&[Allow], &[Nothing, Allow], &[Allow]], &[], None, OK),
        (alice(), &[&[Allow], &[Nothing], &[Allow]], &[], None, NO_SCP),
        (alice(), &[&[Allow], &[]], &[], None, NO_SCP),
        (alice(), &[&[Allow], &[Allow, Deny]], &[], None, SCP),
        (alice(), &[], &[&[Allow], &[Allow]], None, OK),
        (alice(), &[], &[&[Allow], &[Nothing]], None, NO_RCP),
        (alice(), &[], &[&[Allow, Deny]], None, RCP),
        (alice(), &[&[Deny]], &[&[Deny]], Some(Deny), SCP),
        (alice(), &[&[Nothing]], &[&[Nothing]], Some(Nothing), NO_RCP),
        (root, &[&[Allow, Deny]], &[], None, SCP),
        (root, &[&[Nothing]], &[], None, NO_SCP),
        (linked, &[&[Deny]], &[&[Deny]], None, OK),
        (service, &[&[Deny]], &[], None, OK),
        (service, &[], &[&[Allow, Deny]], None, RCP),
        (Who::anonymous(), &[], &[&[Allow, Deny]], None, RCP),
        (alice(), &[], &[], Some(Allow), OK),
        (alice(), &[], &[], Some(Nothing), "because no VPC endpoint policy allows the x action"),
        (root, &[], &[], Some(Deny), "with an explicit deny in a VPC endpoint policy"),
        (Who::anonymous(), &[], &[], Some(Nothing), "because no VPC endpoint policy allows the x action"),
    ];
    for (index, (who, scp, rcp, endpoint, expected)) in table.iter().enumerate() {
        assert_eq!(Bounds { who: *who, scp, rcp, endpoint: *endpoint }.outcome(), *expected, "row {index}");
    }
}

#[test]
fn a_trust_policy_has_words_of_its_own() {
    let trust = |effect: &str, principal: &str| {
        let statement =
            format!(r#""Effect": "{effect}", "Principal": {{"AWS": "{principal}"}}, "Action": "sts:AssumeRole""#);
        parse(&format!(r#"{{"Statement": {{{statement}}}}}"#), Kind::Trust)
    };
    for (policy, expected) in [
        (trust("Allow", "222222222222"), "because no role trust policy allows the sts:AssumeRole action"),
        (trust("Deny", ALICE), "with an explicit deny in the role trust policy"),
        (trust("Allow", "111111111111"), "because no identity-based policy allows the sts:AssumeRole action"),
    ] {
        let policies = Policies {
            resource: Some(Attached { name: ROLE, policy: &policy }),
            resource_rule: ResourceRule::Required,
            resource_account: Some(account(1)),
            ..Policies::default()
        };
        let request = Request { principal: alice(), action: "sts:AssumeRole", resource: ROLE, context: &() };
        assert_eq!(evaluate(&policies, &request).reason.text("sts:AssumeRole"), expected);
    }
}
