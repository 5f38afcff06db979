//! What the tables share: short ways to parse, and to ask whether one statement fits.

use names::AccountId;
use policy::{Attached, Kind, MapContext, Policies, Policy, Request, Who, evaluate};

pub(crate) const ALICE: &str = "arn:aws:iam::111111111111:user/alice";
pub(crate) const ROLE: &str = "arn:aws:iam::111111111111:role/app/worker";
pub(crate) const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/worker/s1";
pub(crate) const QUEUE: &str = "arn:aws:sqs:eu-west-1:111111111111:orders";

/// The account of this number repeated.
pub(crate) fn account(digit: u64) -> AccountId {
    AccountId::from_number(digit * 111_111_111_111).unwrap()
}

pub(crate) fn alice() -> Who<'static> {
    Who::user(account(1), ALICE, "AIDAALICEALICEALICE1")
}

pub(crate) fn worker() -> Who<'static> {
    Who::role_session(account(1), SESSION, ROLE, "AROAWORKERWORKERWORK")
}

pub(crate) fn parse(text: &str, kind: Kind) -> Policy {
    Policy::parse(text, kind).unwrap_or_else(|malformed| panic!("{malformed}: {text}"))
}

/// Allows everything where `element` (`"Action": …` and so on) holds.
pub(crate) fn statement(elements: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {elements}}}}}"#)
}

/// Whether an identity policy of one statement allows an action on a resource.
pub(crate) fn allows(elements: &str, action: &str, resource: &str, context: &MapContext) -> bool {
    let policy = parse(&statement(elements), Kind::Inline);
    let identity = [Attached { name: "p", policy: &policy }];
    let policies = Policies { identity: &identity, ..Policies::default() };
    evaluate(&policies, &Request { principal: alice(), action, resource, context }).allowed
}

/// Whether a condition element holds.
pub(crate) fn holds(condition: &str, context: &MapContext) -> bool {
    allows(&format!(r#""Action": "*", "Resource": "*", "Condition": {condition}"#), "a:b", "*", context)
}
