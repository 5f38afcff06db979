//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! schedule made by a stack is the same as one made by hand. Properties have the names of the API's members.

mod group;
mod schedule;

use serde_json::Value;
use service_kit::properties::unless;
use service_kit::{Error, Fault, PropertySource, Service, answer};
use smithy::Shape;

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(group::ScheduleGroup).resource(schedule::Schedule)
}

/// An operation's input with the members that properties of the same names give.
fn input<T: Shape + Default>(properties: &PropertySource) -> Result<T, Error> {
    let mut input = T::default();
    let text = Value::Object(properties.clone()).to_string();
    let read = protocols::json_value::read(text.as_bytes(), &mut input);
    read.map_err(|malformed| Fault::Invalid { message: format!("Invalid properties: {}", malformed.0) })?;
    Ok(input)
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == "ResourceNotFoundException")
}

/// The members of an operation's output as properties, those of `names`.
fn properties(output: &dyn Shape, names: &[&str]) -> PropertySource {
    let all: PropertySource = serde_json::from_slice(&protocols::json_value::write(output)).unwrap_or_default();
    all.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
}
