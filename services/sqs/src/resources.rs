//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! queue made by a stack is the same as one made by hand.

mod policy;
mod queue;

use service_kit::Service;

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(queue::Queue).resource(policy::QueuePolicy).resource(policy::QueueInlinePolicy)
}

/// Waits for a future behind a pointer, as resource types answer.
macro_rules! answer {
    ($($body:tt)*) => { Box::pin(async move { $($body)* }) };
}

use answer;

/// A property as the text that an attribute has.
fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The name at the end of a queue's URL.
fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}
