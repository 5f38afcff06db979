//! The intermediate form as Rust text. Layout does not matter here: nobody reads it but through rustfmt.

mod access;
mod enums;
mod errors;
mod operations;
mod structure;
mod tables;
mod types;
mod union;

use crate::model::{Kind, Model, Shape};
use crate::reach::reachable;
pub(crate) use tables::service_value;
use types::Types;

/// All items of a service for the listed operations.
pub(crate) fn service(model: &Model, listed: &[&str]) -> String {
    let types = Types::new(model);
    let shapes: Vec<&Shape> = reachable(model, listed).into_iter().map(|name| model.shape(name)).collect();
    let mut text = operations::markers(model, listed, &types);
    let mut named = Vec::new();
    for shape in &shapes {
        match shape.kind {
            Kind::Enum => text += &enums::enumeration(shape, types.of(&shape.name)),
            Kind::Union | Kind::EventStream => text += &union::union(model, shape, &types),
            Kind::Structure if types.is_emitted(shape) => text += &structure::structure(model, shape, &types),
            _ => continue,
        }
        if shape.has_fields() {
            named.push(types.of(&shape.name));
        }
    }
    text += &format!("smithy::shapes! {{ {} }}\n", named.join(", "));
    text += &errors::module(&shapes);
    text + &tables::module(model, listed, &shapes)
}

/// The static that describes a shape, seen from outside the module of tables.
fn schema_path(shape: &Shape) -> String {
    format!("tables::S_{}", shape.name)
}

/// A Rust text literal.
fn literal(text: &str) -> String {
    format!("{text:?}")
}
