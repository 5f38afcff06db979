//! Drift: how what is there differs from what a template made of it.

use serde_json::{Map, Value};
use service_kit::properties::text_of;

/// One property that is not as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where, as in `/Tags/0/Value`.
    pub path: String,
    /// As it was made; empty when it had not been.
    pub expected: String,
    /// As it is; empty when it is not any more.
    pub actual: String,
    /// `ADD`, `REMOVE`, `NOT_EQUAL`.
    pub kind: &'static str,
}

/// All differences of properties that were set. One that its service never shows says nothing.
pub(crate) fn differences(expected: &Map<String, Value>, actual: &Map<String, Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, value) in expected {
        if let Some(there) = actual.get(name) {
            compare(&format!("/{name}"), value, there, &mut found);
        }
    }
    found
}

fn compare(path: &str, expected: &Value, actual: &Value, found: &mut Vec<Difference>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, value) in expected {
                match actual.get(name) {
                    Some(there) => compare(&format!("{path}/{name}"), value, there, found),
                    None => found.push(difference(format!("{path}/{name}"), Some(value), None)),
                }
            }
        }
        // Lists of tags and the like have no order.
        (Value::Array(expected), Value::Array(actual)) => {
            let there = |list: &[Value], one: &Value| list.iter().any(|other| alike(other, one));
            for (number, value) in expected.iter().enumerate().filter(|(_, value)| !there(actual, value)) {
                found.push(difference(format!("{path}/{number}"), Some(value), None));
            }
            for (number, value) in actual.iter().enumerate().filter(|(_, value)| !there(expected, value)) {
                found.push(difference(format!("{path}/{number}"), None, Some(value)));
            }
        }
        (expected, actual) if !alike(expected, actual) => {
            found.push(difference(path.to_owned(), Some(expected), Some(actual)))
        }
        _ => {}
    }
}

fn difference(path: String, expected: Option<&Value>, actual: Option<&Value>) -> Difference {
    let kind = match (expected, actual) {
        (None, _) => "ADD",
        (_, None) => "REMOVE",
        _ => "NOT_EQUAL",
    };
    let text = |value: Option<&Value>| value.map(text_of).unwrap_or_default();
    Difference { path, expected: text(expected), actual: text(actual), kind }
}

/// Whether two values are the same to a service: numbers and booleans are their texts.
fn alike(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|one| alike(one, value)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| alike(left, right))
        }
        (left, right) => text_of(left) == text_of(right),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_set_and_is_otherwise_is_told() {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        let expected =
            map(json!({"A": "1", "B": {"C": true, "D": 2}, "T": [{"Key": "a"}, {"Key": "b"}], "Secret": "x"}));
        let same =
            map(json!({"A": 1, "B": {"C": "true", "D": 2, "E": 1}, "T": [{"Key": "b"}, {"Key": "a"}], "Other": 1}));
        assert_eq!(differences(&expected, &same), []);
        let other = map(json!({"A": 2, "B": {"C": true}, "T": [{"Key": "a"}, {"Key": "c"}]}));
        let told: Vec<_> = differences(&expected, &other).into_iter().map(|one| (one.path, one.kind)).collect();
        let told: Vec<_> = told.iter().map(|(path, kind)| (path.as_str(), *kind)).collect();
        assert_eq!(told, [("/A", "NOT_EQUAL"), ("/B/D", "REMOVE"), ("/T/1", "REMOVE"), ("/T/1", "ADD")]);
    }
}
