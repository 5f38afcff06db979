//! Whether a policy lets the public in.
//!
//! A policy is public unless each statement that allows something names who by values that are fixed: principals of AWS
//! without wildcards, or conditions on a network, a source, an organization. Statements that deny do not count.
//! Source: S3 user guide, "Blocking public access", "The meaning of public".

use serde_json::{Map, Value};

use super::statements;

/// Condition keys that fix who is meant, when their values are fixed. In small letters.
const FIXING: [&str; 15] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:sourceorgid",
    "aws:vpcsourceip",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// The widest networks that still fix who is meant.
const WIDEST: [u8; 2] = [8, 32];

/// Whether any statement allows the public something.
pub(crate) fn is_public(document: &Value) -> bool {
    statements(document).any(|statement| {
        let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        allows && !names_principals(statement) && !is_conditioned(statement)
    })
}

/// Whether all principals are fixed.
fn names_principals(statement: &Value) -> bool {
    match statement.get("Principal") {
        Some(Value::String(one)) => !one.contains('*'),
        Some(Value::Object(kinds)) => kinds.values().all(|names| match names {
            Value::String(one) => !one.contains('*'),
            Value::Array(many) => many.iter().all(|one| one.as_str().is_some_and(|one| !one.contains('*'))),
            _ => false,
        }),
        // What is left when some are excepted is everybody else.
        _ => false,
    }
}

/// Whether some condition fixes who is meant.
fn is_conditioned(statement: &Value) -> bool {
    let Some(conditions) = statement.get("Condition").and_then(Value::as_object) else { return false };
    conditions.iter().any(|(operator, keys)| keys.as_object().is_some_and(|keys| any_fixes(operator, keys)))
}

fn any_fixes(operator: &str, keys: &Map<String, Value>) -> bool {
    let operator = operator.to_ascii_lowercase();
    let operator = operator.rsplit(':').next().unwrap_or_default();
    keys.iter().any(|(key, values)| {
        let key = key.to_ascii_lowercase();
        let values: Vec<&str> = match values {
            Value::String(one) => vec![one],
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            _ => return false,
        };
        !values.is_empty() && values.iter().all(|value| fixes(operator, &key, value))
    })
}

fn fixes(operator: &str, key: &str, value: &str) -> bool {
    match operator {
        "ipaddress" => key == "aws:sourceip" && is_narrow(value),
        "stringequals" | "stringequalsignorecase" | "arnequals" | "stringlike" | "arnlike" => {
            FIXING.contains(&key) && is_fixed(key, operator, value)
        }
        _ => false,
    }
}

/// A value is fixed when no wildcard can stand in it; of an access point's ARN only the name may be one.
fn is_fixed(key: &str, operator: &str, value: &str) -> bool {
    let literal = operator.starts_with("stringequals");
    let wild = |text: &str| text.contains(['*', '?']) && !literal || text.contains("${");
    if key == "s3:dataaccesspointarn" {
        let account = value.split(':').nth(4);
        return account.is_some_and(|account| !account.is_empty() && !wild(account));
    }
    !wild(value)
}

fn is_narrow(network: &str) -> bool {
    let (address, bits) = network.split_once('/').unwrap_or((network, ""));
    let widest = if address.contains(':') { WIDEST[1] } else { WIDEST[0] };
    let bits = if bits.is_empty() { Some(u8::MAX) } else { bits.parse().ok() };
    address.parse::<std::net::IpAddr>().is_ok() && bits.is_some_and(|bits| bits >= widest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn public(principal: Value, condition: Value) -> bool {
        is_public(&json!({"Statement": {"Effect": "Allow", "Principal": principal, "Condition": condition}}))
    }

    #[test]
    fn the_meaning_of_public() {
        let account = json!({"AWS": "arn:aws:iam::111122223333:root"});
        for (principal, condition, expected) in [
            (json!("*"), json!({}), true),
            (json!({"AWS": "*"}), json!({}), true),
            (account.clone(), json!({}), false),
            (json!({"AWS": ["111122223333", "*"]}), json!({}), true),
            (json!({"Service": "s3.amazonaws.com"}), json!({}), false),
            (json!("*"), json!({"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}), false),
            (json!("*"), json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}), true),
            (json!("*"), json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), false),
            (json!("*"), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}), true),
            (json!("*"), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), true),
            (json!("*"), json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), true),
            (json!("*"), json!({"StringEquals": {"s3:prefix": "a"}}), true),
            (json!("*"), json!({"Bool": {"aws:SecureTransport": "true"}}), true),
            (
                json!("*"),
                json!({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:111122223333:accesspoint/*"}}),
                false,
            ),
        ] {
            assert_eq!(public(principal.clone(), condition.clone()), expected, "{principal} {condition}");
        }
    }

    #[test]
    fn denials_do_not_count() {
        assert!(!is_public(&json!({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]})));
    }
}
