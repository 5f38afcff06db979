//! Tags of buses and rules.

use api_events::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, Tag, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::engine;
use super::rule::{hand, told};
use crate::engine::home::BusId;
use crate::error::{invalid, no_bus, no_rule, parameter};

/// What can be tagged.
enum Tagged {
    Bus(BusId),
    Rule(BusId, String),
}

/// Adds tags, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let added = read(Some(&input.tags))?;
    let present = of(ctx, &input.resource_arn).await?;
    tagging::add(&present, &added).map_err(|violation| refused(&violation))?;
    retag(ctx, &input.resource_arn, |tags| {
        let mut all = tags.clone();
        all.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
        all
    })
    .await?;
    Ok(TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    retag(ctx, &input.resource_arn, |tags| tagging::remove(tags, &input.tag_keys)).await?;
    Ok(UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let tags = of(ctx, &input.resource_arn).await?;
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

/// A call that creates something with tags: tagging it needs to be allowed too.
pub(super) fn creating(access: Access, tags: Option<&[Tag]>) -> Access {
    if tags.unwrap_or_default().is_empty() {
        return access;
    }
    let access = setting(access, tags);
    let tagging = access.clone().as_action("events:TagResource");
    access.and(tagging)
}

fn setting(access: Access, tags: Option<&[Tag]>) -> Access {
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
        other => parameter("Tags", &format!("{other:?}")),
    }
}

fn tagged(arn: &str) -> Result<Tagged, Error> {
    if let Some(bus) = BusId::of_arn(arn) {
        return Ok(Tagged::Bus(bus));
    }
    let rule = BusId::of_rule_arn(arn).map(|(bus, rule)| Tagged::Rule(bus, rule));
    rule.ok_or_else(|| parameter("ResourceARN", "Provided Arn is not in correct format."))
}

async fn of(ctx: &Ctx, arn: &str) -> Result<Tags, Error> {
    match tagged(arn)? {
        Tagged::Bus(bus) => Ok(engine(ctx).bus(&bus).await?.ok_or_else(|| no_bus(&bus.name))?.tags),
        Tagged::Rule(bus, rule) => Ok(engine(ctx).rule(&bus, &rule).await?.ok_or_else(|| no_rule(&bus, &rule))?.tags),
    }
}

async fn retag(ctx: &Ctx, arn: &str, change: impl Fn(&Tags) -> Tags + Send + Sync) -> Result<(), Error> {
    match tagged(arn)? {
        Tagged::Bus(bus) => {
            let retagged = engine(ctx).retag_bus(&bus, change).await;
            retagged.map_err(|refusal| super::bus::told(&bus.name, refusal))
        }
        Tagged::Rule(bus, rule) => {
            let retagged = engine(ctx).retag_rule(&bus, &rule, &hand(ctx, false), change).await;
            retagged.map_err(|refusal| told(&bus, &rule, refusal))
        }
    }
}
