//! Tags of registries, schemas and discoverers.

use api_schemas::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::{engine, home};
use crate::engine::home::Named;
use crate::error::{invalid, of_discoverer, of_registry, of_schema};

/// Adds tags, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let named = place(ctx, &input.resource_arn)?;
    let added = read(Some(input.tags))?;
    tagging::add(&of(ctx, &named).await?, &added).map_err(|violation| refused(&violation))?;
    retag(ctx, &named, |tags| {
        let mut all = tags.clone();
        all.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
        all
    })
    .await?;
    Ok(TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let named = place(ctx, &input.resource_arn)?;
    retag(ctx, &named, |tags| tagging::remove(tags, &input.tag_keys)).await?;
    Ok(UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let named = place(ctx, &input.resource_arn)?;
    Ok(ListTagsForResourceOutput { tags: Some(of(ctx, &named).await?) })
}

/// What tagging touches.
pub(crate) fn access_to_tag(_ctx: &Ctx, input: &TagResourceInput) -> Result<Access, Error> {
    Ok(setting(Access::to(&input.resource_arn), Some(&input.tags)))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(_ctx: &Ctx, input: &UntagResourceInput) -> Result<Access, Error> {
    Ok(Access::to(&input.resource_arn).with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

/// A call that creates something with tags: tagging it needs to be allowed too.
pub(super) fn creating(access: Access, tags: Option<&Tags>) -> Access {
    if tags.is_none_or(Tags::is_empty) {
        return access;
    }
    let access = setting(access, tags);
    let tagging = access.clone().as_action("schemas:TagResource");
    access.and(tagging)
}

fn setting(access: Access, tags: Option<&Tags>) -> Access {
    access.with_request_tags(tags.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// The tags of a request.
pub(super) fn read(tags: Option<Tags>) -> Result<Tags, Error> {
    let tags = tags.unwrap_or_default();
    TagViolation::check(&tags).map_err(|violation| refused(&violation))?;
    Ok(tags)
}

fn refused(violation: &TagViolation) -> Error {
    match violation {
        TagViolation::TooMany => invalid("The number of tags exceeds the limit of 50."),
        other => invalid(format!("Invalid tags: {other:?}")),
    }
}

fn place(ctx: &Ctx, arn: &str) -> Result<Named, Error> {
    Named::of_arn(arn, &home(ctx)).ok_or_else(|| invalid(format!("Invalid resource ARN {arn}.")))
}

async fn of(ctx: &Ctx, named: &Named) -> Result<Tags, Error> {
    let engine = engine(ctx);
    match named {
        Named::Registry(id) => engine.registry(id).await.map(|it| it.tags).map_err(|refusal| of_registry(id, refusal)),
        Named::Schema(id) => engine.schema(id).await.map(|it| it.tags).map_err(|refusal| of_schema(id, refusal)),
        Named::Discoverer(id) => {
            engine.discoverer(id).await.map(|it| it.tags).map_err(|refusal| of_discoverer(id, refusal))
        }
    }
}

async fn retag(ctx: &Ctx, named: &Named, change: impl Fn(&Tags) -> Tags + Send + Sync) -> Result<(), Error> {
    let engine = engine(ctx);
    match named {
        Named::Registry(id) => engine.retag_registry(id, change).await.map_err(|refusal| of_registry(id, refusal)),
        Named::Schema(id) => engine.retag_schema(id, change).await.map_err(|refusal| of_schema(id, refusal)),
        Named::Discoverer(id) => {
            engine.retag_discoverer(id, change).await.map_err(|refusal| of_discoverer(id, refusal))
        }
    }
}
