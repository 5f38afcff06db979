//! Tags of functions.

use api_lambda as api;
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::{engine, home};
use super::function::find;
use crate::engine::home::Named;
use crate::error::{invalid, no_function, told};
use crate::limits;

/// Adds tags, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: api::TagResourceInput) -> Outcome<api::TagResource> {
    let named = function(ctx, &input.resource)?;
    if input.tags.is_empty() {
        return Err(invalid("An error occurred and the request cannot be processed."));
    }
    let mut all = find(ctx, &named).await?.function.tags;
    all.extend(input.tags.clone());
    check(&all)?;
    let added = engine(ctx).amend(&named.home, &named.name, |record| {
        record.tags.extend(input.tags.clone());
        Ok(())
    });
    added.await.map_err(|refusal| told(&named, refusal))?;
    Ok(api::TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: api::UntagResourceInput) -> Outcome<api::UntagResource> {
    let named = function(ctx, &input.resource)?;
    let removed = engine(ctx).amend(&named.home, &named.name, |record| {
        record.tags = tagging::remove(&record.tags, &input.tag_keys);
        Ok(())
    });
    removed.await.map_err(|refusal| told(&named, refusal))?;
    Ok(api::UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags(ctx: &Ctx, input: api::ListTagsInput) -> Outcome<api::ListTags> {
    let named = function(ctx, &input.resource)?;
    let tags = find(ctx, &named).await?.function.tags;
    Ok(api::ListTagsOutput { tags: Some(tags) })
}

/// What tagging touches.
pub(crate) fn access_to_tag(_ctx: &Ctx, input: &api::TagResourceInput) -> Result<Access, Error> {
    let tags = input.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    Ok(Access::to(&input.resource).with_request_tags(tags))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(_ctx: &Ctx, input: &api::UntagResourceInput) -> Result<Access, Error> {
    Ok(Access::to(&input.resource).with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

/// Only functions as a whole have tags.
fn function(ctx: &Ctx, arn: &str) -> Result<Named, Error> {
    let named = Named::read(arn, &home(ctx)).ok_or_else(|| no_function(arn))?;
    match named.qualifier {
        None => Ok(named),
        Some(_) => {
            Err(invalid("Tags on function aliases and versions are not supported. Please specify a function ARN."))
        }
    }
}

/// No more than AWS takes.
pub(super) fn check(tags: &Tags) -> Result<(), Error> {
    match tags.len() > limits::TAGS {
        true => Err(invalid("Number of tags exceeds resource tag limit.")),
        false => Ok(()),
    }
}
