//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! queue made by a stack is the same as one made by hand.

mod policy;
mod queue;

use service_kit::{Service, answer};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(queue::Queue).resource(policy::QueuePolicy).resource(policy::QueueInlinePolicy)
}

/// The name at the end of a queue's URL.
fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}
