//! Statements of a bus's policy, as `PutPermission` adds them and `RemovePermission` takes them away.

use serde_json::{Map, Value, json};

/// A statement that lets someone put events on a bus.
#[derive(Debug, Clone)]
pub(crate) struct Statement<'a> {
    pub(crate) id: &'a str,
    pub(crate) action: &'a str,
    /// An account's root, or `*`.
    pub(crate) principal: &'a str,
    /// Operator, key, value.
    pub(crate) condition: Option<(&'a str, &'a str, &'a str)>,
    pub(crate) bus: &'a str,
}

/// The policy with a statement; one of the same id goes.
pub(crate) fn with(policy: Option<&str>, statement: &Statement<'_>, partition: &str) -> String {
    let principal = match statement.principal {
        "*" => json!("*"),
        account => json!({"AWS": format!("arn:{partition}:iam::{account}:root")}),
    };
    let mut one = Map::new();
    one.insert("Sid".to_owned(), statement.id.into());
    one.insert("Effect".to_owned(), "Allow".into());
    one.insert("Principal".to_owned(), principal);
    one.insert("Action".to_owned(), statement.action.into());
    one.insert("Resource".to_owned(), statement.bus.into());
    if let Some((operator, key, value)) = statement.condition {
        one.insert("Condition".to_owned(), json!({operator: {key: value}}));
    }
    let mut statements: Vec<_> = statements(policy).into_iter().filter(|other| !is(other, statement.id)).collect();
    statements.push(Value::Object(one));
    document(&statements)
}

/// The policy without a statement: none when there was no such statement, no text when nothing is left.
pub(crate) fn without(policy: Option<&str>, id: &str) -> Option<Option<String>> {
    let before = statements(policy);
    let after: Vec<_> = before.iter().filter(|statement| !is(statement, id)).cloned().collect();
    (after.len() < before.len()).then(|| (!after.is_empty()).then(|| document(&after)))
}

fn statements(policy: Option<&str>) -> Vec<Value> {
    let document = policy.and_then(|policy| serde_json::from_str::<Value>(policy).ok());
    match document.as_ref().and_then(|document| document.get("Statement")) {
        Some(Value::Array(statements)) => statements.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

fn is(statement: &Value, id: &str) -> bool {
    statement.get("Sid").and_then(Value::as_str) == Some(id)
}

fn document(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_come_and_go() {
        let statement =
            |id, principal| Statement { id, action: "events:PutEvents", principal, condition: None, bus: "b" };
        let one = with(None, &statement("a", "111122223333"), "aws");
        assert_eq!(
            one,
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"events:PutEvents","Resource":"b"}]}"#
        );
        let two = with(Some(&one), &statement("b", "*"), "aws");
        assert_eq!(with(Some(&two), &statement("b", "*"), "aws"), two);
        assert_eq!(without(Some(&two), "b"), Some(Some(one.clone())));
        assert_eq!(without(Some(&one), "a"), Some(None));
        assert_eq!(without(Some(&one), "x"), None);
        assert_eq!(without(None, "x"), None);
    }
}
