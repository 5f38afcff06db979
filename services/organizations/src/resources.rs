//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so
//! what a stack makes is the same as what is made by hand.

mod account;
mod organization;
mod policy;
mod resource_policy;
mod unit;

use api_organizations::{
    ListTagsForResource, ListTagsForResourceInput, Tag, TagResource, TagResourceInput, UntagResource,
    UntagResourceInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{Retag, tag_list, tags_of, unless};
use service_kit::{Ctx, Error, PropertySource, Service, answer};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service
        .resource(account::Account)
        .resource(organization::Organization)
        .resource(unit::OrganizationalUnit)
        .resource(policy::Policy)
        .resource(resource_policy::ResourcePolicy)
}

/// A property that is text; empty when it is not there.
fn text(properties: &PropertySource, name: &str) -> String {
    properties.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A property that is text, when it is there.
fn some_text(properties: &PropertySource, name: &str) -> Option<String> {
    properties.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A document, given as text or as an object.
fn document(properties: &PropertySource, name: &str) -> String {
    properties
        .get(name)
        .map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// A document as the object that it is.
fn object(document: &str) -> Value {
    serde_json::from_str(document).unwrap_or_else(|_| document.into())
}

/// Properties whose values are there.
fn properties<const N: usize>(values: [(&str, Option<Value>); N]) -> PropertySource {
    values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Tags for something new.
fn new_tags(properties: &PropertySource) -> Option<Vec<Tag>> {
    let tags: Vec<_> = tags_of(properties).into_iter().map(|(key, value)| Tag { key, value }).collect();
    (!tags.is_empty()).then_some(tags)
}

/// The tags of an id.
async fn tags(ctx: &Ctx, id: &str) -> Result<Tags, Error> {
    let (mut tags, mut next_token) = (Tags::new(), None);
    loop {
        let input = ListTagsForResourceInput { resource_id: id.to_owned(), next_token };
        let Some(page) = unless_gone(ctx.call::<ListTagsForResource>(input).await)? else { return Ok(tags) };
        tags.extend(page.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(tags);
        }
    }
}

/// The tags of an id as a property.
async fn tags_property(ctx: &Ctx, id: &str) -> Result<Option<Value>, Error> {
    Ok(tag_list(&tags(ctx, id).await?))
}

/// Makes the tags of an id those that are wanted.
async fn retag(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    let (present, wanted) = (tags(ctx, id).await?, tags_of(properties));
    let change = Retag::between(&present, wanted);
    if let Some(tag_keys) = change.gone {
        ctx.call::<UntagResource>(UntagResourceInput { resource_id: id.to_owned(), tag_keys }).await?;
    }
    if let Some(wanted) = change.set {
        let tags = wanted.into_iter().map(|(key, value)| Tag { key, value }).collect();
        ctx.call::<TagResource>(TagResourceInput { resource_id: id.to_owned(), tags }).await?;
    }
    Ok(())
}

/// None when what was asked for is gone, or its organization is.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code.ends_with("NotFoundException") || code == "AWSOrganizationsNotInUseException")
}
