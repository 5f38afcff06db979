//! Tags of keys.

use api_kms::{
    ListResourceTags, ListResourceTagsInput, ListResourceTagsOutput, Tag, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::{self, engine, touch_own};
use super::paging::Wanted;
use crate::engine::refusal::Refusal;
use crate::error::told;
use crate::limits;

/// Adds tags, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let home = address::home(ctx, &input.key_id)?;
    let added = &read(Some(&input.tags))?;
    let add = |present: &Tags| {
        let mut all = present.clone();
        all.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
        if all.len() > limits::TAGS_PER_KEY { Err(Refusal::Tags(TOO_MANY)) } else { Ok(all) }
    };
    engine(ctx).retag(&home, add).await.map_err(told)?;
    Ok(TagResourceOutput {})
}

/// What tagging touches.
pub(crate) fn access_to_tag(ctx: &Ctx, input: &TagResourceInput) -> Result<Access, Error> {
    let tags = input.tags.iter().map(|tag| (tag.tag_key.as_str(), tag.tag_value.as_str()));
    Ok(touch_own(ctx, &input.key_id)?.with_request_tags(tags))
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let home = address::home(ctx, &input.key_id)?;
    let remove = |present: &Tags| Ok(tagging::remove(present, &input.tag_keys));
    engine(ctx).retag(&home, remove).await.map_err(told)?;
    Ok(UntagResourceOutput {})
}

/// What removing tags touches.
pub(crate) fn access_to_untag(ctx: &Ctx, input: &UntagResourceInput) -> Result<Access, Error> {
    Ok(touch_own(ctx, &input.key_id)?.with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

/// Lists the tags of a key.
pub(crate) async fn list_resource_tags(ctx: &Ctx, input: ListResourceTagsInput) -> Outcome<ListResourceTags> {
    let home = address::home(ctx, &input.key_id)?;
    let key = engine(ctx).key(&home).await.map_err(told)?;
    let wanted = Wanted::new(ctx, &home.id, limits::TAGS_SHOWN, input.limit, input.marker.as_deref())?;
    let page = wanted.cut(key.record.tags, |(key, _)| key.clone());
    let tags = page.items.into_iter().map(|(tag_key, tag_value)| Tag { tag_key, tag_value }).collect();
    Ok(ListResourceTagsOutput { tags: Some(tags), next_marker: page.next_marker, truncated: Some(page.truncated) })
}

/// The tags of a request.
pub(crate) fn read(tags: Option<&[Tag]>) -> Result<Tags, Error> {
    let given = tags.unwrap_or_default();
    let refused = |text| crate::error::tags(text);
    let reserved = |key: &str| key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"));
    if given.iter().any(|tag| reserved(&tag.tag_key)) {
        return Err(refused("Tags beginning with aws: are reserved"));
    }
    let read: Tags = given.iter().map(|tag| (tag.tag_key.clone(), tag.tag_value.clone())).collect();
    if read.len() < given.len() {
        return Err(refused("Duplicate tag keys"));
    }
    if read.len() > limits::TAGS_PER_KEY { Err(refused(TOO_MANY)) } else { Ok(read) }
}

const TOO_MANY: &str = "Too many tags";
