//! Tags of tables.

use api_dynamodb::{
    ListTagsOfResource, ListTagsOfResourceInput, ListTagsOfResourceOutput, Tag, TagResource, TagResourceInput,
    TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Fault, Outcome, paging, tagging};

use crate::Dynamo;
use crate::engine::refusal::Refusal;
use crate::engine::table::Home;
use crate::error::invalid;
use crate::limits;

/// Tags shown at once ("ListTagsOfResource": up to ten calls a second, and one page of at most so many).
const SHOWN: usize = 10;

/// Adds tags, in place of those of the same keys.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    if input.tags.is_empty() {
        return Err(invalid("Atleast one Tag needs to be provided as Input."));
    }
    let added = of_list(&input.tags)?;
    change(ctx, &input.resource_arn, |tags| {
        tagging::add(tags, &added).map_err(|violation| Refusal::Invalid(text_of(violation)))
    })
    .await?;
    Ok(TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    if input.tag_keys.is_empty() {
        return Err(invalid("Atleast one Tag Key needs to be provided as Input."));
    }
    change(ctx, &input.resource_arn, |tags| Ok(tagging::remove(tags, &input.tag_keys))).await?;
    Ok(UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_of_resource(ctx: &Ctx, input: ListTagsOfResourceInput) -> Outcome<ListTagsOfResource> {
    let home = home_of_arn(&input.resource_arn)?;
    let table = ctx.state::<Dynamo>().engine().lookup(&home).await?.ok_or_else(|| no_resource(&input.resource_arn))?;
    let after = paging::position(ctx, &input.resource_arn, input.next_token.as_deref())?;
    let state = table.state_kept();
    let all = state.record.tags.iter().filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after));
    let shown = all.take(SHOWN + 1).map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect();
    let page = paging::page(ctx, &input.resource_arn, shown, SHOWN, |tag| tag.key.clone());
    Ok(ListTagsOfResourceOutput { tags: Some(page.items), next_token: page.next_token })
}

/// What a call on tags touches. What does not even look like a resource's ARN nobody is allowed.
pub(crate) fn access(ctx: &Ctx, arn: &str) -> Result<Access, Error> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    if !resource.contains('/') {
        return Err(denied(ctx, if arn.is_empty() { "*" } else { arn }));
    }
    Ok(Access::to(home_of_arn(arn)?.arn()))
}

fn denied(ctx: &Ctx, resource: &str) -> Error {
    let (principal, action) = (ctx.caller.arn(ctx.partition()), ctx.operation.action.to_owned());
    let reason = format!("because no resource-based policy allows the {action} action");
    Fault::AccessDenied { principal, action, resource: Some(resource.to_owned()), reason }.into()
}

/// Tags from a list, held to AWS's rules.
pub(crate) fn of_list(list: &[Tag]) -> Result<Tags, Error> {
    let tags: Tags = list.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    if tags.len() < list.len() {
        return Err(invalid("Duplicate tag key found in request."));
    }
    TagViolation::check(&tags).map_err(|violation| invalid(text_of(violation)))?;
    Ok(tags)
}

async fn change(ctx: &Ctx, arn: &str, change: impl FnOnce(&Tags) -> Result<Tags, Refusal>) -> Result<(), Error> {
    let (home, engine) = (home_of_arn(arn)?, ctx.state::<Dynamo>().engine());
    let table = engine.lookup(&home).await?.ok_or_else(|| no_resource(arn))?;
    engine
        .change(&table, |record| {
            record.tags = change(&record.tags)?;
            Ok(())
        })
        .await?;
    Ok(())
}

fn home_of_arn(arn: &str) -> Result<Home, Error> {
    let home = Home::of_arn(arn).filter(|home| limits::NAME_LENGTH.contains(&home.name.len()));
    home.ok_or_else(|| invalid(format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}")))
}

fn no_resource(arn: &str) -> Error {
    crate::error::not_found(format!("Requested resource not found: ResourcArn: {arn} not found"))
}

fn text_of(violation: TagViolation) -> String {
    match violation {
        TagViolation::TooMany => "One or more parameter values were invalid: Too many tags: more than 50".to_owned(),
        other => format!("One or more parameter values were invalid: {other:?}"),
    }
}

/// The condition keys of the tags that a call sets.
pub(crate) fn requested(access: Access, tags: Option<&[Tag]>) -> Access {
    let pairs = tags.unwrap_or_default().iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    access.with_request_tags(pairs)
}
