//! Expressions over a row.

use super::ast::{Expression, Operator};
use super::functions::{self, Span, millis};
use super::value::Value;

/// What the names of fields begin with that hold what was masked: no query can write it.
pub(crate) const RAW: char = '\u{0}';

/// What an expression is evaluated over.
pub(crate) trait Over {
    /// The value of a field.
    fn field(&self, name: &str) -> Value;
    /// What a function of many events came to, by its place.
    fn aggregate(&self, _place: usize) -> Value {
        Value::Missing
    }
    /// The instant of the query.
    fn now(&self) -> i64;
}

/// The value of an expression.
pub(crate) fn evaluate(expression: &Expression, over: &dyn Over) -> Value {
    match expression {
        Expression::Literal(value) => value.clone(),
        Expression::Field(name) => over.field(name),
        Expression::Aggregate(aggregate) => over.aggregate(aggregate.place),
        Expression::Not(inner) => Value::Truth(!evaluate(inner, over).holds()),
        Expression::Negative(inner) => {
            evaluate(inner, over).number().map_or(Value::Missing, |number| Value::Number(-number))
        }
        Expression::Binary(operator, left, right) => binary(*operator, left, right, over),
        Expression::In(left, all) => {
            let left = evaluate(left, over);
            let same = |right: &Expression| left.is_present() && equal(&left, &evaluate(right, over));
            Value::Truth(all.iter().any(same))
        }
        Expression::Matches(left, regex) => {
            let left = evaluate(left, over);
            Value::Truth(left.is_present() && regex.is_match(&left.text()).unwrap_or(false))
        }
        Expression::Contains(left, right) => {
            let (left, right) = (evaluate(left, over), evaluate(right, over));
            Value::Truth(left.is_present() && left.text().contains(&right.text()))
        }
        Expression::Call(name, arguments) => call(name, arguments, over),
    }
}

fn call(name: &str, arguments: &[Expression], over: &dyn Over) -> Value {
    match (name, arguments) {
        ("bin", [span]) => span_of(span, over)
            .zip(millis(&over.field("@timestamp")))
            .map_or(Value::Missing, |(span, at)| Value::Time(span.floor(at))),
        ("datefloor" | "dateceil", [at, span]) => {
            let (Some(at), Some(span)) = (millis(&evaluate(at, over)), span_of(span, over)) else {
                return Value::Missing;
            };
            Value::Time(if name == "datefloor" { span.floor(at) } else { span.ceil(at) })
        }
        // What was masked lies beside it, when the query may see it.
        ("unmask", [Expression::Field(name)]) => {
            let raw = over.field(&format!("{RAW}{name}"));
            if raw.is_present() { raw } else { over.field(name) }
        }
        // Alone it is so many milliseconds.
        ("span", [span, _]) => evaluate(span, over),
        _ => {
            let values: Vec<_> = arguments.iter().map(|one| evaluate(one, over)).collect();
            functions::call(name, &values, over.now())
        }
    }
}

fn span_of(expression: &Expression, over: &dyn Over) -> Option<Span> {
    if let Expression::Call(name, arguments) = expression
        && let ("span", [span, months]) = (name.as_str(), arguments.as_slice())
    {
        let (millis, months) = (evaluate(span, over).number()?, evaluate(months, over).number()?);
        return Some(Span { millis, months });
    }
    // A number alone is seconds.
    evaluate(expression, over).number().map(|seconds| Span { millis: seconds * 1_000.0, months: 0.0 })
}

fn binary(operator: Operator, left: &Expression, right: &Expression, over: &dyn Over) -> Value {
    let left = evaluate(left, over);
    match operator {
        Operator::Or => return Value::Truth(left.holds() || evaluate(right, over).holds()),
        Operator::And => return Value::Truth(left.holds() && evaluate(right, over).holds()),
        _ => {}
    }
    let right = evaluate(right, over);
    let both = left.is_present() && right.is_present();
    match operator {
        Operator::Equal => Value::Truth(both && equal(&left, &right)),
        Operator::Unequal => Value::Truth(!(both && equal(&left, &right))),
        Operator::Less => Value::Truth(both && left.compare(&right).is_lt()),
        Operator::AtMost => Value::Truth(both && left.compare(&right).is_le()),
        Operator::Greater => Value::Truth(both && left.compare(&right).is_gt()),
        Operator::AtLeast => Value::Truth(both && left.compare(&right).is_ge()),
        _ => arithmetic(operator, &left, &right),
    }
}

fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Value {
    let (Some(left), Some(right)) = (left.number(), right.number()) else { return Value::Missing };
    let result = match operator {
        Operator::Plus => left + right,
        Operator::Minus => left - right,
        Operator::Times => left * right,
        Operator::By => left / right,
        Operator::Remainder => left % right,
        _ => left.powf(right),
    };
    if result.is_finite() { Value::Number(result) } else { Value::Missing }
}

fn equal(left: &Value, right: &Value) -> bool {
    left.compare(right).is_eq()
}
