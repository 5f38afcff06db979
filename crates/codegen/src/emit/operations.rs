//! Operation markers: a type for each operation, and names for inputs and outputs that several share.

use super::types::{Types, io_name};
use crate::model::{Model, Operation};

pub(super) fn markers(model: &Model, listed: &[&str], types: &Types<'_>) -> String {
    let statics: Vec<String> = listed.iter().map(|name| format!("&tables::O_{name}")).collect();
    let head = format!(
        "pub use tables::SERVICE;\npub static OPERATIONS: &[&smithy::OperationSchema] = &[{}];\n",
        statics.join(", ")
    );
    listed.iter().fold(head, |text, name| text + &marker(model, &model.operations[*name], types))
}

fn marker(model: &Model, operation: &Operation, types: &Types<'_>) -> String {
    let name = &operation.name;
    let (input, output) = (io_name(model, name, "Input"), io_name(model, name, "Output"));
    format!(
        "#[derive(Debug, Clone, Copy)]
        pub struct {name};
        impl smithy::Operation for {name} {{
            type Input = {input};
            type Output = {output};
            const SCHEMA: &'static smithy::OperationSchema = &tables::O_{name};
        }}\n{}{}",
        alias(&input, types.of(&operation.input)),
        alias(&output, types.of(&operation.output)),
    )
}

fn alias(name: &str, target: &str) -> String {
    if name == target { String::new() } else { format!("pub type {name} = {target};\n") }
}
