//! Schemas of events that a caller brings, without keeping anything.

use api_schemas::{GetDiscoveredSchema, GetDiscoveredSchemaInput, GetDiscoveredSchemaOutput};
use serde_json::Value;
use service_kit::{Ctx, Error, Outcome};

use super::schema::language;
use crate::engine::document::learnt::{Learnt, of_values};
use crate::engine::document::{Language, draft4};
use crate::engine::shape::Shape;
use crate::error::invalid;

/// The schema of up to ten events. What is no event is described as it is.
pub(crate) async fn get_discovered_schema(_ctx: &Ctx, input: GetDiscoveredSchemaInput) -> Outcome<GetDiscoveredSchema> {
    let language = language(input.r#type.as_str())?;
    let events = input.events.iter().map(|event| serde_json::from_str(event).map_err(|_| unreadable()));
    let events: Vec<Value> = events.collect::<Result<_, _>>()?;
    if !events.iter().all(Value::is_object) {
        return Err(unreadable());
    }
    let learnt: Option<Vec<Learnt>> = events.iter().map(Learnt::of).collect();
    let document = match learnt.and_then(|all| all.into_iter().reduce(Learnt::join)) {
        Some(learnt) => learnt.document(),
        None => of_values(&events.iter().map(Shape::of).fold(Shape::default(), Shape::join)),
    };
    let document = if language == Language::Draft4 { draft4::export(&document) } else { document };
    Ok(GetDiscoveredSchemaOutput { content: Some(document.to_string()) })
}

fn unreadable() -> Error {
    invalid("Events must be JSON objects.")
}
