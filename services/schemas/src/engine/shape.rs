//! The shape of JSON values, learnt from examples. Shapes form a lattice: joining them forgets order and repetition, so it
//! does not matter in which order events come, or whether one comes twice. Pure.

use std::collections::{BTreeMap, BTreeSet};

use names::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is known of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    /// What it is when it is not null.
    pub(crate) kind: Kind,
    /// Whether it was null.
    pub(crate) nullable: bool,
}

/// What a value is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Nothing was seen yet.
    #[default]
    Unknown,
    /// `true` or `false`.
    Boolean,
    /// Any number.
    Number,
    /// Text that has always been an instant.
    Instant,
    /// Any text.
    Text,
    /// A list of one kind of items.
    List(Box<Shape>),
    /// An object.
    Object(Members),
    /// Different things at different times.
    Anything,
}

/// The members of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Members {
    /// All that were seen.
    pub(crate) all: BTreeMap<String, Shape>,
    /// Those that were there every time.
    pub(crate) always: BTreeSet<String>,
}

impl Shape {
    /// The shape of one value.
    pub(crate) fn of(value: &Value) -> Self {
        let kind = match value {
            Value::Null => return Self { kind: Kind::Unknown, nullable: true },
            Value::Bool(_) => Kind::Boolean,
            Value::Number(_) => Kind::Number,
            Value::String(text) if is_instant(text) => Kind::Instant,
            Value::String(_) => Kind::Text,
            Value::Array(items) => Kind::List(Box::new(items.iter().map(Self::of).fold(Self::default(), Self::join))),
            Value::Object(members) => Kind::Object(Members {
                all: members.iter().map(|(name, value)| (name.clone(), Self::of(value))).collect(),
                always: members.keys().cloned().collect(),
            }),
        };
        Self { kind, nullable: false }
    }

    /// The smallest shape that both have.
    pub(crate) fn join(self, other: Self) -> Self {
        Self { kind: self.kind.join(other.kind), nullable: self.nullable || other.nullable }
    }
}

impl Kind {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, kind) | (kind, Self::Unknown) => kind,
            (Self::Instant, Self::Text) | (Self::Text, Self::Instant) => Self::Text,
            (Self::List(one), Self::List(other)) => Self::List(Box::new(one.join(*other))),
            (Self::Object(one), Self::Object(other)) => Self::Object(one.join(other)),
            (one, other) if one == other => one,
            _ => Self::Anything,
        }
    }
}

impl Members {
    fn join(mut self, other: Self) -> Self {
        for (name, shape) in other.all {
            let before = self.all.remove(&name).unwrap_or_default();
            self.all.insert(name, before.join(shape));
        }
        self.always.retain(|name| other.always.contains(name));
        self
    }
}

/// Whether a text is an instant of RFC 3339, which is what `date-time` means.
fn is_instant(text: &str) -> bool {
    text.len() >= 20 && text.as_bytes()[10] == b'T' && Timestamp::parse_iso8601(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
            Just(json!("2026-01-01T00:00:00Z")),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Whether a value is of a shape, told in another way than by joining.
    fn fits(value: &Value, shape: &Shape) -> bool {
        match (value, &shape.kind) {
            (Value::Null, _) => shape.nullable,
            (_, Kind::Anything) => true,
            (Value::Bool(_), Kind::Boolean) | (Value::Number(_), Kind::Number) | (Value::String(_), Kind::Text) => true,
            (Value::String(text), Kind::Instant) => is_instant(text),
            (Value::Array(items), Kind::List(item)) => items.iter().all(|one| fits(one, item)),
            (Value::Object(there), Kind::Object(members)) => {
                there.iter().all(|(name, value)| members.all.get(name).is_some_and(|shape| fits(value, shape)))
                    && members.always.iter().all(|name| there.contains_key(name))
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn joining_knows_no_order_and_no_repetition(a in values(), b in values(), c in values()) {
            let [a, b, c] = [a, b, c].map(|value| Shape::of(&value));
            prop_assert_eq!(a.clone().join(b.clone()), b.clone().join(a.clone()));
            prop_assert_eq!(a.clone().join(b.clone()).join(c.clone()), a.clone().join(b.clone().join(c)));
            prop_assert_eq!(a.clone().join(a.clone()), a.clone());
            let both = a.clone().join(b.clone());
            prop_assert_eq!(both.clone().join(b), both);
        }

        #[test]
        fn everything_that_was_seen_fits(seen in prop::collection::vec(values(), 1..5)) {
            let shape = seen.iter().map(Shape::of).fold(Shape::default(), Shape::join);
            for value in &seen {
                prop_assert!(fits(value, &shape), "{value} in {shape:?}");
            }
        }
    }

    #[test]
    fn what_texts_are() {
        for (text, instant) in [
            ("2026-01-01T00:00:00Z", true),
            ("2026-01-01T00:00:00.123Z", true),
            ("2026-01-01T00:00:00+01:00", true),
            ("2026-01-01", false),
            ("5/15/2024", false),
            ("2026-13-01T00:00:00Z", false),
            ("ééééééééééééé", false),
        ] {
            assert_eq!(is_instant(text), instant, "{text}");
        }
    }
}
