//! What an explanation shows, and that it can be stored.

use policy::{
    Attached, Cause, Explanation, Kind, MapContext, Outcome, Policies, Policy, Position, Request, Source, explain,
};

use crate::support::{QUEUE, account, alice, parse};

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Other", "Effect": "Allow", "Action": "s3:*", "Resource": "*"},
  {"Sid": "Elsewhere", "Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:us-east-1:*:*"},
  {"Sid": "Mfa", "Effect": "Allow", "Action": "sqs:*", "Resource": "*",
   "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"aws:PrincipalTag/Team": ["a", "b"]}}},
  {"Sid": "Fits", "Effect": "Allow", "Action": "sqs:Send*", "Resource": "*"},
  {"Sid": "No", "Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*",
   "Condition": {"StringLike": {"aws:PrincipalTag/team": "c*"}}}
]}"#;

fn explained(policy: &Policy, context: &MapContext) -> Explanation {
    let identity = [Attached { name: "arn:aws:iam::111111111111:policy/p", policy }];
    let policies = Policies { identity: &identity, resource_account: Some(account(1)), ..Policies::default() };
    explain(&policies, &Request { principal: alice(), action: "sqs:SendMessage", resource: QUEUE, context })
}

#[test]
fn it_tells_for_each_statement_what_did_not_fit() {
    let policy = parse(POLICY, Kind::Identity);
    let explanation = explained(&policy, &MapContext::new().with("aws:multifactorauthpresent", "false"));
    assert!(explanation.allowed);
    let outcomes: Vec<_> = explanation.policies[0].statements.iter().map(|s| s.outcome.clone()).collect();
    let unmet = |operator: &str, key: &str, want: &str, have: Option<&str>| Outcome::Condition {
        operator: operator.to_owned(),
        key: key.to_owned(),
        want: vec![want.to_owned()],
        have: have.map(|have| vec![have.to_owned()]),
    };
    assert_eq!(
        outcomes,
        [
            Outcome::Action,
            Outcome::Resource,
            unmet("Bool", "aws:MultiFactorAuthPresent", "true", Some("false")),
            Outcome::Matched,
            unmet("StringLike", "aws:PrincipalTag/team", "c*", None),
        ]
    );
    assert_eq!(explanation.missing_context_keys, ["aws:PrincipalTag/Team"]);
    let matched: Vec<_> = explanation.matched().map(|(policy, s)| (policy.name.as_str(), s.sid.as_deref())).collect();
    assert_eq!(matched, [("arn:aws:iam::111111111111:policy/p", Some("Fits"))]);
}

#[test]
fn it_names_the_statement_that_denies() {
    let policy = parse(POLICY, Kind::Identity);
    let explanation = explained(&policy, &MapContext::new().with("aws:PrincipalTag/Team", "core"));
    let name = "arn:aws:iam::111111111111:policy/p".to_owned();
    assert_eq!(explanation.cause, Cause::ExplicitDeny { source: Source::Identity, policy: name, statement: 4 });
    assert_eq!(explanation.decision().reason.simulated(), "explicitDeny");
    let matched: Vec<_> = explanation.matched().map(|(_, statement)| statement.sid.as_deref()).collect();
    assert_eq!(matched, [Some("No")]);
    let (_, denying) = explanation.matched().next().unwrap();
    let places = (denying.span.start, denying.span.end);
    assert_eq!(places, (Position { line: 6, column: 77 }, Position { line: 8, column: 65 }));
}

/// An evaluation stops at the first denial; its explanation goes on to the end.
#[test]
fn it_shows_what_stands_behind_a_denial() {
    let deny = r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#;
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{deny}, {deny}]}}"#);
    let policy = parse(&text, Kind::Identity);
    let attached = Attached { name: "p", policy: &policy };
    let (identity, level) = ([attached, attached], [attached]);
    let policies = Policies {
        identity: &identity,
        boundary: Some(attached),
        service_control: &[&level, &level],
        ..Policies::default()
    };
    let request = Request { principal: alice(), action: "a:b", resource: QUEUE, context: &() };
    let shown: Vec<_> = explain(&policies, &request)
        .policies
        .iter()
        .map(|policy| (policy.source, policy.level, policy.statements.len()))
        .collect();
    let (scp, identity) = (Source::ServiceControl, Source::Identity);
    let all =
        [(scp, Some(0), 2), (scp, Some(1), 2), (identity, None, 2), (identity, None, 2), (Source::Boundary, None, 2)];
    assert_eq!(shown, all);
}

#[test]
fn it_shows_only_the_first_values_of_many() {
    let many: Vec<String> = (0..1000).map(|n| format!("v{n}")).collect();
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {{"StringEquals": {{"a:b": {}}}}}}}}}"#,
        serde_json::to_string(&many).unwrap()
    );
    let mut context = MapContext::new();
    context.insert("a:b", (0..1000).map(|n| format!("w{n}")));
    let explanation = explained(&parse(&text, Kind::Identity), &context);
    let Outcome::Condition { want, have, .. } = &explanation.policies[0].statements[0].outcome else {
        panic!("the condition does not hold");
    };
    assert_eq!((want.len(), have.as_ref().map(Vec::len)), (20, Some(20)));
}

#[test]
fn it_can_be_stored() {
    let explanation = explained(&parse(POLICY, Kind::Identity), &MapContext::new());
    let stored = serde_json::to_string(&explanation).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&stored).unwrap(), explanation);
}
