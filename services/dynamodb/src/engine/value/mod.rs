//! Values of attributes, and items: their types, their sizes by AWS's count, their order.

mod json;
mod stored;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

pub(crate) use json::{item_json, json_item};
pub(crate) use stored::{decode_item, encode_item};

use super::number::Number;

/// Attributes by name.
pub(crate) type Item = BTreeMap<String, Value>;

/// The deepest nesting of lists and maps ("Constraints": 32 levels).
pub(crate) const NESTING: usize = 32;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Text.
    S(String),
    /// A number.
    N(Number),
    /// Bytes.
    B(Bytes),
    /// Texts, each once.
    Ss(BTreeSet<String>),
    /// Numbers, each once.
    Ns(BTreeSet<Number>),
    /// Bytes, each once.
    Bs(BTreeSet<Bytes>),
    /// Values by name.
    M(Item),
    /// Values in order.
    L(Vec<Value>),
    /// Nothing, said so.
    Null,
    /// Yes or no.
    Bool(bool),
}

impl Value {
    /// The name of its type, as in `SS`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::S(_) => "S",
            Self::N(_) => "N",
            Self::B(_) => "B",
            Self::Ss(_) => "SS",
            Self::Ns(_) => "NS",
            Self::Bs(_) => "BS",
            Self::M(_) => "M",
            Self::L(_) => "L",
            Self::Null => "NULL",
            Self::Bool(_) => "BOOL",
        }
    }

    /// Bytes, by AWS's count.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size(),
            Self::B(bytes) => bytes.len(),
            Self::Ss(texts) => texts.iter().map(String::len).sum(),
            Self::Ns(numbers) => numbers.iter().map(Number::size).sum(),
            Self::Bs(all) => all.iter().map(Bytes::len).sum(),
            Self::M(values) => 3 + values.len() + item_size(values),
            Self::L(values) => 3 + values.iter().map(|value| 1 + value.size()).sum::<usize>(),
            Self::Null | Self::Bool(_) => 1,
        }
    }

    /// Which of two values of one scalar type comes first; none for other types, and for two types.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::S(a), Self::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Self::N(a), Self::N(b)) => Some(a.cmp(b)),
            (Self::B(a), Self::B(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// Bytes of an item, names included, by AWS's count.
pub(crate) fn item_size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value.size()).sum()
}
