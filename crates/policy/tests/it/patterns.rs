//! Wildcards of actions and resources, and policy variables.

use policy::{Attached, Kind, MapContext, Policies, Request, evaluate};

use crate::support::{alice, allows, holds, parse};

fn action(element: &str, action: &str) -> bool {
    allows(&format!(r#"{element}, "Resource": "*""#), action, "*", &MapContext::new())
}

fn resource(pattern: &str, resource: &str) -> bool {
    allows(&format!(r#""Action": "*", "Resource": "{pattern}""#), "a:b", resource, &MapContext::new())
}

#[test]
fn actions_regard_no_case() {
    for (element, asked, expected) in [
        (r#""Action": "SQS:sendmessage""#, "sqs:SendMessage", true),
        (r#""Action": "sqs:Send*""#, "sqs:SendMessage", true),
        (r#""Action": "sqs:*Message""#, "sqs:SendMessageBatch", false),
        (r#""Action": "sqs:Send?essage""#, "sqs:SendMessage", true),
        (r#""Action": "*""#, "sqs:SendMessage", true),
        (r#""Action": "s3:*""#, "sqs:SendMessage", false),
        (r#""Action": ["s3:*", "sqs:Get*", "sqs:SEND*"]"#, "sqs:SendMessage", true),
        (r#""NotAction": "s3:*""#, "sqs:SendMessage", true),
        (r#""NotAction": ["s3:*", "SQS:*"]"#, "sqs:SendMessage", false),
        (r#""NotAction": "*""#, "sqs:SendMessage", false),
    ] {
        assert_eq!(action(element, asked), expected, "{element} {asked}");
    }
}

/// Pattern, resource, whether it matches.
const RESOURCES: &[(&str, &str, bool)] = &[
    ("*", "*", true),
    ("*", "arn:aws:sqs:eu:1:q", true),
    ("arn:aws:sqs:eu:1:q", "*", false),
    ("arn:aws:sqs:eu:1:q", "arn:aws:sqs:eu:1:q", true),
    ("arn:aws:sqs:eu:1:q", "arn:aws:sqs:eu:1:Q", false),
    ("arn:aws:sqs:*:*:q*", "arn:aws:sqs:eu:1:queue", true),
    ("arn:aws:sqs:??:1:q", "arn:aws:sqs:eu:1:q", true),
    ("arn:aws:sqs:?:1:q", "arn:aws:sqs:eu:1:q", false),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", true),
    ("arn:aws:s3:::b/*/c", "arn:aws:s3:::b/x/y/c", true),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::b", false),
    ("arn:aws:s3:::b?", "arn:aws:s3:::b:", true),
    ("arn:aws:logs:*:*:log-group:a*:*", "arn:aws:logs:eu:1:log-group:app:log-stream:s", true),
    // Within the first five parts, a wildcard stays in its part…
    ("arn:aws:sqs:e*u:1:q", "arn:aws:sqs:e:u:1:q", false),
    ("arn:aws:sqs:e?u:1:q", "arn:aws:sqs:e:u:1:q", false),
    ("arn:aws:s*s:eu:1:q", "arn:aws:sqs:eu:1:q", true),
    // …but for a star that ends it, which may run on.
    ("arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:us-east-1:1:table/prod-a", true),
    ("arn:aws:dynamodb:us-*:table/prod-*", "arn:aws:dynamodb:us-east-1:1:table/prod-a", true),
    ("arn:aws:dynamodb:us-*:table/prod-*", "arn:aws:dynamodb:eu-west-1:1:table/prod-a", false),
    // What is left out is anything.
    ("arn:aws:codepipeline:*", "arn:aws:codepipeline:eu:1:p/stage", true),
    ("arn:aws:sqs", "arn:aws:sqs:eu:1:q", true),
    ("arn:aws:sqs", "arn:aws:sqsx:eu:1:q", false),
    ("arn:*:sqs:eu:1:q", "arn:aws-cn:sqs:eu:1:q", true),
];

#[test]
fn resources_match_part_by_part() {
    for (pattern, asked, expected) in RESOURCES {
        let element = format!(r#""Action": "*", "Resource": "{pattern}""#);
        // What is no document of IAM may still be one of a resource; the matcher is the same.
        let principal = format!(r#"{element}, "Principal": "*""#);
        let policy = parse(&crate::support::statement(&principal), Kind::Resource);
        let attached = Attached { name: "r", policy: &policy };
        let policies = Policies { resource: Some(attached), ..Policies::default() };
        let request = Request { principal: alice(), action: "a:b", resource: asked, context: &() };
        assert_eq!(evaluate(&policies, &request).allowed, *expected, "{pattern} {asked}");
    }
}

#[test]
fn not_resource_is_the_complement() {
    let context = MapContext::new();
    let not = |asked| {
        allows(r#""Action": "*", "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]"#, "s3:X", asked, &context)
    };
    assert!(!not("arn:aws:s3:::a"));
    assert!(!not("arn:aws:s3:::a/b"));
    assert!(not("arn:aws:s3:::b"));
    assert!(not("*"));
}

#[test]
fn variables_stand_in_resources() {
    let context = MapContext::new().with("aws:username", "ada").with("aws:PrincipalTag/Team", "*").with("x:y", "a:b");
    let check = |pattern: &str, asked: &str, expected: bool| {
        let element = format!(r#""Action": "*", "Resource": "{pattern}""#);
        assert_eq!(allows(&element, "a:b", asked, &context), expected, "{pattern} {asked}");
    };
    check("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/ada/x", true);
    check("arn:aws:s3:::b/${AWS:UserName}/*", "arn:aws:s3:::b/bob/x", false);
    // A star in a value is a star.
    check("arn:aws:s3:::b/${aws:PrincipalTag/team}", "arn:aws:s3:::b/x", false);
    check("arn:aws:s3:::b/${aws:PrincipalTag/team}", "arn:aws:s3:::b/*", true);
    check("arn:aws:s3:::b/${x:y}", "arn:aws:s3:::b/a:b", true);
    check("arn:aws:s3:::b/${*}${?}${$}", "arn:aws:s3:::b/*?$", true);
    check("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", false);
    check("arn:aws:s3:::b/${no:key}", "arn:aws:s3:::b/", false);
    check("arn:aws:s3:::b/${no:key, 'a*}'}", "arn:aws:s3:::b/a*}", true);
    check("arn:aws:s3:::b/${no:key,''}", "arn:aws:s3:::b/", true);
    check("arn:aws:s3:::b/${aws:username, 'x'}", "arn:aws:s3:::b/ada", true);
    check("arn:aws:s3:::b/${aws:username", "arn:aws:s3:::b/${aws:username", true);
    check("arn:aws:s3:::b/${}", "arn:aws:s3:::b/", false);
}

#[test]
fn a_variable_with_several_values_stands_for_nothing() {
    let mut context = MapContext::new();
    context.insert("aws:TagKeys", ["a", "b"]);
    assert!(!allows(r#""Action": "*", "Resource": "arn:aws:s3:::${aws:TagKeys}""#, "a:b", "arn:aws:s3:::a", &context));
    assert!(!allows(
        r#""Action": "*", "Resource": "arn:aws:s3:::${aws:TagKeys,'a'}""#,
        "a:b",
        "arn:aws:s3:::a",
        &context
    ));
}

#[test]
fn variables_stand_in_conditions_on_texts_and_arns() {
    let context = MapContext::new()
        .with("a:x", "Ada")
        .with("a:n", "5")
        .with("a:arn", "arn:aws:sns:eu:1:Ada:b")
        .with("a:c", "eu:1");
    for (condition, expected) in [
        (r#"{"StringEquals": {"a:x": "${a:x}"}}"#, true),
        (r#"{"StringEquals": {"a:arn": "arn:aws:sns:${a:c}:${a:x}:b"}}"#, true),
        (r#"{"StringEqualsIgnoreCase": {"a:x": "${a:none, 'ADA'}"}}"#, true),
        (r#"{"StringLike": {"a:arn": "*:${a:x}:?"}}"#, true),
        (r#"{"ArnLike": {"a:arn": "arn:aws:sns:${a:c}:${a:x}*"}}"#, true),
        (r#"{"ArnEquals": {"a:arn": "${a:arn}"}}"#, true),
        (r#"{"NumericEquals": {"a:n": "${a:n}"}}"#, false),
        // What stands for nothing equals nothing, so a negation holds.
        (r#"{"StringEquals": {"a:x": "${a:none}"}}"#, false),
        (r#"{"StringEquals": {"a:x": ["${a:none}", "Ada"]}}"#, true),
        (r#"{"StringNotEquals": {"a:x": "${a:none}"}}"#, true),
        (r#"{"StringNotLike": {"a:x": "${a:none}*"}}"#, true),
    ] {
        assert_eq!(holds(condition, &context), expected, "{condition}");
    }
}

#[test]
fn the_older_version_has_no_variables() {
    let text = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}"}}"#;
    let policy = parse(text, Kind::Inline);
    let identity = [Attached { name: "p", policy: &policy }];
    let policies = Policies { identity: &identity, ..Policies::default() };
    let context = MapContext::new().with("aws:username", "ada");
    let allowed = |resource| {
        evaluate(&policies, &Request { principal: alice(), action: "a:b", resource, context: &context }).allowed
    };
    assert!(!allowed("arn:aws:s3:::ada"));
    assert!(allowed("arn:aws:s3:::${aws:username}"));
    assert!(policy.context_keys().is_empty());
}

#[test]
fn stars_that_touch_are_one() {
    assert!(resource("arn:aws:s3:::a**b***", "arn:aws:s3:::aXbY"));
    assert!(!resource("arn:aws:s3:::a**b", "arn:aws:s3:::a"));
}

#[test]
fn keys_are_listed() {
    let text = crate::support::statement(
        r#""Action": "*", "Resource": ["arn:aws:s3:::${aws:username}", "arn:aws:s3:::${AWS:userName}/${aws:PrincipalTag/a}"],
           "Condition": {"StringEquals": {"aws:RequestTag/b": "${s3:prefix}"}, "Null": {"aws:TokenIssueTime": true}}"#,
    );
    let policy = parse(&text, Kind::Identity);
    let keys = ["aws:PrincipalTag/a", "aws:RequestTag/b", "aws:TokenIssueTime", "aws:username", "s3:prefix"];
    assert_eq!(policy.context_keys(), {
        let mut sorted = keys;
        sorted.sort_by_key(|key| key.to_lowercase());
        sorted
    });
    for (prefix, expected) in
        [("aws:principaltag/", true), ("AWS:RequestTag/b", true), ("aws:ResourceTag/", false), ("s3:", true)]
    {
        assert_eq!(policy.mentions(prefix), expected, "{prefix}");
    }
    let tag = r#""Action": "*", "Resource": "*", "Condition": {"Null": {"aws:RequestTag/ÉÉ": true}}"#;
    assert!(parse(&crate::support::statement(tag), Kind::Identity).mentions("AWS:RequestTag/É"));
}
