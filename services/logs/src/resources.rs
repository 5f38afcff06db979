//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! group made by a stack is the same as one made by hand.
//!
//! What belongs to a group is identified by the group's name and its own, with a bar between them, as Cloud Control does.

mod account_policy;
mod destination;
mod group;
mod metric_filter;
mod query_definition;
mod resource_policy;
mod stream;
mod subscription_filter;

use names::Arn;
use serde_json::Value;
use service_kit::properties::unless;
use service_kit::{Ctx, Error, PropertySource, Service, answer};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service
        .resource(account_policy::AccountPolicy)
        .resource(destination::Destination)
        .resource(group::LogGroup)
        .resource(metric_filter::MetricFilter)
        .resource(query_definition::QueryDefinition)
        .resource(resource_policy::ResourcePolicy)
        .resource(stream::LogStream)
        .resource(subscription_filter::SubscriptionFilter)
}

/// The ARN of something of the service, whoever's operation asks.
fn arn_of(ctx: &Ctx, resource: String) -> String {
    Arn::regional("logs", &ctx.region, ctx.account(), resource).to_string()
}

/// A property's text; numbers and booleans, which templates may write, as they are written.
fn text(properties: &PropertySource, name: &str) -> Option<String> {
    match properties.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The same where there must be one: what is missing the operation refuses.
fn needed(properties: &PropertySource, name: &str) -> String {
    text(properties, name).unwrap_or_default()
}

/// A property that is true or not, in either form that templates have.
fn truth(properties: &PropertySource, name: &str) -> Option<bool> {
    match text(properties, name)?.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A property's texts.
fn texts(properties: &PropertySource, name: &str) -> Option<Vec<String>> {
    let all = properties.get(name)?.as_array()?;
    Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Puts a property where there is a value.
fn show(properties: &mut PropertySource, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        properties.insert(name.to_owned(), value.into());
    }
}

/// The two names of an identifier.
fn both(id: &str) -> (String, String) {
    let (group, name) = id.split_once('|').unwrap_or((id, ""));
    (group.to_owned(), name.to_owned())
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == api_logs::errors::RESOURCE_NOT_FOUND_EXCEPTION.code)
}
