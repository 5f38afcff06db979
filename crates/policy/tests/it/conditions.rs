//! Every condition operator with its negation, its suffix and its qualifiers, and what absent keys and lists mean.

use policy::{Kind, MapContext, Policy};

use crate::support::{holds, statement};

/// One value of the request against one of the policy.
fn single(operator: &str, want: &str, have: &str) -> bool {
    let condition = format!(r#"{{"{operator}": {{"x:Key": {want}}}}}"#);
    holds(&condition, &MapContext::new().with("X:KEY", have))
}

/// Operator, value of the policy (JSON), value of the request, whether it holds.
const SINGLE: &[(&str, &str, &str, bool)] = &[
    ("StringEquals", r#""a*""#, "a*", true),
    ("StringEquals", r#""a*""#, "ab", false),
    ("StringEquals", r#""A""#, "a", false),
    ("StringEquals", r#"["a", "b"]"#, "b", true),
    ("StringEquals", "true", "true", true),
    ("StringEquals", "12", "12", true),
    ("StringEquals", "[]", "a", false),
    ("StringNotEquals", r#"["a", "b"]"#, "b", false),
    ("StringNotEquals", r#"["a", "b"]"#, "c", true),
    ("StringNotEquals", "[]", "a", true),
    ("StringEqualsIgnoreCase", r#""ÉcolE""#, "éCOLe", true),
    ("StringEqualsIgnoreCase", r#""a?""#, "ab", false),
    ("StringNotEqualsIgnoreCase", r#""A""#, "a", false),
    ("StringNotEqualsIgnoreCase", r#""A""#, "b", true),
    ("StringLike", r#""a*c?""#, "abbcd", true),
    ("StringLike", r#""a*c?""#, "abbc", false),
    ("StringLike", r#""A*""#, "ab", false),
    ("StringLike", r#""*""#, "", true),
    ("StringLike", r#""?""#, "é", true),
    ("StringNotLike", r#"["a*", "b*"]"#, "bx", false),
    ("StringNotLike", r#"["a*", "b*"]"#, "cx", true),
    ("NumericEquals", "10", "10.0", true),
    ("NumericEquals", r#""9007199254740993""#, "9007199254740992", false),
    ("NumericEquals", r#""x""#, "10", false),
    ("NumericEquals", "10", "x", false),
    ("NumericEquals", r#""inf""#, "inf", false),
    ("NumericNotEquals", "10", "11", true),
    ("NumericNotEquals", "10", "10", false),
    ("NumericNotEquals", "10", "x", true),
    ("NumericLessThan", "10", "9.5", true),
    ("NumericLessThan", "10", "10", false),
    ("NumericLessThanEquals", "10", "10", true),
    ("NumericLessThanEquals", "-1.5", "-1.4", false),
    ("NumericGreaterThan", "10", "10", false),
    ("NumericGreaterThan", "10", "1e2", true),
    ("NumericGreaterThanEquals", "[50, 10]", "10", true),
    ("DateEquals", r#""2026-01-01T00:00:00Z""#, "2026-01-01T01:00:00+01:00", true),
    ("DateEquals", r#""2026-01-01""#, "1767225600", true),
    ("DateNotEquals", r#""2026-01-01""#, "1767225601", true),
    ("DateNotEquals", r#""2026-01-01""#, "1767225600", false),
    ("DateLessThan", r#""2026-01-01T00:00:00Z""#, "2025-12-31T23:59:59.999Z", true),
    ("DateLessThan", r#""2026-01-01T00:00:00Z""#, "2026-01-01T00:00:00Z", false),
    ("DateLessThanEquals", r#""2026-01-01T00:00:00Z""#, "2026-01-01T00:00:00Z", true),
    ("DateGreaterThan", r#""2026-01-01T00:00:00Z""#, "2026-01-01T00:00:01Z", true),
    ("DateGreaterThan", "1767225600", "1767225600", false),
    ("DateGreaterThanEquals", "1767225600", "2026-01-01", true),
    ("DateGreaterThanEquals", "1767225600", "soon", false),
    ("DateGreaterThan", r#""01T""#, "2026-01-01", true),
    ("Bool", r#""true""#, "true", true),
    ("Bool", "true", "True", true),
    ("Bool", "false", "true", false),
    ("Bool", r#""yes""#, "true", false),
    ("Bool", r#"["true", "false"]"#, "false", true),
    ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ5", true),
    ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ6", false),
    ("BinaryEquals", r#""!""#, "!", false),
    ("IpAddress", r#""203.0.113.0/24""#, "203.0.113.9", true),
    ("IpAddress", r#"["10.0.0.0/8", "2001:db8::/32"]"#, "2001:db8:1::1", true),
    ("IpAddress", r#""203.0.113.0/24""#, "203.0.114.9", false),
    ("IpAddress", r#""203.0.113.7""#, "203.0.113.7", true),
    ("IpAddress", r#""203.0.113""#, "203.0.113.7", false),
    ("NotIpAddress", r#""203.0.113.0/24""#, "203.0.113.9", false),
    ("NotIpAddress", r#""203.0.113.0/24""#, "198.51.100.1", true),
    ("ArnEquals", r#""arn:aws:sns:*:1:t?pic""#, "arn:aws:sns:eu:1:topic", true),
    ("ArnLike", r#""arn:aws:sns:*:1:topic""#, "arn:aws:sns:eu:2:topic", false),
    ("ArnLike", r#""arn:aws:*:topic""#, "arn:aws:sns:eu:1:topic", false),
    ("ArnLike", r#""arn:aws:iam::1:role/*""#, "arn:aws:iam::1:role/a/b:c", true),
    ("ArnLike", r#""arn:aws:iam::*""#, "arn:aws:iam::1:role/a", true),
    ("ArnLike", r#""*""#, "arn:aws:iam::1:role/a", true),
    ("ArnLike", r#""*""#, "no arn", false),
    ("ArnNotEquals", r#""arn:aws:sns:*:*:topic""#, "arn:aws:sns:eu:1:topic", false),
    ("ArnNotLike", r#""arn:aws:sns:*:*:topic""#, "arn:aws:sns:eu:1:other", true),
    ("Null", "false", "x", true),
    ("Null", r#""true""#, "x", false),
    ("Null", r#"["true", false]"#, "x", true),
    ("StringEqualsIfExists", r#""a""#, "b", false),
    ("ForAnyValue:StringEquals", r#""a""#, "a", true),
    ("ForAllValues:StringEquals", r#""a""#, "b", false),
];

#[test]
fn each_operator_compares_as_aws_does() {
    for (operator, want, have, expected) in SINGLE {
        assert_eq!(single(operator, want, have), *expected, "{operator} {want} of {have}");
    }
}

const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
    "Null",
];

/// A key that is absent, and one that is there with an empty list, for every form of every operator.
#[test]
fn an_absent_key_means_what_the_form_says() {
    let empty = {
        let mut context = MapContext::new();
        context.insert("x:key", [""; 0]);
        context
    };
    for operator in OPERATORS.iter().filter(|operator| **operator != "Null") {
        let negated = operator.contains("Not");
        for (form, expected) in [
            (operator.to_string(), negated),
            (format!("{operator}IfExists"), true),
            (format!("ForAllValues:{operator}"), true),
            (format!("ForAllValues:{operator}IfExists"), true),
            (format!("ForAnyValue:{operator}"), false),
            (format!("ForAnyValue:{operator}IfExists"), true),
        ] {
            let condition = format!(r#"{{"{form}": {{"x:Key": "2026"}}}}"#);
            assert_eq!(holds(&condition, &MapContext::new()), expected, "{form} without the key");
            assert_eq!(holds(&condition, &empty), expected, "{form} with an empty list");
        }
    }
    for (want, expected) in [("true", true), ("false", false)] {
        assert_eq!(holds(&format!(r#"{{"Null": {{"x:Key": {want}}}}}"#), &empty), expected);
    }
}

#[test]
fn a_key_with_several_values_is_compared_as_the_qualifier_says() {
    let mut context = MapContext::new();
    context.insert("x:key", ["a", "b"]);
    for (operator, want, expected) in [
        ("StringEquals", r#"["b", "c"]"#, true),
        ("StringEquals", r#"["c"]"#, false),
        ("StringNotEquals", r#"["b", "c"]"#, false),
        ("StringNotEquals", r#"["c"]"#, true),
        ("ForAllValues:StringEquals", r#"["a", "b", "c"]"#, true),
        ("ForAllValues:StringEquals", r#"["a", "c"]"#, false),
        ("ForAllValues:StringNotEquals", r#"["a", "c"]"#, false),
        ("ForAllValues:StringNotEquals", r#"["c", "d"]"#, true),
        ("ForAnyValue:StringEquals", r#"["b", "c"]"#, true),
        ("ForAnyValue:StringEquals", r#"["c"]"#, false),
        ("ForAnyValue:StringNotEquals", r#"["b", "c"]"#, true),
        ("ForAnyValue:StringNotEquals", r#"["a", "b"]"#, false),
        ("ForAnyValue:StringLike", r#"["?"]"#, true),
    ] {
        let condition = format!(r#"{{"{operator}": {{"x:Key": {want}}}}}"#);
        assert_eq!(holds(&condition, &context), expected, "{operator} {want}");
    }
}

#[test]
fn all_lines_must_hold() {
    let context = MapContext::new().with("a:a", "1").with("b:b", "2");
    let both = |a: u8, b: u8| {
        format!(r#"{{"StringEquals": {{"a:a": "{a}", "B:B": "{b}"}}, "NumericLessThan": {{"A:a": 5}}}}"#)
    };
    assert!(holds(&both(1, 2), &context));
    assert!(!holds(&both(1, 3), &context));
    assert!(!holds(&both(2, 2), &context));
}

#[test]
fn unknown_operators_are_refused() {
    for operator in
        ["StringEqual", "stringequals", "NullIfExists", "ForAnyValue::StringEquals", "ForSome:Bool", "NotBool"]
    {
        let condition = format!(r#""Condition": {{"{operator}": {{"a:b": "c"}}}}"#);
        let text = statement(&format!(r#""Action": "a:b", "Resource": "*", {condition}"#));
        assert_eq!(Policy::parse(&text, Kind::Identity).unwrap_err().message, "Syntax errors in policy.", "{operator}");
    }
    for operator in OPERATORS {
        for form in [operator.to_owned(), format!("ForAllValues:{operator}"), format!("ForAnyValue:{operator}")] {
            let condition = format!(r#""Condition": {{"{form}": {{"a:b": "2026"}}}}"#);
            let text = statement(&format!(r#""Action": "a:b", "Resource": "*", {condition}"#));
            assert!(Policy::parse(&text, Kind::Identity).is_ok(), "{form}");
        }
    }
}
