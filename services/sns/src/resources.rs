//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! topic made by a stack is the same as one made by hand.

mod policy;
mod subscription;
mod topic;

use service_kit::properties::unless;
use service_kit::{Error, Service, answer};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(topic::Topic).resource(subscription::Subscription).resource(policy::TopicPolicy)
}

/// An attribute's text as the property that it was.
fn typed(value: &str) -> serde_json::Value {
    serde_json::from_str(value).unwrap_or_else(|_| value.into())
}

/// None when what was asked for is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == api_sns::errors::NOT_FOUND_EXCEPTION.code)
}
