//! Tags of groups.

use api_scheduler::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, Tag, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::engine;
use super::group::told;
use crate::engine::home::Home;
use crate::error::{invalid, no_group};

/// Adds tags, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let (home, group) = place(&input.resource_arn)?;
    let added = read(Some(&input.tags))?;
    let present = of(ctx, &home, &group).await?;
    tagging::add(&present, &added).map_err(|violation| refused(&violation))?;
    let retagged = engine(ctx).retag(&home, &group, |tags| {
        let mut all = tags.clone();
        all.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
        all
    });
    retagged.await.map_err(|refusal| told(&group, refusal))?;
    Ok(TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let (home, group) = place(&input.resource_arn)?;
    let retagged = engine(ctx).retag(&home, &group, |tags| tagging::remove(tags, &input.tag_keys)).await;
    retagged.map_err(|refusal| told(&group, refusal))?;
    Ok(UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let (home, group) = place(&input.resource_arn)?;
    let tags = of(ctx, &home, &group).await?;
    let shown = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(ListTagsForResourceOutput { tags: Some(shown) })
}

/// What tagging touches.
pub(crate) fn access_to_tag(_ctx: &Ctx, input: &TagResourceInput) -> Result<Access, Error> {
    Ok(setting(Access::to(&input.resource_arn), Some(&input.tags)))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(_ctx: &Ctx, input: &UntagResourceInput) -> Result<Access, Error> {
    Ok(Access::to(&input.resource_arn).with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

/// With the tags that a call sets.
pub(super) fn setting(access: Access, tags: Option<&[Tag]>) -> Access {
    let tags = tags.unwrap_or_default();
    access.with_request_tags(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())))
}

/// The tags of a request.
pub(super) fn read(tags: Option<&[Tag]>) -> Result<Tags, Error> {
    let given = tags.unwrap_or_default();
    let read: Tags = given.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    if read.len() < given.len() {
        return Err(invalid("Duplicate tag keys are not allowed."));
    }
    TagViolation::check(&read).map_err(|violation| refused(&violation))?;
    Ok(read)
}

fn refused(violation: &TagViolation) -> Error {
    match violation {
        TagViolation::TooMany => invalid("The number of tags exceeds the limit of 50."),
        other => invalid(format!("Invalid tags: {other:?}")),
    }
}

/// Only groups have tags.
fn place(arn: &str) -> Result<(Home, String), Error> {
    let group = Home::of_arn(arn).filter(|_| arn.contains(":schedule-group/"));
    group.ok_or_else(|| invalid(format!("Invalid resource ARN {arn}.")))
}

async fn of(ctx: &Ctx, home: &Home, group: &str) -> Result<Tags, Error> {
    Ok(engine(ctx).group(home, group).await?.ok_or_else(|| no_group(group))?.tags)
}
