//! Bucket policies as documents: what S3 takes, beyond what every policy must hold to.
//!
//! | file | what |
//! |---|---|
//! | `actions.rs` | which actions are on buckets, which on objects |
//! | `public.rs` | whether a policy lets the public in |

mod actions;
mod public;

use policy::{Kind, Policy};
use serde_json::Value;

pub(crate) use public::is_public;

use super::refusal::{Checked, Refusal};

/// Bytes of a policy. Source: S3 user guide, "Bucket policies".
const BYTES: usize = 20 * 1_024;

/// What a resource policy of S3 is of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    /// A bucket, by its ARN.
    Bucket(&'a str),
    /// An access point, by its ARN.
    AccessPoint(&'a str),
}

/// Checks a policy that is to be set.
pub(crate) fn check(text: &str, of: Of<'_>) -> Checked<Value> {
    if text.len() > BYTES {
        return Err(malformed("Policy exceeds the maximum allowed document size."));
    }
    let not_json = || malformed("Policies must be valid JSON and the first byte must be '{'");
    if !text.trim_start().starts_with('{') {
        return Err(not_json());
    }
    let document: Value = serde_json::from_str(text).map_err(|_| not_json())?;
    if document.get("Statement").is_none() {
        return Err(malformed("Missing required field Statement"));
    }
    Policy::parse(text, Kind::Resource).map_err(|refusal| malformed(refusal.message))?;
    statements(&document).try_for_each(|statement| check_statement(statement, of))?;
    Ok(document)
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new("MalformedPolicy", 400, message)
}

/// The statements of a document: one, or several.
pub(crate) fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let statement = document.get("Statement");
    let many = statement.and_then(Value::as_array).map(Vec::as_slice);
    many.unwrap_or_else(|| statement.map(std::slice::from_ref).unwrap_or_default()).iter()
}

/// The texts of an element: one, or several.
pub(crate) fn texts<'v>(statement: &'v Value, element: &str) -> Vec<&'v str> {
    match statement.get(element) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn check_statement(statement: &Value, of: Of<'_>) -> Checked {
    let resources = [texts(statement, "Resource"), texts(statement, "NotResource")].concat();
    if resources.is_empty() {
        return Err(malformed("Missing required field Resource"));
    }
    if !resources.iter().all(|resource| belongs(resource, of)) {
        return Err(malformed("Policy has invalid resource"));
    }
    let actions = [texts(statement, "Action"), texts(statement, "NotAction")].concat();
    if !actions.iter().all(|action| actions::is_action(action)) {
        return Err(malformed("Policy has invalid action"));
    }
    let named = statement.get("Action").is_some() && statement.get("Resource").is_some();
    if named && !actions.iter().all(|action| resources.iter().any(|resource| applies(action, resource, of))) {
        return Err(malformed("Action does not apply to any resource(s) in statement"));
    }
    Ok(())
}

/// Whether a resource is the bucket or something in it. A wildcard may stand for more than it.
fn belongs(resource: &str, of: Of<'_>) -> bool {
    match of {
        Of::Bucket(arn) => {
            let bucket = resource.split('/').next().unwrap_or_default();
            resource.starts_with("arn:") && glob(bucket, arn)
        }
        Of::AccessPoint(arn) => {
            resource == arn || resource.strip_prefix(arn).is_some_and(|rest| rest.starts_with("/object/"))
        }
    }
}

/// Whether an action is ever done to what a resource names.
fn applies(action: &str, resource: &str, of: Of<'_>) -> bool {
    let objects = match of {
        Of::Bucket(_) => resource.contains('/') || resource.ends_with('*'),
        Of::AccessPoint(arn) => resource != arn,
    };
    let itself = match of {
        Of::Bucket(_) => !resource.contains('/'),
        Of::AccessPoint(arn) => resource == arn,
    };
    objects && actions::on_objects(action) || itself && actions::on_buckets(action)
}

/// Whether a text fits a pattern with `*` and `?`.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checked(action: &str, resource: &str) -> Checked<Value> {
        let document = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource},
        ]});
        check(&document.to_string(), Of::Bucket("arn:aws:s3:::b"))
    }

    #[test]
    fn documents_that_are_no_policies() {
        for (text, message) in [
            ("", "Policies must be valid JSON and the first byte must be '{'"),
            ("invalid json", "Policies must be valid JSON and the first byte must be '{'"),
            ("{", "Policies must be valid JSON and the first byte must be '{'"),
            ("{}", "Missing required field Statement"),
        ] {
            let refusal = check(text, Of::Bucket("arn:aws:s3:::b")).unwrap_err();
            assert_eq!((refusal.code, refusal.message.as_ref()), ("MalformedPolicy", message), "{text}");
        }
    }

    #[test]
    fn resources_are_of_the_bucket_and_fit_the_action() {
        for (action, resource, refused) in [
            ("s3:GetObject", "arn:aws:s3:::b/*", None),
            ("s3:ListBucket", "arn:aws:s3:::b", None),
            ("s3:*", "arn:aws:s3:::b", None),
            ("s3:Get*", "arn:aws:s3:::b/x", None),
            ("s3:GetObject", "arn:aws:s3:::b*", None),
            ("s3:GetObject", "arn:aws:s3:::other/*", Some("Policy has invalid resource")),
            ("s3:GetObject", "arn:aws:s3:::bb/*", Some("Policy has invalid resource")),
            ("sqs:SendMessage", "arn:aws:s3:::b/*", Some("Policy has invalid action")),
            ("s3:MakeCoffee", "arn:aws:s3:::b/*", Some("Policy has invalid action")),
            ("s3:GetObject", "arn:aws:s3:::b", Some("Action does not apply to any resource(s) in statement")),
            ("s3:ListBucket", "arn:aws:s3:::b/*", Some("Action does not apply to any resource(s) in statement")),
        ] {
            let message = checked(action, resource).err().map(|refusal| refusal.message.into_owned());
            assert_eq!(message.as_deref(), refused, "{action} {resource}");
        }
    }

    #[test]
    fn globs() {
        for (pattern, text, expected) in
            [("a*c", "abbc", true), ("a?c", "abc", true), ("a*", "b", false), ("*b*b", "abab", true), ("", "", true)]
        {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }
}
