//! The parameters from before expressions: `Expected`, `KeyConditions`, filters, `AttributeUpdates`, `AttributesToGet`. They
//! become what expressions become.

use std::collections::BTreeMap;

use api_dynamodb::{
    AttributeAction, AttributeValue, AttributeValueUpdate, ComparisonOperator, Condition as ApiCondition,
    ConditionalOperator, ExpectedAttributeValue,
};
use service_kit::Error;

use super::values;
use crate::engine::expression::condition::{Comparison, Condition, Operand};
use crate::engine::expression::key_condition::KeyTest;
use crate::engine::expression::path::{Path, Paths};
use crate::engine::expression::update::{Action, Source, Update};
use crate::engine::key::Span;
use crate::engine::value::Value;
use crate::error::{invalid, invalid_parameter};

/// `Expected`, with `ConditionalOperator`.
pub(crate) fn expected(
    given: BTreeMap<String, ExpectedAttributeValue>,
    operator: Option<&ConditionalOperator>,
) -> Result<Option<Condition>, Error> {
    let conditions = given.into_iter().map(|(name, expected)| one_expected(&name, expected));
    Ok(joined(conditions.collect::<Result<_, _>>()?, operator))
}

fn one_expected(name: &str, expected: ExpectedAttributeValue) -> Result<Condition, Error> {
    let ExpectedAttributeValue { value, exists, comparison_operator, attribute_value_list } = expected;
    if value.is_some() && attribute_value_list.is_some() {
        return Err(invalid_parameter(format!(
            "Value and AttributeValueList cannot be used together for Attribute: {name}"
        )));
    }
    if let Some(operator) = comparison_operator {
        if exists.is_some() {
            return Err(invalid_parameter(format!(
                "Exists and ComparisonOperator cannot be used together for Attribute: {name}"
            )));
        }
        let unary = matches!(operator, ComparisonOperator::Null | ComparisonOperator::NotNull);
        if !unary && value.is_none() && attribute_value_list.is_none() {
            return Err(invalid_parameter(format!(
                "Value or AttributeValueList must be used with ComparisonOperator: {} for Attribute: {name}",
                operator.as_str()
            )));
        }
        let list = attribute_value_list.unwrap_or_else(|| value.into_iter().collect());
        return comparison(name, &operator, list);
    }
    if attribute_value_list.is_some() {
        return Err(invalid_parameter(format!(
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}"
        )));
    }
    match (exists.unwrap_or(true), value) {
        (true, None) => {
            let told = exists.map_or("null".to_owned(), |exists| exists.to_string());
            let text = format!("Value must be provided when Exists is {told} for Attribute: {name}");
            Err(invalid_parameter(text))
        }
        (false, Some(_)) => {
            Err(invalid_parameter(format!("Value cannot be used when Exists is false for Attribute: {name}")))
        }
        (true, Some(value)) => comparison(name, &ComparisonOperator::Eq, vec![value]),
        (false, None) => Ok(Condition::NotExists(Path::top(name))),
    }
}

/// A filter, with `ConditionalOperator`.
pub(crate) fn filter(
    given: BTreeMap<String, ApiCondition>,
    operator: Option<&ConditionalOperator>,
) -> Result<Option<Condition>, Error> {
    let conditions = given.into_iter().map(|(name, condition)| {
        comparison(&name, &condition.comparison_operator, condition.attribute_value_list.unwrap_or_default())
    });
    Ok(joined(conditions.collect::<Result<_, _>>()?, operator))
}

/// `KeyConditions`. Those that no index serves are told of later, once the table was looked at: the second part names them.
pub(crate) fn key_conditions(given: BTreeMap<String, ApiCondition>) -> Result<(Vec<KeyTest>, Vec<String>), Error> {
    let (count, mut tests, mut unserved) = (given.len(), Vec::new(), Vec::new());
    for (name, condition) in given {
        let operator = condition.comparison_operator;
        let mut values = checked(&operator, condition.attribute_value_list.unwrap_or_default())?.into_iter();
        let span = match (&operator, values.next(), values.next()) {
            (ComparisonOperator::Eq, Some(value), _) => Span::Equal(value),
            (ComparisonOperator::Lt, Some(value), _) => Span::Less(value),
            (ComparisonOperator::Le, Some(value), _) => Span::LessOrEqual(value),
            (ComparisonOperator::Gt, Some(value), _) => Span::Greater(value),
            (ComparisonOperator::Ge, Some(value), _) => Span::GreaterOrEqual(value),
            (ComparisonOperator::BeginsWith, Some(value), _) => Span::BeginsWith(value),
            (ComparisonOperator::Between, Some(low), Some(high)) => Span::Between(low, high),
            _ => {
                unserved.push(name);
                continue;
            }
        };
        tests.push(KeyTest { name, span });
    }
    if !(1..=2).contains(&count) {
        return Err(invalid("Conditions can be of length 1 or 2 only"));
    }
    Ok((tests, unserved))
}

/// `AttributeUpdates`.
pub(crate) fn updates(given: BTreeMap<String, AttributeValueUpdate>) -> Result<Update, Error> {
    let actions = given.into_iter().map(|(name, update)| {
        let path = Path::top(&name);
        let action = action(&path, update)?;
        Ok::<_, Error>((path, action))
    });
    Ok(Update { actions: actions.collect::<Result<_, _>>()? })
}

fn action(path: &Path, update: AttributeValueUpdate) -> Result<Action, Error> {
    let value = update.value.map(values::value).transpose()?;
    Ok(match (update.action.unwrap_or(AttributeAction::Put), value) {
        (AttributeAction::Delete, None) => Action::Remove,
        (_, None) => {
            return Err(invalid_parameter("Only DELETE action is allowed when no attribute value is specified"));
        }
        (AttributeAction::Delete, Some(value @ (Value::Ss(_) | Value::Ns(_) | Value::Bs(_)))) => Action::Delete(value),
        (AttributeAction::Delete, Some(value)) => {
            let text = format!("DELETE action with value is not supported for the type {}", value.kind());
            return Err(invalid_parameter(text));
        }
        (AttributeAction::Add, Some(value @ (Value::N(_) | Value::Ss(_) | Value::Ns(_) | Value::Bs(_)))) => {
            Action::Add(value)
        }
        (AttributeAction::Add, Some(value @ Value::L(_))) => {
            let there = Source::Else(path.clone(), Source::Value(Value::L(Vec::new())).into());
            Action::Set(Source::Append(there.into(), Source::Value(value).into()))
        }
        (AttributeAction::Add, Some(value)) => {
            return Err(invalid_parameter(format!("ADD action is not supported for the type {}", value.kind())));
        }
        (_, Some(value)) => Action::Set(Source::Value(value)),
    })
}

/// `AttributesToGet`.
pub(crate) fn attributes_to_get(given: &[String]) -> Result<Paths, Error> {
    let repeated = given.iter().enumerate().find(|(at, name)| given[..*at].contains(name));
    if let Some((_, name)) = repeated {
        return Err(invalid_parameter(format!("Duplicate value in attribute name: {name}")));
    }
    Ok(Paths::of(given.iter().map(|name| Path::top(name)).collect()))
}

fn joined(conditions: Vec<Condition>, operator: Option<&ConditionalOperator>) -> Option<Condition> {
    let join = |a: Condition, b: Condition| match operator {
        Some(ConditionalOperator::Or) => Condition::Or(a.into(), b.into()),
        _ => Condition::And(a.into(), b.into()),
    };
    conditions.into_iter().reduce(join)
}

fn comparison(name: &str, operator: &ComparisonOperator, list: Vec<AttributeValue>) -> Result<Condition, Error> {
    let mut values = checked(operator, list)?.into_iter();
    let path = Path::top(name);
    let here = || Operand::Path(path.clone());
    let compare = |how, value| Condition::Compare(how, Operand::Path(path.clone()), Operand::Value(value));
    let contains = |value| Condition::Contains(Operand::Path(path.clone()), Operand::Value(value));
    let Some(first) = values.next() else {
        return Ok(match operator {
            ComparisonOperator::Null => Condition::NotExists(path),
            _ => Condition::Exists(path),
        });
    };
    Ok(match operator {
        ComparisonOperator::Eq => compare(Comparison::Equal, first),
        ComparisonOperator::Ne => compare(Comparison::NotEqual, first),
        ComparisonOperator::Lt => compare(Comparison::Less, first),
        ComparisonOperator::Le => compare(Comparison::LessOrEqual, first),
        ComparisonOperator::Gt => compare(Comparison::Greater, first),
        ComparisonOperator::Ge => compare(Comparison::GreaterOrEqual, first),
        ComparisonOperator::Contains => contains(first),
        ComparisonOperator::NotContains => Condition::Not(contains(first).into()),
        ComparisonOperator::BeginsWith => Condition::BeginsWith(here(), Operand::Value(first)),
        ComparisonOperator::Between => {
            let high = values.next().unwrap_or(Value::Null);
            Condition::Between(here(), Operand::Value(first), Operand::Value(high))
        }
        _ => Condition::In(here(), std::iter::once(first).chain(values).map(Operand::Value).collect()),
    })
}

/// The values that an operator is given, held to AWS's rules.
fn checked(operator: &ComparisonOperator, list: Vec<AttributeValue>) -> Result<Vec<Value>, Error> {
    use ComparisonOperator as Op;
    let values = list.into_iter().map(values::value).collect::<Result<Vec<_>, _>>()?;
    let fits = match operator {
        Op::Null | Op::NotNull => values.is_empty(),
        Op::In => !values.is_empty(),
        Op::Between => values.len() == 2,
        _ => values.len() == 1,
    };
    let name = operator.as_str();
    if !fits {
        return Err(invalid_parameter(format!("Invalid number of argument(s) for the {name} ComparisonOperator")));
    }
    if values.windows(2).any(|pair| pair[0].kind() != pair[1].kind()) {
        return Err(invalid_parameter("AttributeValues inside AttributeValueList must be of same type"));
    }
    let allowed: &[&str] = match operator {
        Op::Eq | Op::Ne => &["S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"],
        Op::BeginsWith => &["S", "B"],
        _ => &["S", "N", "B"],
    };
    if let Some(value) = values.iter().find(|value| !allowed.contains(&value.kind())) {
        let kind = value.kind();
        return Err(invalid_parameter(format!(
            "ComparisonOperator {name} is not valid for {kind} AttributeValue type"
        )));
    }
    if let (Op::Between, [low, high]) = (operator, &values[..])
        && low.order(high).is_some_and(std::cmp::Ordering::is_gt)
    {
        return Err(invalid(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
        ));
    }
    Ok(values)
}
