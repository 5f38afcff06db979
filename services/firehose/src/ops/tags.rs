//! Tags of delivery streams.

use api_firehose::{
    ListTagsForDeliveryStream, ListTagsForDeliveryStreamInput, ListTagsForDeliveryStreamOutput, Tag, TagDeliveryStream,
    TagDeliveryStreamInput, TagDeliveryStreamOutput, UntagDeliveryStream, UntagDeliveryStreamInput,
    UntagDeliveryStreamOutput,
};
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome};

use super::stream::engine;
use super::{access, find};
use crate::engine::Refusal;
use crate::error::told;
use crate::limits;

/// Sets tags.
pub(crate) async fn tag_delivery_stream(ctx: &Ctx, input: TagDeliveryStreamInput) -> Outcome<TagDeliveryStream> {
    let pair = |tag: &Tag| (tag.key.clone(), tag.value.clone().unwrap_or_default());
    change(ctx, &input.delivery_stream_name, |tags| tags.extend(input.tags.iter().map(pair))).await?;
    Ok(TagDeliveryStreamOutput {})
}

/// Removes tags.
pub(crate) async fn untag_delivery_stream(ctx: &Ctx, input: UntagDeliveryStreamInput) -> Outcome<UntagDeliveryStream> {
    change(ctx, &input.delivery_stream_name, |tags| tags.retain(|key, _| !input.tag_keys.contains(key))).await?;
    Ok(UntagDeliveryStreamOutput {})
}

/// Lists tags by their keys.
pub(crate) async fn list_tags_for_delivery_stream(
    ctx: &Ctx,
    input: ListTagsForDeliveryStreamInput,
) -> Outcome<ListTagsForDeliveryStream> {
    let stream = find(ctx, &input.delivery_stream_name).await?;
    let limit = input.limit.map_or(limits::TAGS, |limit| usize::try_from(limit).unwrap_or(limits::TAGS));
    let (known, after) = (stream.known(), input.exclusive_start_tag_key.as_deref());
    let mut left = known.record.tags.iter().filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
    let shown = |(key, value): (&String, &String)| Tag { key: key.clone(), value: Some(value.clone()) };
    let tags = left.by_ref().take(limit).map(shown).collect();
    Ok(ListTagsForDeliveryStreamOutput { tags, has_more_tags: left.next().is_some() })
}

async fn change(ctx: &Ctx, name: &str, change: impl Fn(&mut Tags)) -> Result<(), Error> {
    let stream = find(ctx, name).await?;
    let changed = engine(ctx).change(&stream, |record, _| {
        change(&mut record.tags);
        if record.tags.len() > limits::TAGS { Err(Refusal::TooManyTags) } else { Ok(()) }
    });
    changed.await.map_err(|refusal| told(&stream.home, refusal))
}

/// What setting tags touches.
pub(crate) fn access_to_tag(ctx: &Ctx, input: &TagDeliveryStreamInput) -> Result<Access, Error> {
    let pairs = input.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default()));
    Ok(access(ctx, &input.delivery_stream_name)?.with_request_tags(pairs))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(ctx: &Ctx, input: &UntagDeliveryStreamInput) -> Result<Access, Error> {
    Ok(access(ctx, &input.delivery_stream_name)?.with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}
