//! Conditions on objects: `{ ($.user.id = 1) && ($.items[0].price > 9.5 || $.error NOT EXISTS) }`.

use serde_json::Value;

use super::Extracted;
use super::value::{Operator, Wanted};

/// A condition.
#[derive(Debug)]
pub(crate) enum Condition {
    /// All hold.
    All(Vec<Condition>),
    /// One holds.
    Any(Vec<Condition>),
    /// A value is as the test says.
    Is(Selector, Test),
}

/// Where a value stands, and how that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selector {
    /// As written: `$.a.b[0]`.
    pub text: String,
    /// The steps to it.
    pub steps: Vec<Step>,
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into the member of an object.
    Member(String),
    /// Into the element of a list.
    Element(usize),
    /// Into every element of a list, or member of an object.
    Each,
}

/// What is asked of a value.
#[derive(Debug)]
pub(crate) enum Test {
    /// It compares so.
    Compare(Operator, Wanted),
    /// It is true.
    True,
    /// It is false.
    False,
    /// It is null.
    Null,
    /// It is there.
    Exists,
    /// It is not there.
    NotExists,
}

/// What an object holds at the selectors of a condition, when it passes. Whatever is no object does not.
pub(crate) fn look(condition: &Condition, message: &str) -> Option<Extracted> {
    let object = object(message)?;
    holds(condition, &object).then(|| {
        let mut found = Extracted::new();
        extract(condition, &object, &mut found);
        found
    })
}

/// The value at a selector.
pub(crate) fn value(selector: &str, message: &str) -> Option<String> {
    let selector = super::json_parse::selector(selector).ok()?;
    let object = object(message)?;
    found(&selector.steps, &object).first().and_then(|value| shown(value))
}

fn object(message: &str) -> Option<Value> {
    let text = message.trim();
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

fn holds(condition: &Condition, object: &Value) -> bool {
    match condition {
        Condition::All(all) => all.iter().all(|one| holds(one, object)),
        Condition::Any(all) => all.iter().any(|one| holds(one, object)),
        Condition::Is(selector, test) => {
            let found = found(&selector.steps, object);
            match test {
                Test::Exists => !found.is_empty(),
                Test::NotExists => found.is_empty(),
                test => found.into_iter().any(|value| test.holds(value)),
            }
        }
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Compare(operator, wanted) => compares(*operator, wanted, value),
            Self::True => *value == Value::Bool(true),
            Self::False => *value == Value::Bool(false),
            Self::Null => value.is_null(),
            Self::Exists | Self::NotExists => false,
        }
    }
}

/// Objects, lists and null compare with nothing.
fn compares(operator: Operator, wanted: &Wanted, value: &Value) -> bool {
    match value {
        Value::String(text) => wanted.compares(operator, text),
        Value::Number(number) => match (wanted, number.as_f64()) {
            (Wanted::Number(wanted, _), Some(number)) => operator.holds(number, *wanted),
            _ => wanted.compares(operator, &number.to_string()),
        },
        Value::Bool(truth) => wanted.compares(operator, if *truth { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn found<'a>(steps: &[Step], value: &'a Value) -> Vec<&'a Value> {
    let mut found = vec![value];
    for step in steps {
        let mut next = Vec::new();
        for value in found {
            match (step, value) {
                (Step::Member(name), Value::Object(members)) => next.extend(members.get(name)),
                (Step::Element(at), Value::Array(elements)) => next.extend(elements.get(*at)),
                (Step::Each, Value::Array(elements)) => next.extend(elements),
                (Step::Each, Value::Object(members)) => next.extend(members.values()),
                _ => {}
            }
        }
        found = next;
    }
    found
}

fn extract(condition: &Condition, object: &Value, into: &mut Extracted) {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().for_each(|one| extract(one, object, into)),
        Condition::Is(selector, _) => {
            let value = found(&selector.steps, object).first().and_then(|value| shown(value));
            if let Some(value) = value.filter(|_| into.iter().all(|(known, _)| *known != selector.text)) {
                into.push((selector.text.clone(), value));
            }
        }
    }
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}
