//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! stream made by a stack is the same as one made by hand.

mod consumer;
mod policy;
mod stream;

use serde_json::Value;
use service_kit::properties::unless;
use service_kit::{Error, PropertySource, Service, answer};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(consumer::StreamConsumer).resource(policy::ResourcePolicy).resource(stream::Stream)
}

/// A property's text.
fn text(properties: &PropertySource, name: &str) -> Option<String> {
    properties.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == api_kinesis::errors::RESOURCE_NOT_FOUND_EXCEPTION.code)
}
