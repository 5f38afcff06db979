//! Modelled exceptions: a description and a constructor each; those that say more than a message are structures too.

use super::literal;
use crate::idents::{screaming, snake};
use crate::model::Shape;

/// `pub mod errors` with all exceptions among the shapes.
pub(super) fn module(shapes: &[&Shape]) -> String {
    let items: String = shapes.iter().filter(|s| s.error.is_some()).map(|shape| error(shape)).collect();
    format!("pub mod errors {{\n#[allow(unused_imports)] use super::tables;\n{items}}}\n")
}

fn error(shape: &Shape) -> String {
    let Some(error) = &shape.error else { return String::new() };
    let name = screaming(&shape.name);
    let party = if error.sender { "Sender" } else { "Receiver" };
    format!(
        "pub static {name}: smithy::ErrorSchema = smithy::ErrorSchema {{
            shape: &tables::S_{}, code: {}, query_code: {}, status: {}, query_status: {}, party: smithy::Party::{party},
        }};
        pub fn {}(message: impl Into<String>) -> smithy::ApiError {{ smithy::ApiError::new(&{name}, message) }}\n",
        shape.name,
        literal(&error.code),
        literal(&error.query_code),
        error.status,
        error.query_status,
        snake(&shape.name),
    )
}

/// From a structure to the error that carries it; the message moves to its own place.
pub(super) fn conversion(name: &str, code: &str, message: Option<&str>) -> String {
    let shape = code.rsplit('#').next().unwrap_or(code);
    let (pattern, message) = match message {
        Some(field) => ("mut details", format!("details.{field}.take().unwrap_or_default()")),
        None => ("details", "String::new()".to_owned()),
    };
    format!(
        "impl From<{name}> for smithy::ApiError {{
            fn from({pattern}: {name}) -> Self {{
                let message = {message};
                Self {{ schema: &errors::{}, message, details: Some(Box::new(details)) }}
            }}
        }}\n",
        screaming(shape)
    )
}
