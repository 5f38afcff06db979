//! The rules of one scalar, apart from where it stands.

use smithy::{Constraints, Kind, Schema, Violation};

use super::pattern;

/// A scalar as its rules see it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scalar<'a> {
    /// Text of any kind.
    Text(&'a str),
    /// A number of any kind.
    Number(f64),
    /// How many bytes.
    Bytes(usize),
}

/// Whether anything can fail for values of this scalar shape.
pub(super) fn any(schema: &Schema) -> bool {
    let Constraints { min, max, pattern } = schema.constraints;
    min.is_some() || max.is_some() || pattern.is_some() || !schema.values.is_empty()
}

/// The rules of `schema` that `value` breaks.
pub(super) fn broken(schema: &'static Schema, value: Scalar<'_>) -> Vec<Violation> {
    if any(schema) { all(schema).into_iter().filter(|rule| breaks(rule, value)).collect() } else { Vec::new() }
}

/// The rules of `schema` in the order in which AWS's framework tells them.
pub(super) fn all(schema: &'static Schema) -> Vec<Violation> {
    let Constraints { min, max, pattern } = schema.constraints;
    let is_number = matches!(schema.kind, Kind::Integer | Kind::Long | Kind::Float | Kind::Double);
    let most = max.map(|n| if is_number { Violation::TooLarge(n) } else { Violation::TooLong(n as u64) });
    let least = min.map(|n| if is_number { Violation::TooSmall(n) } else { Violation::TooShort(n as u64) });
    let values = (!schema.values.is_empty()).then_some(Violation::Enum(schema.values));
    [most, least, pattern.map(Violation::Pattern), values].into_iter().flatten().collect()
}

/// Whether a list or map of `length` breaks a rule of its length.
pub(super) fn broken_length(schema: &'static Schema, length: usize) -> Vec<Violation> {
    broken(schema, Scalar::Bytes(length))
}

fn breaks(rule: &Violation, value: Scalar<'_>) -> bool {
    match (rule, value) {
        (Violation::TooLong(most), value) => length(value).is_some_and(|n| n > *most),
        (Violation::TooShort(least), value) => length(value).is_some_and(|n| n < *least),
        (Violation::TooLarge(most), Scalar::Number(n)) => n > *most,
        (Violation::TooSmall(least), Scalar::Number(n)) => n < *least,
        (Violation::Pattern(pattern), Scalar::Text(text)) => !pattern::matches(pattern, text),
        (Violation::Enum(values), Scalar::Text(text)) => !values.contains(&text),
        _ => false,
    }
}

/// Characters of a text, bytes of a blob.
fn length(value: Scalar<'_>) -> Option<u64> {
    match value {
        Scalar::Text(text) => Some(text.chars().count() as u64),
        Scalar::Bytes(length) => Some(length as u64),
        Scalar::Number(_) => None,
    }
}
