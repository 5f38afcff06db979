//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! topic made by a stack is the same as one made by hand.

mod policy;
mod subscription;
mod topic;

use service_kit::{Error, Service};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(topic::Topic).resource(subscription::Subscription).resource(policy::TopicPolicy)
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

/// An attribute's text as the property that it was.
fn typed(value: &str) -> serde_json::Value {
    serde_json::from_str(value).unwrap_or_else(|_| value.into())
}

/// None when what was asked for is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Err(Error::Modeled(error)) if error.schema.code == api_sns::errors::NOT_FOUND_EXCEPTION.code => Ok(None),
        answer => answer.map(Some),
    }
}
