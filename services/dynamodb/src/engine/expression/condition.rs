//! Conditions and filters, evaluated on items. Pure.

use std::cmp::Ordering;

use super::path::Path;
use crate::engine::number::Number;
use crate::engine::value::{Item, Value};

/// A condition, its values in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// One of them.
    Or(Box<Condition>, Box<Condition>),
    /// Not.
    Not(Box<Condition>),
    /// A comparison.
    Compare(Comparison, Operand, Operand),
    /// From the second to the third.
    Between(Operand, Operand, Operand),
    /// One of those.
    In(Operand, Vec<Operand>),
    /// There is something.
    Exists(Path),
    /// There is nothing.
    NotExists(Path),
    /// Of this type.
    Type(Operand, String),
    /// A text or bytes that begin so.
    BeginsWith(Operand, Operand),
    /// A text that has this in it, or a set or list with this element.
    Contains(Operand, Operand),
    /// The reverse of it, which is not to say that the attribute is there.
    Whether(bool),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// What is at a path.
    Path(Path),
    /// A value.
    Value(Value),
    /// The size of what is.
    Size(Box<Operand>),
}

enum Found<'a> {
    There(&'a Value),
    Made(Value),
    Nothing,
}

impl Found<'_> {
    fn value(&self) -> Option<&Value> {
        match self {
            Self::There(value) => Some(value),
            Self::Made(value) => Some(value),
            Self::Nothing => None,
        }
    }
}

impl Condition {
    /// Whether it holds for an item; for none at all, that is an empty one.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        match self {
            Self::And(a, b) => a.holds(item) && b.holds(item),
            Self::Or(a, b) => a.holds(item) || b.holds(item),
            Self::Not(inner) => !inner.holds(item),
            Self::Compare(how, a, b) => how.holds(a.find(item).value(), b.find(item).value()),
            Self::Between(value, low, high) => {
                let (value, low, high) = (value.find(item), low.find(item), high.find(item));
                Comparison::GreaterOrEqual.holds(value.value(), low.value())
                    && Comparison::LessOrEqual.holds(value.value(), high.value())
            }
            Self::In(value, among) => {
                let value = value.find(item);
                value.value().is_some_and(|value| among.iter().any(|one| one.find(item).value() == Some(value)))
            }
            Self::Exists(path) => path.find(item).is_some(),
            Self::NotExists(path) => path.find(item).is_none(),
            Self::Type(value, kind) => value.find(item).value().is_some_and(|value| value.kind() == kind),
            Self::BeginsWith(value, beginning) => match (value.find(item).value(), beginning.find(item).value()) {
                (Some(Value::S(text)), Some(Value::S(beginning))) => text.starts_with(beginning.as_str()),
                (Some(Value::B(bytes)), Some(Value::B(beginning))) => bytes.starts_with(beginning),
                _ => false,
            },
            Self::Contains(value, part) => match (value.find(item).value(), part.find(item).value()) {
                (Some(value), Some(part)) => contains(value, part),
                _ => false,
            },
            Self::Whether(holds) => *holds,
        }
    }

    /// Calls `seen` with every path in it.
    pub(crate) fn paths(&self, seen: &mut dyn FnMut(&Path)) {
        match self {
            Self::And(a, b) | Self::Or(a, b) => {
                a.paths(seen);
                b.paths(seen);
            }
            Self::Not(inner) => inner.paths(seen),
            Self::Compare(_, a, b) | Self::BeginsWith(a, b) | Self::Contains(a, b) => {
                a.paths(seen);
                b.paths(seen);
            }
            Self::Between(a, b, c) => [a, b, c].into_iter().for_each(|operand| operand.paths(seen)),
            Self::In(a, among) => {
                a.paths(seen);
                among.iter().for_each(|operand| operand.paths(seen));
            }
            Self::Exists(path) | Self::NotExists(path) => seen(path),
            Self::Type(a, _) => a.paths(seen),
            Self::Whether(_) => {}
        }
    }
}

impl Operand {
    fn find<'a>(&'a self, item: &'a Item) -> Found<'a> {
        match self {
            Self::Path(path) => path.find(item).map_or(Found::Nothing, Found::There),
            Self::Value(value) => Found::There(value),
            Self::Size(of) => of.find(item).value().and_then(size).map_or(Found::Nothing, Found::Made),
        }
    }

    fn paths(&self, seen: &mut dyn FnMut(&Path)) {
        match self {
            Self::Path(path) => seen(path),
            Self::Value(_) => {}
            Self::Size(of) => of.paths(seen),
        }
    }
}

impl Comparison {
    /// Whether it holds. What is not there equals nothing, not even what is not there either, and has no order.
    pub(crate) fn holds(self, a: Option<&Value>, b: Option<&Value>) -> bool {
        match self {
            Self::Equal => a.is_some() && a == b,
            Self::NotEqual => a.is_none() || a != b,
            ordered => match (a, b) {
                (Some(a), Some(b)) => a.order(b).is_some_and(|order| ordered.fits(order)),
                _ => false,
            },
        }
    }

    fn fits(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// What `size` tells: characters are not counted but bytes, as AWS does.
fn size(value: &Value) -> Option<Value> {
    let size = match value {
        Value::S(text) => text.len(),
        Value::B(bytes) => bytes.len(),
        Value::Ss(set) => set.len(),
        Value::Ns(set) => set.len(),
        Value::Bs(set) => set.len(),
        Value::L(values) => values.len(),
        Value::M(values) => values.len(),
        Value::N(_) | Value::Bool(_) | Value::Null => return None,
    };
    Some(Value::N(Number::whole(i64::try_from(size).ok()?)))
}

/// Whether a text has a text in it, bytes have bytes, or a set or a list an element.
pub(crate) fn contains(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::S(text), Value::S(part)) => text.contains(part.as_str()),
        (Value::B(bytes), Value::B(part)) => {
            part.is_empty() || bytes.windows(part.len()).any(|window| window == &part[..])
        }
        (Value::Ss(set), Value::S(element)) => set.contains(element),
        (Value::Ns(set), Value::N(element)) => set.contains(element),
        (Value::Bs(set), Value::B(element)) => set.contains(element),
        (Value::L(values), element) => values.contains(element),
        _ => false,
    }
}
