//! Conditions on keys: which partition, and which of its sort keys.

use store::KeyRange;

use super::condition::{Comparison, Condition, Operand};
use crate::engine::key::{self, Span};
use crate::engine::refusal::Refusal;
use crate::engine::schema::Index;
use crate::engine::value::Value;

/// A condition on one key attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeyTest {
    /// The attribute.
    pub name: String,
    /// What its value must be.
    pub span: Span,
}

/// The tests that a condition consists of. Errors are AWS's texts.
pub(crate) fn tests(condition: &Condition) -> Result<Vec<KeyTest>, String> {
    let mut tests = Vec::new();
    collect(condition, &mut tests)?;
    Ok(tests)
}

fn collect(condition: &Condition, tests: &mut Vec<KeyTest>) -> Result<(), String> {
    let operator = |name: &str| Err(format!("Invalid operator used in KeyConditionExpression: {name}"));
    match condition {
        Condition::And(a, b) => {
            collect(a, tests)?;
            collect(b, tests)
        }
        Condition::Or(..) => operator("OR"),
        Condition::Not(_) => operator("NOT"),
        Condition::In(..) => operator("IN"),
        Condition::Exists(_) => operator("attribute_exists"),
        Condition::NotExists(_) => operator("attribute_not_exists"),
        Condition::Type(..) => operator("attribute_type"),
        Condition::Contains(..) => operator("contains"),
        Condition::Compare(Comparison::NotEqual, ..) => operator("<>"),
        Condition::Whether(_) => operator("size"),
        Condition::Compare(how, a, b) => compare(*how, a, b, tests),
        Condition::Between(a, low, high) => {
            let name = first(a, "BETWEEN")?;
            push(tests, name, Span::Between(constant(low)?, constant(high)?))
        }
        Condition::BeginsWith(a, beginning) => {
            let name = first(a, "begins_with")?;
            push(tests, name, Span::BeginsWith(constant(beginning)?))
        }
    }
}

fn compare(how: Comparison, a: &Operand, b: &Operand, tests: &mut Vec<KeyTest>) -> Result<(), String> {
    let first = attribute(a)?;
    if first.is_some() && matches!(b, Operand::Path(_)) {
        return Err(MANY.to_owned());
    }
    let (name, value, turned) = match (first, attribute(b)?) {
        (Some(_), Some(_)) => return Err(MANY.to_owned()),
        (Some(name), None) => (name, constant(b)?, false),
        (None, Some(name)) => (name, constant(a)?, true),
        (None, None) => {
            return Err("Invalid condition in KeyConditionExpression: No key attribute specified".to_owned());
        }
    };
    let span = match (how, turned) {
        (Comparison::Less, false) | (Comparison::Greater, true) => Span::Less(value),
        (Comparison::LessOrEqual, false) | (Comparison::GreaterOrEqual, true) => Span::LessOrEqual(value),
        (Comparison::Greater, false) | (Comparison::Less, true) => Span::Greater(value),
        (Comparison::GreaterOrEqual, false) | (Comparison::LessOrEqual, true) => Span::GreaterOrEqual(value),
        _ => Span::Equal(value),
    };
    push(tests, name, span)
}

fn push(tests: &mut Vec<KeyTest>, name: String, span: Span) -> Result<(), String> {
    if tests.iter().any(|test| test.name == name) {
        return Err("KeyConditionExpressions must only contain one condition per key".to_owned());
    }
    tests.push(KeyTest { name, span });
    Ok(())
}

/// The key attribute that must come first.
fn first(operand: &Operand, operator: &str) -> Result<String, String> {
    attribute(operand)?.ok_or_else(|| {
        format!("Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its first operand")
    })
}

fn attribute(operand: &Operand) -> Result<Option<String>, String> {
    match operand {
        Operand::Path(path) if path.is_nested() => {
            Err("KeyConditionExpressions cannot have conditions on nested attributes".to_owned())
        }
        Operand::Path(path) => Ok(Some(path.head().to_owned())),
        Operand::Size(_) => Err("KeyConditionExpressions cannot contain nested operations".to_owned()),
        Operand::Value(_) => Ok(None),
    }
}

fn constant(operand: &Operand) -> Result<Value, String> {
    match operand {
        Operand::Value(value) => Ok(value.clone()),
        Operand::Path(_) => Err(MANY.to_owned()),
        Operand::Size(_) => Err("KeyConditionExpressions cannot contain nested operations".to_owned()),
    }
}

const MANY: &str = "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition";

/// The rows that tests mean in an index whose key has more attributes: all of its partition key are told, and of its sort key
/// the first ones, all but the last by equality ("Multi-attribute keys pattern").
pub(crate) fn of_wide_index(tests: &[KeyTest], index: &Index) -> Result<KeyRange, Refusal> {
    let find = |name: &str| tests.iter().find(|test| test.name == name);
    let mut hashes = Vec::new();
    for attribute in index.hashes() {
        let missed = || Refusal::Invalid(format!("Query condition missed key schema element: {}", attribute.name));
        let test = find(&attribute.name).ok_or_else(missed)?;
        check_type(&test.span, attribute.kind.as_str())?;
        let Span::Equal(value) = &test.span else {
            return Err(Refusal::invalid("Query key condition not supported"));
        };
        hashes.push(value.clone());
    }
    let (mut leading, mut span, mut used) = (Vec::new(), Span::All, hashes.len());
    for attribute in index.ranges() {
        let Some(test) = find(&attribute.name) else { break };
        check_type(&test.span, attribute.kind.as_str())?;
        check_span(&test.span)?;
        used += 1;
        match &test.span {
            Span::Equal(value) => leading.push(value.clone()),
            other => {
                span = other.clone();
                break;
            }
        }
    }
    if used < tests.len() {
        return Err(Refusal::invalid("Query key condition not supported"));
    }
    Ok(key::wide_range(index, &hashes, &leading, &span))
}

/// The partition and the sort keys that tests mean in an index.
pub(crate) fn of_index(tests: &[KeyTest], index: &Index) -> Result<(Value, Span), Refusal> {
    if index.range.is_none() && tests.len() > 1 {
        return Err(Refusal::invalid("Query key condition not supported"));
    }
    let missed = |name: &str| Refusal::Invalid(format!("Query condition missed key schema element: {name}"));
    let find = |name: &str| tests.iter().find(|test| test.name == name);
    let hash = find(&index.hash.name).ok_or_else(|| missed(&index.hash.name))?;
    check_type(&hash.span, index.hash.kind.as_str())?;
    let Span::Equal(partition) = &hash.span else {
        return Err(Refusal::invalid("Query key condition not supported"));
    };
    let Some(range) = &index.range else { return Ok((partition.clone(), Span::All)) };
    let span = match (find(&range.name), tests.len()) {
        (Some(test), _) => {
            check_type(&test.span, range.kind.as_str())?;
            check_span(&test.span)?;
            test.span.clone()
        }
        (None, 1) => Span::All,
        (None, _) => return Err(missed(&range.name)),
    };
    Ok((partition.clone(), span))
}

fn check_type(span: &Span, kind: &str) -> Result<(), Refusal> {
    if span.values().iter().all(|value| value.kind() == kind) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "One or more parameter values were invalid: Condition parameter type does not match schema type",
    ))
}

fn check_span(span: &Span) -> Result<(), Refusal> {
    match span {
        Span::BeginsWith(Value::N(_)) => Err(Refusal::invalid(
            "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
        )),
        Span::Between(low, high) if low.order(high).is_some_and(std::cmp::Ordering::is_gt) => Err(Refusal::invalid(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
        )),
        _ => Ok(()),
    }
}

impl Span {
    fn values(&self) -> Vec<&Value> {
        match self {
            Self::All => Vec::new(),
            Self::Equal(value)
            | Self::Less(value)
            | Self::LessOrEqual(value)
            | Self::Greater(value)
            | Self::GreaterOrEqual(value)
            | Self::BeginsWith(value) => vec![value],
            Self::Between(low, high) => vec![low, high],
        }
    }

    /// Whether a sort key lies in it.
    pub(crate) fn has(&self, value: &Value) -> bool {
        let order = |bound: &Value| value.order(bound);
        match self {
            Self::All => true,
            Self::Equal(bound) => order(bound).is_some_and(std::cmp::Ordering::is_eq),
            Self::Less(bound) => order(bound).is_some_and(std::cmp::Ordering::is_lt),
            Self::LessOrEqual(bound) => order(bound).is_some_and(std::cmp::Ordering::is_le),
            Self::Greater(bound) => order(bound).is_some_and(std::cmp::Ordering::is_gt),
            Self::GreaterOrEqual(bound) => order(bound).is_some_and(std::cmp::Ordering::is_ge),
            Self::Between(low, high) => {
                order(low).is_some_and(std::cmp::Ordering::is_ge) && order(high).is_some_and(std::cmp::Ordering::is_le)
            }
            Self::BeginsWith(Value::S(beginning)) => {
                matches!(value, Value::S(text) if text.starts_with(beginning.as_str()))
            }
            Self::BeginsWith(Value::B(beginning)) => matches!(value, Value::B(bytes) if bytes.starts_with(beginning)),
            Self::BeginsWith(_) => false,
        }
    }
}
