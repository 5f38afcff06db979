//! Enums, open: a value the model does not list is kept.

use super::literal;
use crate::idents::{distinct, upper_camel};
use crate::model::Shape;

/// Beyond this many values an enum is text in a type of its own.
const MOST_VARIANTS: usize = 64;

pub(super) fn enumeration(shape: &Shape, name: &str) -> String {
    let values = distinct_values(shape);
    if values.len() > MOST_VARIANTS {
        return format!("smithy::text!({name});\n");
    }
    let names = distinct(values.iter().map(|value| variant(value)), "");
    let variants: String =
        names.iter().zip(&values).map(|(name, value)| format!("    {name} = {},\n", literal(value))).collect();
    format!("smithy::enumeration! {{ {name} {{\n{variants}}} }}\n")
}

fn distinct_values(shape: &Shape) -> Vec<&str> {
    let mut values: Vec<&str> = Vec::new();
    for value in &shape.values {
        if !values.contains(&value.as_str()) {
            values.push(value);
        }
    }
    values
}

fn variant(value: &str) -> String {
    match upper_camel(value) {
        name if name == "Unknown" || name == "Self" => name + "Value",
        name => name,
    }
}
