//! Any text as a policy of every kind, and any request of it: nothing panics, every statement has its place in the
//! text, and an evaluation and its explanation give the same answer.
//!
//! The input is a document, an action, a resource and a value for every key, apart by the byte 0xFF.
#![no_main]

mod seeds;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use names::AccountId;
use policy::{Attached, Context, Kind, Policies, Policy, Request, Values, Who, evaluate, explain, significant_length};

const SEEDS: [&[u8]; 5] = [
    b"{\"Version\":\"2012-10-17\",\"Id\":\"x\",\"Statement\":[{\"Sid\":\"A\",\"Effect\":\"Allow\",\"Action\":[\"sqs:Send*\",\"s3:?et\"],\"NotResource\":\"arn:aws:sqs:*:*:${aws:username}-*\",\"Condition\":{\"StringLikeIfExists\":{\"a:b\":[\"x*\",\"${k, 'd'}\"]},\"ForAllValues:ArnNotLike\":{\"a:c\":\"arn:aws:*:??\"}}}]}\xffsqs:SendMessage\xffarn:aws:sqs:eu-west-1:000000000000:q\xffx",
    b"{\"Version\":\"2008-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":[\"arn:aws:iam::000000000000:role/r\",\"000000000000\"],\"Service\":\"sns.amazonaws.com\"},\"NotAction\":\"a:b\",\"Resource\":\"*\"}}\xffA:B\xff*\xff",
    b"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"a:*\",\"Condition\":{\"DateLessThan\":{\"a:t\":\"2026-01-01T00:00:00.5+02:00\"},\"NumericEquals\":{\"a:n\":[1,-2.5e3]},\"NotIpAddress\":{\"a:i\":\"2001:db8::/32\"},\"Bool\":{\"a:b\":true},\"BinaryEquals\":{\"a:x\":\"YWRh\"},\"Null\":{\"a:z\":false}}}}\xffa:b\xffarn:a:b:c:d:e:f\xff2026-01-01",
    b"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\",\"Federated\":\"idp\"},\"Action\":[\"sts:AssumeRole\",\"sts:Tag*\"]}}\xffsts:AssumeRole\xffarn:aws:iam::000000000000:role/r\xff10.0.0.1",
    b"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::a*b*c/*?*\",\"arn:aws:logs:*:log-group:*\"]}]}\xffs3:Get\xffarn:aws:s3:::aabbcc/d\xfftrue",
];

const KINDS: [Kind; 9] = [
    Kind::Identity,
    Kind::Inline,
    Kind::Session,
    Kind::Resource,
    Kind::Trust,
    Kind::ServiceControl,
    Kind::ResourceControl,
    Kind::ResourceControlFull,
    Kind::Endpoint,
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let parts: Vec<&str> = bytes.split(|b| *b == 0xFF).map(|part| std::str::from_utf8(part).unwrap_or("")).collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or("");
    let (text, action, resource, value) = (part(0), part(1), part(2), part(3));
    assert!(significant_length(text) <= text.chars().count());
    for kind in KINDS {
        if let Ok(policy) = Policy::parse(text, kind) {
            places(&policy, text);
            asked(&policy, action, resource, &Everywhere(value));
        }
    }
});

/// A value for every key but one.
struct Everywhere<'a>(&'a str);

impl Context for Everywhere<'_> {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        match key {
            "a:z" => None,
            "a:c" => Some(Values::Many(vec![self.0.into(), "x".into()])),
            _ => Some(Values::one(self.0)),
        }
    }
}

/// Statements stand one after the other in the text.
fn places(policy: &Policy, text: &str) {
    let lines = text.lines().count().max(1) as u32 + 1;
    let mut before = (1, 1);
    for statement in policy.statements() {
        let span = statement.span();
        let (start, end) = ((span.start.line, span.start.column), (span.end.line, span.end.column));
        assert!(before <= start && start < end && end.0 <= lines, "{before:?} {span:?}");
        before = end;
    }
    for key in policy.context_keys() {
        assert!(policy.mentions(key));
    }
}

/// The policy in every place it can stand in, for callers of several sorts.
fn asked(policy: &Policy, action: &str, resource: &str, context: &dyn Context) {
    let account = AccountId::DEFAULT;
    let attached = Attached { name: "p", policy };
    let (one, level) = ([attached], [attached]);
    let levels = [&level[..]];
    let identity = Policies { identity: &one, boundary: Some(attached), session: Some(&one), ..Policies::default() };
    let bounded =
        Policies { service_control: &levels, resource_control: &levels, endpoint: Some(attached), ..identity };
    let owned = Policies { resource: Some(attached), resource_account: Some(account), ..Policies::default() };
    let session = "arn:aws:sts::000000000000:assumed-role/r/s";
    let callers = [
        Who::root(account, "arn:aws:iam::000000000000:root"),
        Who::role_session(account, session, "arn:aws:iam::000000000000:role/r", "AROAEXAMPLEEXAMPLE00:s"),
        Who::service("sns.amazonaws.com", "eu-west-1"),
        Who::web_identity("idp"),
        Who::anonymous(),
    ];
    for principal in callers {
        let request = Request { principal, action, resource, context };
        for policies in [identity, bounded, owned] {
            let decision = evaluate(&policies, &request);
            assert_eq!(explain(&policies, &request).decision(), decision);
            assert_eq!(decision.allowed, decision.reason.text(action).is_empty());
        }
    }
}
