//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! trail made by a stack is the same as one made by hand. Properties have the names of the operations' members but for a
//! few, so they are handed over as JSON.

mod channel;
mod data_store;
mod policy;
mod trail;

use names::Tags;
use serde_json::{Map, Value};
use service_kit::properties::{Retag, unless};
use service_kit::{Ctx, Error, Fault, PropertySource, Service, answer};
use smithy::Shape;

use api_cloudtrail::{AddTags, AddTagsInput, ListTags, ListTagsInput, RemoveTags, RemoveTagsInput, Tag};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service
        .resource(channel::Channel)
        .resource(data_store::EventDataStore)
        .resource(policy::ResourcePolicy)
        .resource(trail::Trail)
}

/// The input of an operation, made of properties.
fn input<T: Shape + Default>(properties: Value) -> Result<T, Error> {
    let mut input = T::default();
    let text = truths(properties).to_string();
    let read = protocols::json_value::read(text.as_bytes(), &mut input);
    read.map_err(|malformed| Fault::Malformed { reason: malformed.0 })?;
    Ok(input)
}

/// Properties made of an output.
fn output(shape: &dyn Shape) -> Map<String, Value> {
    serde_json::from_slice(&protocols::json_value::write(shape)).unwrap_or_default()
}

/// Templates may write booleans as text, at the top alone.
fn truths(mut properties: Value) -> Value {
    for value in properties.as_object_mut().into_iter().flat_map(Map::values_mut) {
        match value.as_str() {
            Some("true") => *value = true.into(),
            Some("false") => *value = false.into(),
            _ => {}
        }
    }
    properties
}

/// Properties under the names that an operation has for them; those without a name are left out.
fn renamed(properties: &PropertySource, names: &[(&str, &str)]) -> Map<String, Value> {
    let found = names.iter().filter_map(|(own, theirs)| Some(((*theirs).to_owned(), properties.get(*own)?.clone())));
    found.collect()
}

/// The tags of a resource.
async fn tags(ctx: &Ctx, arn: &str) -> Result<Tags, Error> {
    let input = ListTagsInput { resource_id_list: vec![arn.to_owned()], next_token: None };
    let list = ctx.call::<ListTags>(input).await?.resource_tag_list.unwrap_or_default();
    let tags = list.into_iter().flat_map(|one| one.tags_list.unwrap_or_default());
    Ok(tags.map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

/// Gives a resource these tags and no others.
async fn retag(ctx: &Ctx, arn: &str, wanted: Tags) -> Result<(), Error> {
    let change = Retag::between(&tags(ctx, arn).await?, wanted);
    if let Some(gone) = change.gone {
        let tags_list = gone.into_iter().map(|key| Tag { key, value: None }).collect();
        ctx.call::<RemoveTags>(RemoveTagsInput { resource_id: arn.to_owned(), tags_list }).await?;
    }
    if let Some(set) = change.set {
        let tags_list = set.into_iter().map(|(key, value)| Tag { key, value: Some(value) }).collect();
        ctx.call::<AddTags>(AddTagsInput { resource_id: arn.to_owned(), tags_list }).await?;
    }
    Ok(())
}

/// None when what was asked for is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    const GONE: [&str; 5] = [
        "ChannelNotFoundException",
        "EventDataStoreNotFoundException",
        "ResourceNotFoundException",
        "ResourcePolicyNotFoundException",
        "TrailNotFoundException",
    ];
    unless(answer, |code| GONE.contains(&code))
}
