//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! rule made by a stack is the same as one made by hand. Properties have the names of the API's members, but for a few.

mod archive;
mod bus;
mod connection;
mod destination;
mod rule;

use names::Tags;
use serde_json::Value;
use service_kit::properties::{Retag, unless};
use service_kit::{Ctx, Error, Fault, PropertySource, Service, answer};
use smithy::Shape;

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service
        .resource(archive::Archive)
        .resource(bus::EventBus)
        .resource(connection::Connection)
        .resource(destination::ApiDestination)
        .resource(rule::Rule)
}

/// An operation's input with the members that properties of the same names give.
fn input<T: Shape + Default>(properties: &PropertySource) -> Result<T, Error> {
    let mut input = T::default();
    let text = Value::Object(properties.clone()).to_string();
    let read = protocols::json_value::read(text.as_bytes(), &mut input);
    read.map_err(|malformed| Fault::Invalid { message: format!("Invalid properties: {}", malformed.0) })?;
    Ok(input)
}

/// The members of an operation's output as properties, those of `names`.
fn properties(output: &dyn Shape, names: &[&str]) -> PropertySource {
    let all: PropertySource = serde_json::from_slice(&protocols::json_value::write(output)).unwrap_or_default();
    all.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == "ResourceNotFoundException")
}

/// A property that templates write as an object and the API as its text.
fn as_text(properties: &mut PropertySource, member: &str) {
    if let Some(value) = properties.get_mut(member).filter(|value| value.is_object()) {
        *value = Value::String(value.to_string());
    }
}

/// The other way round.
fn as_object(properties: &mut PropertySource, member: &str) {
    if let Some(value) = properties.get_mut(member)
        && let Some(object) = value.as_str().and_then(|text| serde_json::from_str(text).ok())
    {
        *value = object;
    }
}

/// The tags that a resource has.
async fn tags(ctx: &Ctx, resource_arn: String) -> Result<Tags, Error> {
    let input = api_events::ListTagsForResourceInput { resource_arn };
    let listed = ctx.call::<api_events::ListTagsForResource>(input).await?;
    Ok(listed.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// Makes a resource's tags those that are wanted.
async fn retag(ctx: &Ctx, resource_arn: String, wanted: Tags) -> Result<(), Error> {
    let present = tags(ctx, resource_arn.clone()).await?;
    let change = Retag::between(&present, wanted);
    if let Some(tag_keys) = change.gone {
        let input = api_events::UntagResourceInput { resource_arn: resource_arn.clone(), tag_keys };
        ctx.call::<api_events::UntagResource>(input).await?;
    }
    if let Some(wanted) = change.set {
        let tags = wanted.into_iter().map(|(key, value)| api_events::Tag { key, value }).collect();
        ctx.call::<api_events::TagResource>(api_events::TagResourceInput { resource_arn, tags }).await?;
    }
    Ok(())
}
