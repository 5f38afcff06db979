//! A queue's access policy as a document: what `AddPermission` and `RemovePermission` do to it. Deciding by it is the
//! authorizer's.

use serde_json::{Map, Value, json};

/// Why a permission could not be added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PermissionError {
    /// A statement has this label already.
    LabelTaken,
    /// No statement has this label.
    LabelUnknown,
    /// The policy has as many statements as it may.
    TooMany,
}

/// Accounts that are allowed actions on a queue, under a label.
#[derive(Debug, Clone)]
pub(crate) struct Permission<'a> {
    /// The statement's id.
    pub label: &'a str,
    /// ARNs of who is allowed.
    pub principals: Vec<String>,
    /// As in `SendMessage`, or `*`.
    pub actions: &'a [String],
}

/// Whether a text is a policy document as far as a queue looks: an object with at least one statement.
pub(crate) fn is_document(text: &str) -> bool {
    let Ok(Value::Object(document)) = serde_json::from_str(text) else { return false };
    let statements = document.get("Statement");
    let complete = |statement: &Value| {
        let has = |a: &str, b: &str| statement.get(a).is_some() != statement.get(b).is_some();
        let effect = statement.get("Effect").and_then(Value::as_str);
        matches!(effect, Some("Allow" | "Deny")) && has("Principal", "NotPrincipal") && has("Action", "NotAction")
    };
    match statements {
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(complete),
        Some(one @ Value::Object(_)) => complete(one),
        _ => false,
    }
}

/// The policy with a permission added. `arn` is the queue's.
pub(crate) fn allow(policy: Option<&str>, arn: &str, permission: &Permission<'_>) -> Result<String, PermissionError> {
    let mut document = policy.map_or_else(|| fresh(arn), parse);
    let statements = statements(&mut document);
    if statements.iter().any(|s| has_label(s, permission.label)) {
        return Err(PermissionError::LabelTaken);
    }
    if statements.len() >= crate::limits::POLICY_STATEMENTS {
        return Err(PermissionError::TooMany);
    }
    let actions: Vec<_> = permission.actions.iter().map(|action| format!("SQS:{action}")).collect();
    statements.push(json!({
        "Sid": permission.label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(&permission.principals)},
        "Action": one_or_many(&actions),
        "Resource": arn,
    }));
    Ok(Value::Object(document).to_string())
}

/// The policy without a permission; none when that was its last statement.
pub(crate) fn revoke(policy: Option<&str>, label: &str) -> Result<Option<String>, PermissionError> {
    let mut document = policy.map(parse).ok_or(PermissionError::LabelUnknown)?;
    let statements = statements(&mut document);
    let before = statements.len();
    statements.retain(|statement| !has_label(statement, label));
    if statements.len() == before {
        return Err(PermissionError::LabelUnknown);
    }
    let left = !statements.is_empty();
    Ok(left.then(|| Value::Object(document).to_string()))
}

fn fresh(arn: &str) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("Version".into(), "2008-10-17".into());
    document.insert("Id".into(), format!("{arn}/SQSDefaultPolicy").into());
    document
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

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sqs:us-east-1:111111111111:q";

    fn permission<'a>(label: &'a str, actions: &'a [String]) -> Permission<'a> {
        Permission { label, principals: vec!["arn:aws:iam::222222222222:root".into()], actions }
    }

    #[test]
    fn adds_and_removes_as_aws_does() {
        let actions = ["ReceiveMessage".to_owned()];
        let first = allow(None, ARN, &permission("a", &actions)).unwrap();
        let expected = json!({
            "Version": "2008-10-17",
            "Id": format!("{ARN}/SQSDefaultPolicy"),
            "Statement": [{
                "Sid": "a",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                "Action": "SQS:ReceiveMessage",
                "Resource": ARN,
            }],
        });
        assert_eq!(serde_json::from_str::<Value>(&first).unwrap(), expected);
        assert_eq!(allow(Some(&first), ARN, &permission("a", &actions)), Err(PermissionError::LabelTaken));
        let second = allow(Some(&first), ARN, &permission("b", &actions)).unwrap();
        assert_eq!(revoke(Some(&second), "c"), Err(PermissionError::LabelUnknown));
        let left = revoke(Some(&second), "a").unwrap().unwrap();
        assert_eq!(revoke(Some(&left), "b"), Ok(None));
        assert_eq!(revoke(None, "a"), Err(PermissionError::LabelUnknown));
    }

    #[test]
    fn tells_documents_from_other_texts() {
        let good = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}}"#;
        assert!(is_document(good));
        for bad in ["", "x", "[]", "{}", r#"{"Statement":[]}"#, r#"{"Statement":[{"Effect":"Maybe"}]}"#] {
            assert!(!is_document(bad), "{bad}");
        }
    }
}
