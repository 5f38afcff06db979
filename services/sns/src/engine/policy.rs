//! A topic's access policy as a document: the one it has at first, and what `AddPermission` and `RemovePermission` do to it.
//! Deciding by it is the authorizer's.

use serde_json::{Map, Value, json};

use super::place::Home;
use crate::limits;

/// What the owner of a topic may do by its first policy, and what can be allowed to others.
const ACTIONS: [&str; 8] = [
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
];

/// Why a permission could not be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PermissionError {
    /// A statement has this label already.
    LabelTaken,
    /// An action that is not one of a topic's.
    OutOfScope,
    /// The policy has as many statements as it may.
    TooMany,
}

/// The policy that a topic has at first.
pub(crate) fn usual(home: &Home) -> String {
    let actions: Vec<_> = ACTIONS.iter().map(|action| format!("SNS:{action}")).collect();
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": actions,
            "Resource": home.arn(),
            "Condition": {"StringEquals": {"AWS:SourceOwner": home.account.to_string()}},
        }],
    })
    .to_string()
}

/// Whether a text is a policy document as far as a topic looks: an object with at least one statement about it.
pub(crate) fn is_document(text: &str) -> bool {
    let Ok(Value::Object(document)) = serde_json::from_str(text) else { return false };
    let complete = |statement: &Value| {
        let has = |a: &str, b: &str| statement.get(a).is_some() != statement.get(b).is_some();
        let effect = statement.get("Effect").and_then(Value::as_str);
        matches!(effect, Some("Allow" | "Deny")) && has("Principal", "NotPrincipal") && has("Action", "NotAction")
    };
    match document.get("Statement") {
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(complete),
        Some(one @ Value::Object(_)) => complete(one),
        _ => false,
    }
}

/// The policy with a permission added.
pub(crate) fn allow(
    policy: &str,
    home: &Home,
    label: &str,
    principals: &[String],
    actions: &[String],
) -> Result<String, PermissionError> {
    if actions.iter().any(|action| !ACTIONS.contains(&action.as_str())) {
        return Err(PermissionError::OutOfScope);
    }
    let mut document = parse(policy);
    let statements = statements(&mut document);
    if statements.iter().any(|statement| has_label(statement, label)) {
        return Err(PermissionError::LabelTaken);
    }
    if statements.len() >= limits::POLICY_STATEMENTS {
        return Err(PermissionError::TooMany);
    }
    let actions: Vec<_> = actions.iter().map(|action| format!("SNS:{action}")).collect();
    statements.push(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(principals)},
        "Action": one_or_many(&actions),
        "Resource": home.arn(),
    }));
    Ok(Value::Object(document).to_string())
}

/// The policy without a permission; one that is not there is no mistake.
pub(crate) fn revoke(policy: &str, label: &str) -> String {
    let mut document = parse(policy);
    statements(&mut document).retain(|statement| !has_label(statement, label));
    Value::Object(document).to_string()
}

fn parse(text: &str) -> Map<String, Value> {
    // Stored policies were checked when they were set; one that is no object is replaced.
    serde_json::from_str(text).unwrap_or_default()
}

fn statements(document: &mut Map<String, Value>) -> &mut Vec<Value> {
    let entry = document.entry("Statement").or_insert_with(|| Value::Array(Vec::new()));
    if !entry.is_array() {
        *entry = Value::Array(vec![entry.take()]);
    }
    entry.as_array_mut().expect("made an array above")
}

fn has_label(statement: &Value, label: &str) -> bool {
    statement.get("Sid").and_then(Value::as_str) == Some(label)
}

fn one_or_many(values: &[String]) -> Value {
    match values {
        [one] => one.as_str().into(),
        many => many.to_vec().into(),
    }
}
