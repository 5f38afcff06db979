//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! stream made by a stack is the same as one made by hand.

mod consumer;
mod policy;
mod stream;

use names::Tags;
use serde_json::Value;
use service_kit::{Error, PropertySource, Service};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(consumer::StreamConsumer).resource(policy::ResourcePolicy).resource(stream::Stream)
}

/// Waits for a future behind a pointer, as resource types answer.
macro_rules! answer {
    ($($body:tt)*) => { Box::pin(async move { $($body)* }) };
}

use answer;

/// A property's text.
fn text(properties: &PropertySource, name: &str) -> Option<String> {
    properties.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The tags of a property that lists them.
fn tags(properties: &PropertySource) -> Tags {
    let list = properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
    let tag = |tag: &Value| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str()?.to_owned()));
    list.filter_map(tag).collect()
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Err(Error::Modeled(error)) if error.schema.code == api_kinesis::errors::RESOURCE_NOT_FOUND_EXCEPTION.code => {
            Ok(None)
        }
        answer => answer.map(Some),
    }
}
