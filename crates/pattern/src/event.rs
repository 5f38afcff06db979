//! An event as a list of fields: each path with its values, and for each value the elements of arrays it stands in.

use std::collections::HashMap;

use serde_json::{Number, Value};

use crate::check::Scalar;
use crate::number;

/// Integers up to here are doubles without loss.
const EXACT: u64 = 1 << 53;

/// An event, ready to be matched. Paths are names joined with dots, as AWS joins them: a name with a dot in it is the same
/// path as two names.
#[derive(Debug, Clone, Default)]
pub struct Event {
    fields: HashMap<Box<str>, Vec<Field>>,
    /// Whether no value stands in an element of an array of objects or arrays.
    flat: bool,
}

/// One value of a field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) value: Scalar,
    /// Arrays it stands in, with the element of each.
    pub(crate) within: Vec<Element>,
}

/// An element of an array of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) array: u32,
    pub(crate) index: u32,
}

struct Walk<'a> {
    event: &'a mut Event,
    path: String,
    within: Vec<Element>,
    arrays: u32,
}

impl Event {
    /// The fields of a JSON object; anything else has none.
    pub fn new(event: &Value) -> Self {
        let mut fields = Self::empty();
        let mut walk = Walk { event: &mut fields, path: String::new(), within: Vec::new(), arrays: 0 };
        if let Value::Object(_) = event {
            walk.value(event);
        }
        fields
    }

    /// No fields yet.
    pub(crate) fn empty() -> Self {
        Self { fields: HashMap::new(), flat: true }
    }

    /// One more value of a field that stands in no array of objects.
    pub(crate) fn add(&mut self, path: &str, value: Scalar) {
        self.push(path, Field { value, within: Vec::new() });
    }

    /// The values of a field.
    pub(crate) fn values(&self, path: &str) -> &[Field] {
        self.fields.get(path).map_or(&[], Vec::as_slice)
    }

    /// All fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &[Field])> {
        self.fields.iter().map(|(path, values)| (&**path, values.as_slice()))
    }

    /// Whether each value can go with each.
    pub(crate) fn is_flat(&self) -> bool {
        self.flat
    }

    fn push(&mut self, path: &str, field: Field) {
        self.flat &= field.within.is_empty();
        match self.fields.get_mut(path) {
            Some(values) => values.push(field),
            None => drop(self.fields.insert(path.into(), vec![field])),
        }
    }
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let before = self.path.len();
                    if before > 0 {
                        self.path.push('.');
                    }
                    self.path.push_str(name);
                    self.value(value);
                    self.path.truncate(before);
                }
            }
            Value::Array(items) => self.array(items),
            leaf => {
                let field = Field { value: scalar(leaf), within: self.within.clone() };
                self.event.push(&self.path, field);
            }
        }
    }

    fn array(&mut self, items: &[Value]) {
        let array = self.arrays;
        self.arrays += 1;
        for (index, item) in (0..).zip(items) {
            let nested = item.is_object() || item.is_array();
            if nested {
                self.within.push(Element { array, index });
            }
            self.value(item);
            if nested {
                self.within.pop();
            }
        }
    }
}

/// A value that is neither object nor array.
pub(crate) fn scalar(value: &Value) -> Scalar {
    match value {
        Value::String(text) => Scalar::text(text),
        Value::Number(number) => Scalar::Number(number.to_string().into(), comparable(number)),
        Value::Bool(true) => Scalar::Word("true"),
        Value::Bool(false) => Scalar::Word("false"),
        _ => Scalar::Word("null"),
    }
}

fn comparable(number: &Number) -> Option<f64> {
    let whole = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    match whole {
        Some(whole) if whole > EXACT => number::value(&number.to_string()),
        // The double that was read is the number's value.
        _ => number.as_f64().map(|value| if value == 0.0 { 0.0 } else { value }),
    }
}
