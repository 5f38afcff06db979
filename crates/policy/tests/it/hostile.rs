//! Documents and requests made to hurt: long lists, many wildcards, deep nesting, odd texts. Work is counted where it
//! can be, by what the context is asked; for the matcher the sizes are such that anything worse than a product of
//! lengths would never come back.

use std::cell::Cell;

use policy::{
    Attached, Context, Kind, MapContext, Policies, Policy, Request, Values, evaluate, explain, significant_length,
};
use proptest::prelude::*;

use crate::support::{alice, allows, holds, parse, statement};

/// Asks a policy of one statement, and its explanation, and wants them to agree.
fn decide(policy: &Policy, action: &str, resource: &str, context: &dyn Context) -> bool {
    let identity = [Attached { name: "p", policy }];
    let policies = Policies { identity: &identity, ..Policies::default() };
    let request = Request { principal: alice(), action, resource, context };
    let decision = evaluate(&policies, &request);
    assert_eq!(explain(&policies, &request).decision(), decision);
    decision.allowed
}

#[test]
fn lists_of_ten_thousand() {
    let list =
        |prefix: &str| serde_json::to_string(&(0..10_000).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>()).unwrap();
    let text = statement(&format!(
        r#""Action": {}, "Resource": {}, "Condition": {{"StringLike": {{"a:b": {}}}, "ForAllValues:ArnLike": {{"a:c": {}}}}}"#,
        list("sqs:A*b"),
        list("arn:aws:sqs:*:*:*q"),
        list("*x*"),
        list("arn:*:*:*:*:*"),
    ));
    let policy = parse(&text, Kind::Identity);
    let mut context = MapContext::new().with("a:b", "--x9999");
    context.insert("a:c", (0..100).map(|n| format!("arn:a:b:c:d:x{n}")));
    assert!(decide(&policy, "sqs:Axxb9999", "arn:aws:sqs:eu:1:zq9999", &context));
    assert!(!decide(&policy, "sqs:Axxb10000x", "arn:aws:sqs:eu:1:zq9999", &context));
    let statements: Vec<String> = (0..10_000)
        .map(|n| format!(r#"{{"Sid": "S{n}", "Effect": "Allow", "Action": "a:b", "Resource": "arn:aws:s3:::b{n}"}}"#))
        .collect();
    let policy =
        parse(&format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(",\n")), Kind::Identity);
    assert!(decide(&policy, "a:b", "arn:aws:s3:::b9999", &()));
    assert_eq!(policy.statements()[9_999].span().end.line, 10_000);
    let principals = serde_json::to_string(&(0..10_000).map(|n| format!("{n:012}")).collect::<Vec<_>>()).unwrap();
    let text = statement(&format!(r#""Principal": {{"AWS": {principals}}}, "Action": "*", "Resource": "*""#));
    assert_eq!(parse(&text, Kind::Resource).principals().count(), 10_000);
}

#[test]
fn a_thousand_stars_against_ten_thousand_letters() {
    let letters = "a".repeat(10_000);
    for (stars, end, expected) in
        [("*a".repeat(1_000), "*b", false), ("*a".repeat(1_000), "*", true), ("*aa?".repeat(300), "*b", false)]
    {
        let pattern = format!("arn:aws:s3:::{stars}{end}");
        let resource = format!("arn:aws:s3:::{letters}");
        let element = format!(r#""Action": "*", "Resource": "{pattern}""#);
        assert_eq!(allows(&element, "a:b", &resource, &MapContext::new()), expected, "{end}");
        let action = format!(r#""Action": "s3:{stars}{end}", "Resource": "*""#);
        assert_eq!(allows(&action, &format!("s3:{letters}"), "*", &MapContext::new()), expected);
        let context = MapContext::new().with("a:b", &letters).with("a:c", &resource);
        assert_eq!(holds(&format!(r#"{{"StringLike": {{"a:b": "{stars}{end}"}}}}"#), &context), expected);
        assert_eq!(holds(&format!(r#"{{"ArnLike": {{"a:c": "{pattern}"}}}}"#), &context), expected);
    }
}

/// Stars that may pass colons and stars that may not, in texts of nothing but colons and one letter.
#[test]
fn stars_of_both_sorts_among_colons() {
    for filler in [":", "a", "a:", "aa:"] {
        let text = format!("arn{}", filler.repeat(10_000 / filler.len()));
        for pattern in ["arn*:a*a*a*b:*:c*d:*x", "arn:*a*a*a*:*a*a*b", "*:*:*:*:*:*y", "?*:a*?*a?:b"] {
            let principal = format!(r#""Principal": "*", "Action": "*", "Resource": "{pattern}""#);
            let policy = parse(&statement(&principal), Kind::Resource);
            let attached = Some(Attached { name: "r", policy: &policy });
            let policies = Policies { resource: attached, ..Policies::default() };
            let request = Request { principal: alice(), action: "a:b", resource: &text, context: &() };
            assert!(!evaluate(&policies, &request).allowed, "{pattern} {filler}");
        }
    }
}

#[test]
fn nesting_is_bounded() {
    for depth in [100, 1_000, 200_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for kind in [Kind::Identity, Kind::Resource, Kind::Trust, Kind::ServiceControl] {
                assert!(Policy::parse(&nested, kind).is_err());
                let inside = statement(&format!(r#""Action": {nested}, "Resource": "*""#));
                assert!(Policy::parse(&inside, kind).is_err());
            }
        }
    }
}

#[test]
fn a_document_at_the_largest_quota() {
    let fill = "x".repeat(20_000);
    let text = statement(&format!(r#""Action": "a:{fill}", "Resource": "arn:aws:s3:::{fill}""#));
    assert!(significant_length(&text) > 40_000);
    assert!(decide(&parse(&text, Kind::Identity), &format!("A:{fill}"), &format!("arn:aws:s3:::{fill}"), &()));
}

/// A context that counts what it is asked.
struct Counting(Cell<usize>);

impl Context for Counting {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        self.0.set(self.0.get() + 1);
        (key == "a:b").then(|| Values::one("x"))
    }
}

#[test]
fn only_what_is_needed_is_asked_for() {
    let counted = |elements: &str, action: &str| {
        let context = Counting(Cell::new(0));
        let policy = parse(&statement(elements), Kind::Identity);
        let identity = [Attached { name: "p", policy: &policy }];
        let policies = Policies { identity: &identity, ..Policies::default() };
        evaluate(&policies, &Request { principal: alice(), action, resource: "*", context: &context });
        context.0.get()
    };
    let condition = r#""Resource": "*", "Condition": {"StringEquals": {"a:b": ["1", "2", "x"], "a:c": "y"}}"#;
    assert_eq!(counted(&format!(r#""Action": "s3:*", {condition}"#), "sqs:X"), 0);
    assert_eq!(counted(&format!(r#""Action": "sqs:*", {condition}"#), "sqs:X"), 2);
}

/// A variable's value may be as long as it likes and hold what it likes.
#[test]
fn variables_do_not_nest_or_grow() {
    let context = MapContext::new().with("a:x", "${a:x}*?").with("a:long", &"*".repeat(10_000));
    assert!(holds(r#"{"StringLike": {"a:x": "${a:x}"}}"#, &context));
    assert!(!holds(r#"{"StringLike": {"a:long": "${a:x}"}}"#, &context));
    let many = "${a:long}".repeat(100);
    assert!(!holds(&format!(r#"{{"StringLike": {{"a:long": "{many}*"}}}}"#), &context));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        for kind in [Kind::Identity, Kind::Resource, Kind::Trust, Kind::ResourceControl] {
            let _ = Policy::parse(&text, kind);
        }
        significant_length(&text);
    }

    #[test]
    fn no_value_panics(action in any::<String>(), resource in any::<String>(), want in any::<String>(), have in any::<String>()) {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        for operator in ["StringLike", "StringEqualsIgnoreCase", "NumericLessThan", "Bool", "BinaryEquals", "IpAddress", "ArnLike"] {
            let element = format!(
                r#""Principal": "*", "Action": {}, "Resource": {}, "Condition": {{"{operator}": {{"a:b": {}}}}}"#,
                quoted(&format!("a:{}", action.replace(':', ""))), quoted(&resource), quoted(&want));
            let Ok(policy) = Policy::parse(&statement(&element), Kind::Resource) else { continue };
            let context = MapContext::new().with("a:b", &have);
            decide(&policy, &have, &want, &context);
            decide(&policy, &format!("a:{}", action.replace(':', "")), &resource, &context);
        }
    }
}
