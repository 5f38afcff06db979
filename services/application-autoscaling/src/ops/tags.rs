//! Tags of targets.

use api_application_autoscaling::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput, errors,
};
use names::{Arn, TagViolation, Tags};
use service_kit::{Access, BoxFuture, Ctx, Error, Outcome, ResourcePolicies, tagging};
use store::Scope;

use crate::Scaling;
use crate::engine::Engine;
use crate::error::{invalid, no_resource};
use crate::store::{Place, TargetRecord, scope};

/// The tags of targets, for whoever decides.
pub(crate) struct TargetTags(pub(crate) Engine);

impl ResourcePolicies for TargetTags {
    fn policy<'a>(&'a self, _: &'a Ctx, _: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn tags<'a>(&'a self, _: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move { Ok(find(&self.0, resource).await.map(|(.., record)| record.tags).unwrap_or_default()) })
    }
}

/// Adds tags, in place of those of the same keys.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let (scope, place, mut record) = find(ctx.state::<Scaling>().engine(), &input.resource_arn).await?;
    record.tags = tagging::add(&record.tags, &input.tags).map_err(|violation| match violation {
        TagViolation::TooMany => errors::too_many_tags_exception("The request exceeds the limit of 50 tags").into(),
        other => invalid(format!("Invalid tags: {other:?}")),
    })?;
    ctx.state::<Scaling>().engine().put_target(&scope, &place, &record).await?;
    Ok(TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let (scope, place, mut record) = find(ctx.state::<Scaling>().engine(), &input.resource_arn).await?;
    record.tags = tagging::remove(&record.tags, &input.tag_keys);
    ctx.state::<Scaling>().engine().put_target(&scope, &place, &record).await?;
    Ok(UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let (.., record) = find(ctx.state::<Scaling>().engine(), &input.resource_arn).await?;
    Ok(ListTagsForResourceOutput { tags: Some(record.tags) })
}

/// What tagging touches.
pub(crate) fn access_to_tag(_: &Ctx, input: &TagResourceInput) -> Result<Access, Error> {
    let tags = input.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    Ok(Access::to(&input.resource_arn).with_request_tags(tags))
}

async fn find(engine: &Engine, text: &str) -> Result<(Scope, Place, TargetRecord), Error> {
    let arn: Option<Arn> = text.parse().ok();
    let arn = arn.as_ref().filter(|arn| arn.service == "application-autoscaling");
    let named = arn.and_then(|arn| {
        let id = arn.resource.strip_prefix("scalable-target/")?;
        Some((scope(arn.account_id()?, &arn.region_code()?), id.to_owned()))
    });
    let (scope, id) = named.ok_or_else(|| invalid(format!("Invalid resource ARN: {text}")))?;
    let found = engine.by_id(&scope, &id).await?;
    found.map(|(place, record)| (scope, place, record)).ok_or_else(|| no_resource(text))
}
