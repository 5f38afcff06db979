//! Tags of pipes.

use std::collections::BTreeMap;

use api_pipes::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::engine;
use crate::engine::Refusal;
use crate::engine::home::Home;
use crate::error::{absent, invalid, told};

/// Adds tags, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let (home, name) = place(&input.resource_arn)?;
    let added = read(Some(&input.tags))?;
    let add = |tags: &Tags| tagging::add(tags, &added).map_err(|violation| Refusal::Refused(refused(&violation)));
    engine(ctx).retag(&home, &name, add).await.map_err(|refusal| told(&name, refusal))?;
    Ok(TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let (home, name) = place(&input.resource_arn)?;
    let remove = |tags: &Tags| Ok(tagging::remove(tags, &input.tag_keys));
    engine(ctx).retag(&home, &name, remove).await.map_err(|refusal| told(&name, refusal))?;
    Ok(UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let (home, name) = place(&input.resource_arn)?;
    let pipe = engine(ctx).pipe(&home, &name).await?.ok_or_else(|| absent(&name))?;
    Ok(ListTagsForResourceOutput { tags: Some(pipe.tags.into_iter().collect()) })
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
pub(super) fn setting(access: Access, tags: Option<&BTreeMap<String, String>>) -> Access {
    access.with_request_tags(tags.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// The tags of a request.
pub(super) fn read(tags: Option<&BTreeMap<String, String>>) -> Result<Tags, Error> {
    let read: Tags = tags.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    TagViolation::check(&read).map_err(|violation| refused(&violation))?;
    Ok(read)
}

fn refused(violation: &TagViolation) -> Error {
    match violation {
        TagViolation::TooMany => invalid("Tags", "A pipe can have 50 tags at most."),
        other => invalid("Tags", format!("Invalid tags: {other:?}")),
    }
}

fn place(arn: &str) -> Result<(Home, String), Error> {
    Home::of_arn(arn).ok_or_else(|| invalid("ResourceArn", format!("{arn} is not the ARN of a pipe.")))
}
