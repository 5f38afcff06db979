//! Tags of streams and consumers.

use api_kinesis::{
    AddTagsToStream, AddTagsToStreamInput, AddTagsToStreamOutput, ListTagsForResource, ListTagsForResourceInput,
    ListTagsForResourceOutput, ListTagsForStream, ListTagsForStreamInput, ListTagsForStreamOutput,
    RemoveTagsFromStream, RemoveTagsFromStreamInput, RemoveTagsFromStreamOutput, Tag, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, Resource, access_to_resource};
use super::policy::refused;
use crate::Kinesis;
use crate::engine::refusal::Refusal;
use crate::error::{invalid, told};
use crate::limits;

/// Tags shown when nobody says how many. Source: ListTagsForStream: all of them.
const PAGE: usize = limits::TAGS;

/// Sets tags of a stream.
pub(crate) async fn add_tags_to_stream(ctx: &Ctx, input: AddTagsToStreamInput) -> Outcome<AddTagsToStream> {
    check(&input.tags)?;
    let resource = Resource::Stream(address::home(ctx, &input)?);
    change(ctx, &resource, |tags| tags.extend(input.tags.clone())).await?;
    Ok(AddTagsToStreamOutput {})
}

/// Removes tags of a stream.
pub(crate) async fn remove_tags_from_stream(
    ctx: &Ctx,
    input: RemoveTagsFromStreamInput,
) -> Outcome<RemoveTagsFromStream> {
    check_texts(input.tag_keys.iter())?;
    let resource = Resource::Stream(address::home(ctx, &input)?);
    change(ctx, &resource, |tags| tags.retain(|key, _| !input.tag_keys.contains(key))).await?;
    Ok(RemoveTagsFromStreamOutput {})
}

/// Lists the tags of a stream by their keys.
pub(crate) async fn list_tags_for_stream(ctx: &Ctx, input: ListTagsForStreamInput) -> Outcome<ListTagsForStream> {
    let stream = address::stream(ctx, &input).await?;
    let limit = input.limit.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE));
    let after = input.exclusive_start_tag_key.as_deref();
    let known = stream.known();
    let mut left = known.record.tags.iter().filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
    let tags = left.by_ref().take(limit).map(shown).collect();
    Ok(ListTagsForStreamOutput { tags, has_more_tags: left.next().is_some() })
}

/// Sets tags of a stream or consumer.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    check(&input.tags)?;
    let resource = Resource::read(ctx, &input.resource_arn)?;
    change(ctx, &resource, |tags| tags.extend(input.tags.clone())).await?;
    Ok(TagResourceOutput {})
}

/// Removes tags of a stream or consumer.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    check_texts(input.tag_keys.iter())?;
    let resource = Resource::read(ctx, &input.resource_arn)?;
    change(ctx, &resource, |tags| tags.retain(|key, _| !input.tag_keys.contains(key))).await?;
    Ok(UntagResourceOutput {})
}

/// Lists the tags of a stream or consumer.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let resource = Resource::read(ctx, &input.resource_arn)?;
    let stream = address::find(ctx, resource.home()).await?;
    let tags = match &resource {
        Resource::Stream(_) => stream.known().record.tags.clone(),
        Resource::Consumer(_, consumer) => {
            let found = ctx.state::<Kinesis>().engine().consumer_named(&stream, consumer).await;
            found.map_err(|refusal| refused(&resource, refusal))?.tags
        }
    };
    Ok(ListTagsForResourceOutput { tags: Some(tags.iter().map(shown).collect()) })
}

async fn change(ctx: &Ctx, resource: &Resource, change: impl Fn(&mut Tags)) -> Result<(), Error> {
    let stream = address::find(ctx, resource.home()).await?;
    let engine = ctx.state::<Kinesis>().engine();
    let checked = |tags: &mut Tags| {
        change(tags);
        if tags.len() > limits::TAGS { Err(Refusal::TooManyTags) } else { Ok(()) }
    };
    let changed = match resource {
        Resource::Stream(_) => engine.change(&stream, |record, _| checked(&mut record.tags)).await,
        Resource::Consumer(_, consumer) => {
            engine.change_consumer(&stream, consumer, |record| checked(&mut record.tags)).await
        }
    };
    changed.map_err(|refusal| match refusal {
        Refusal::NoSuchConsumer => refused(resource, refusal),
        other => told(resource.home(), other),
    })
}

fn shown((key, value): (&String, &String)) -> Tag {
    Tag { key: key.clone(), value: Some(value.clone()) }
}

/// Refuses tags that nothing can have.
pub(crate) fn check(tags: &Tags) -> Result<(), Error> {
    if tags.len() > limits::TAGS {
        return Err(invalid(format!("A resource cannot have more than {} tags.", limits::TAGS)));
    }
    check_texts(tags.iter().flat_map(|(key, value)| [key, value]))
}

fn check_texts<'a>(mut texts: impl Iterator<Item = &'a String>) -> Result<(), Error> {
    let fine = |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || "_./=+-%@:".contains(letter);
    if texts.all(|text| text.chars().all(fine)) {
        return Ok(());
    }
    Err(invalid(
        "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.",
    ))
}

/// With the tags that a call sets.
pub(crate) fn setting(access: Access, tags: Option<&Tags>) -> Access {
    access.with_request_tags(tags.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// What setting tags of a stream touches.
pub(crate) fn access_to_add(ctx: &Ctx, input: &AddTagsToStreamInput) -> Result<Access, Error> {
    Ok(setting(address::access(ctx, input)?, Some(&input.tags)))
}

/// What removing tags of a stream touches.
pub(crate) fn access_to_remove(ctx: &Ctx, input: &RemoveTagsFromStreamInput) -> Result<Access, Error> {
    Ok(address::access(ctx, input)?.with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

/// What setting tags touches.
pub(crate) fn access_to_tag(ctx: &Ctx, input: &TagResourceInput) -> Result<Access, Error> {
    Ok(setting(access_to_resource(ctx, &input.resource_arn)?, Some(&input.tags)))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(ctx: &Ctx, input: &UntagResourceInput) -> Result<Access, Error> {
    Ok(access_to_resource(ctx, &input.resource_arn)?.with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}
