//! Tags of trails, event data stores and channels.

use api_cloudtrail::{
    AddTags, AddTagsInput, AddTagsOutput, ListTags, ListTagsInput, ListTagsOutput, RemoveTags, RemoveTagsInput,
    RemoveTagsOutput, ResourceTag, Tag, errors,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::{own, resource_of};
use super::trail::{Told, changed};
use super::{channel, data_store};
use crate::error::{bad_parameter, bad_token};
use crate::limits::{RESOURCES_ASKED, TAGS};

/// A resource that has tags.
enum Tagged {
    Trail(String),
    DataStore(String),
    Channel(String),
}

/// Adds tags to a resource, or changes them.
pub(crate) async fn add_tags(ctx: &Ctx, input: AddTagsInput) -> Outcome<AddTags> {
    let added = of_list(&input.tags_list)?;
    retag(ctx, &input.resource_id, |tags| tagging::add(tags, &added).map_err(|violation| words(&violation))).await?;
    Ok(AddTagsOutput {})
}

/// Removes tags from a resource.
pub(crate) async fn remove_tags(ctx: &Ctx, input: RemoveTagsInput) -> Outcome<RemoveTags> {
    let keys: Vec<_> = input.tags_list.into_iter().map(|tag| tag.key).collect();
    retag(ctx, &input.resource_id, |tags| Ok(tagging::remove(tags, &keys))).await?;
    Ok(RemoveTagsOutput {})
}

/// Shows the tags of up to 20 resources.
pub(crate) async fn list_tags(ctx: &Ctx, input: ListTagsInput) -> Outcome<ListTags> {
    if input.next_token.is_some_and(|token| !token.is_empty()) {
        // All are shown at once: no token was ever given.
        return Err(bad_token());
    }
    if input.resource_id_list.len() > RESOURCES_ASKED {
        return Err(bad_parameter(format!("ResourceIdList can have at most {RESOURCES_ASKED} entries.")));
    }
    let mut list = Vec::new();
    for id in input.resource_id_list {
        let tags = to_list(&tags_of(ctx, &id).await?);
        list.push(ResourceTag { resource_id: Some(id), tags_list: Some(tags) });
    }
    Ok(ListTagsOutput { resource_tag_list: Some(list), next_token: None })
}

/// The tags of the resource of an ARN.
pub(crate) async fn tags_of(ctx: &Ctx, id: &str) -> Result<Tags, Error> {
    Ok(match tagged(id)? {
        Tagged::Trail(arn) => own(ctx, &arn).await?.tags,
        Tagged::DataStore(arn) => data_store::own(ctx, &arn).await?.tags,
        Tagged::Channel(arn) => channel::own(ctx, &arn).await?.1.tags,
    })
}

async fn retag(ctx: &Ctx, id: &str, change: impl Fn(&Tags) -> Result<Tags, Error>) -> Result<(), Error> {
    match tagged(id)? {
        Tagged::Trail(arn) => {
            let trail = own(ctx, &arn).await?;
            changed(ctx, &trail, |trail| {
                trail.tags = change(&trail.tags).map_err(Told)?;
                Ok(())
            })
            .await?;
        }
        Tagged::DataStore(arn) => {
            let store = data_store::own(ctx, &arn).await?;
            data_store::changed(ctx, &store, |store| {
                store.tags = change(&store.tags).map_err(Told)?;
                Ok(())
            })
            .await?;
        }
        Tagged::Channel(arn) => {
            let (id, _) = channel::own(ctx, &arn).await?;
            channel::changed(ctx, &id, |channel| {
                channel.tags = change(&channel.tags).map_err(Told)?;
                Ok(())
            })
            .await?;
        }
    }
    Ok(())
}

fn tagged(id: &str) -> Result<Tagged, Error> {
    let arn = id.to_owned();
    match resource_of(id).as_ref().map(|(_, kind, _)| kind.as_str()) {
        Some("trail") => Ok(Tagged::Trail(arn)),
        Some("eventdatastore") => Ok(Tagged::DataStore(arn)),
        Some("channel") => Ok(Tagged::Channel(arn)),
        Some(_) => Err(errors::resource_type_not_supported_exception("The resource type is not supported.").into()),
        None => Err(crate::error::bad_arn(id)),
    }
}

/// Tags as a call gives them.
pub(crate) fn of_list(list: &[Tag]) -> Result<Tags, Error> {
    let mut tags = Tags::new();
    for tag in list {
        let value = tag.value.clone().unwrap_or_default();
        if tags.insert(tag.key.clone(), value).is_some() {
            let text = format!("Duplicate tag key: {}.", tag.key);
            return Err(errors::invalid_tag_parameter_exception(text).into());
        }
    }
    TagViolation::check(&tags).map_err(|violation| words(&violation))?;
    Ok(tags)
}

/// Tags as an answer shows them.
pub(crate) fn to_list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: Some(value.clone()) }).collect()
}

/// What creating a resource with tags touches: to tag it is an action of its own.
pub(crate) fn access_with(arn: impl ToString, tags: Option<&[Tag]>) -> Access {
    let tags = tags.unwrap_or_default();
    let with = |access: Access| {
        access.with_request_tags(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default())))
    };
    let access = with(Access::to(arn.to_string()));
    if tags.is_empty() { access } else { access.and(with(Access::to(arn).as_action("cloudtrail:AddTags"))) }
}

/// What a call that sets tags touches.
pub(crate) fn access_to_add(_: &Ctx, input: &AddTagsInput) -> Result<Access, Error> {
    let tags = input.tags_list.iter().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default()));
    Ok(Access::to(&input.resource_id).with_request_tags(tags))
}

/// What a call that removes tags touches.
pub(crate) fn access_to_remove(_: &Ctx, input: &RemoveTagsInput) -> Result<Access, Error> {
    Ok(Access::to(&input.resource_id).with_tag_keys(input.tags_list.iter().map(|tag| tag.key.as_str())))
}

/// What a call that shows tags touches.
pub(crate) fn access_to_list(_: &Ctx, input: &ListTagsInput) -> Result<Access, Error> {
    Ok(Access { resources: input.resource_id_list.clone(), ..Access::default() })
}

fn words(violation: &TagViolation) -> Error {
    let text = match violation {
        TagViolation::TooMany => {
            let text = format!("The number of tags per resource has exceeded the limit of {TAGS}.");
            return errors::tags_limit_exceeded_exception(text).into();
        }
        TagViolation::KeyLength(_) => "Tag keys must be between 1 and 128 characters long.".to_owned(),
        TagViolation::ValueLength(_) => "Tag values must be at most 256 characters long.".to_owned(),
        TagViolation::Characters(text) => format!("The tag contains characters that are not allowed: {text}"),
        TagViolation::Reserved(key) => format!("Tag keys cannot start with aws: {key}"),
    };
    errors::invalid_tag_parameter_exception(text).into()
}
