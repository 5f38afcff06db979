//! Tags of topics.

use api_sns::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, Tag, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput, errors,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::{address, topic};
use crate::error::invalid;

/// Shows a topic's tags.
pub(crate) async fn list_tags(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let home = address::home(ctx, &input.resource_arn, "ResourceArn")?;
    let topic = address::find(ctx, &home).await.map_err(|_| no_resource())?;
    let tags = topic.record.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() });
    Ok(ListTagsForResourceOutput { tags: Some(tags.collect()) })
}

/// Adds tags to a topic, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let home = address::home(ctx, &input.resource_arn, "ResourceArn")?;
    let added = from_input(input.tags)?;
    address::find(ctx, &home).await.map_err(|_| no_resource())?;
    topic::change(ctx, &home, |record| {
        record.tags = tagging::add(&record.tags, &added).map_err(|violation| words(&violation))?;
        Ok(())
    })
    .await?;
    Ok(TagResourceOutput {})
}

/// Removes tags from a topic.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let home = address::home(ctx, &input.resource_arn, "ResourceArn")?;
    address::find(ctx, &home).await.map_err(|_| no_resource())?;
    topic::change(ctx, &home, |record| {
        record.tags = tagging::remove(&record.tags, &input.tag_keys);
        Ok(())
    })
    .await?;
    Ok(UntagResourceOutput {})
}

/// Tags as they were given, each key once.
pub(crate) fn from_input(given: Vec<Tag>) -> Result<Tags, Error> {
    let mut tags = Tags::new();
    for Tag { key, value } in given {
        if tags.insert(key, value).is_some() {
            return Err(invalid("Duplicated keys are not allowed."));
        }
    }
    TagViolation::check(&tags).map_err(|violation| words(&violation))?;
    Ok(tags)
}

/// What tagging a topic touches.
pub(crate) fn access_to_tag(ctx: &Ctx, input: &TagResourceInput) -> Result<Access, Error> {
    let access = address::access(ctx, &input.resource_arn, "ResourceArn")?;
    Ok(access.with_request_tags(input.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(ctx: &Ctx, input: &UntagResourceInput) -> Result<Access, Error> {
    let access = address::access(ctx, &input.resource_arn, "ResourceArn")?;
    Ok(access.with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

fn no_resource() -> Error {
    errors::resource_not_found_exception("Resource does not exist").into()
}

fn words(violation: &TagViolation) -> Error {
    match violation {
        TagViolation::TooMany => {
            errors::tag_limit_exceeded_exception("Could not complete request: tag quota of per resource exceeded")
                .into()
        }
        TagViolation::KeyLength(_) => invalid("Tag Keys must be between 1 and 128 characters long"),
        TagViolation::ValueLength(_) => invalid("Tag Values must be at most 256 characters long"),
        TagViolation::Characters(_) => invalid("Tags contain characters that are not allowed"),
        TagViolation::Reserved(_) => errors::tag_policy_exception("Tag keys must not begin with aws:").into(),
    }
}
