//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! schema made by a stack is the same as one made by hand. Properties have the names of the API's members; identifiers are
//! ARNs, as CloudFormation has them.

mod discoverer;
mod registry;
mod schema;

use api_schemas::{
    ListTagsForResource, ListTagsForResourceInput, TagResource, TagResourceInput, UntagResource, UntagResourceInput,
};
use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{Retag, show_tags, tags_of, unless};
use service_kit::{Ctx, Error, Fault, PropertySource, Service, answer};
use smithy::Shape;

use crate::engine::home::{Home, Named};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(discoverer::Discoverer).resource(registry::Registry).resource(schema::Schema)
}

/// An operation's input with the members that properties of the same names give; tags as the API has them.
fn input<T: Shape + Default>(properties: &PropertySource) -> Result<T, Error> {
    let mut properties = properties.clone();
    let tags = tags_of(&properties);
    properties.insert("Tags".to_owned(), json!(tags));
    let mut input = T::default();
    let read = protocols::json_value::read(Value::Object(properties).to_string().as_bytes(), &mut input);
    read.map_err(|malformed| Fault::Invalid { message: format!("Invalid properties: {}", malformed.0) })?;
    Ok(input)
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == "NotFoundException")
}

/// The members of an operation's output as properties, those of `names`; tags as templates have them.
fn properties(output: &dyn Shape, names: &[&str], tags: Option<&Tags>) -> PropertySource {
    let all: PropertySource = serde_json::from_slice(&protocols::json_value::write(output)).unwrap_or_default();
    let mut found: PropertySource = all.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
    if let Some(tags) = tags {
        show_tags(&mut found, tags);
    }
    found
}

/// What an identifier names.
fn named(ctx: &Ctx, id: &str) -> Result<Named, Error> {
    let home = Home { account: ctx.account(), region: ctx.region.clone() };
    let invalid = || Fault::Invalid { message: format!("{id} is not an identifier of a resource of schemas.") };
    Named::of_arn(id, &home).ok_or_else(|| invalid().into())
}

/// The tags of a resource.
async fn tags(ctx: &Ctx, id: &str) -> Result<Tags, Error> {
    let listed = ctx.call::<ListTagsForResource>(ListTagsForResourceInput { resource_arn: id.to_owned() }).await?;
    Ok(listed.tags.unwrap_or_default())
}

/// Makes the tags of a resource those of a template.
async fn retag(ctx: &Ctx, id: &str, wanted: Tags) -> Result<(), Error> {
    let (present, resource_arn) = (tags(ctx, id).await?, id.to_owned());
    let change = Retag::between(&present, wanted);
    if let Some(tag_keys) = change.gone {
        ctx.call::<UntagResource>(UntagResourceInput { resource_arn: resource_arn.clone(), tag_keys }).await?;
    }
    if let Some(wanted) = change.set {
        ctx.call::<TagResource>(TagResourceInput { resource_arn, tags: wanted }).await?;
    }
    Ok(())
}
