//! Tags of groups and destinations.

use api_logs::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, ListTagsLogGroup, ListTagsLogGroupInput,
    ListTagsLogGroupOutput, TagLogGroup, TagLogGroupInput, TagLogGroupOutput, TagResource, TagResourceInput,
    TagResourceOutput, UntagLogGroup, UntagLogGroupInput, UntagLogGroupOutput, UntagResource, UntagResourceInput,
    UntagResourceOutput,
};
use names::{Arn, Tags};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, own};
use super::destination;
use crate::engine::home::Home;
use crate::error::{invalid, missing, told};
use crate::limits;
use crate::store::{DESTINATIONS, DestinationRecord};

/// Whose tags.
enum Tagged {
    Group(Home, String),
    Destination(String),
}

/// Sets tags of a group.
pub(crate) async fn tag_log_group(ctx: &Ctx, input: TagLogGroupInput) -> Outcome<TagLogGroup> {
    check(&input.tags)?;
    change(ctx, &Tagged::Group(own(ctx), input.log_group_name), |tags| tags.extend(input.tags.clone())).await?;
    Ok(TagLogGroupOutput {})
}

/// Removes tags of a group.
pub(crate) async fn untag_log_group(ctx: &Ctx, input: UntagLogGroupInput) -> Outcome<UntagLogGroup> {
    let tagged = Tagged::Group(own(ctx), input.log_group_name);
    change(ctx, &tagged, |tags| tags.retain(|key, _| !input.tags.contains(key))).await?;
    Ok(UntagLogGroupOutput {})
}

/// The tags of a group.
pub(crate) async fn list_tags_log_group(ctx: &Ctx, input: ListTagsLogGroupInput) -> Outcome<ListTagsLogGroup> {
    let tags = address::group(ctx, &input.log_group_name).await?.record.tags;
    Ok(ListTagsLogGroupOutput { tags: Some(tags) })
}

/// Sets tags of a resource.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    check(&input.tags)?;
    change(ctx, &tagged(ctx, &input.resource_arn)?, |tags| tags.extend(input.tags.clone())).await?;
    Ok(TagResourceOutput {})
}

/// Removes tags of a resource.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let tagged = tagged(ctx, &input.resource_arn)?;
    change(ctx, &tagged, |tags| tags.retain(|key, _| !input.tag_keys.contains(key))).await?;
    Ok(UntagResourceOutput {})
}

/// The tags of a resource.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let tags = match tagged(ctx, &input.resource_arn)? {
        Tagged::Group(home, name) => address::group_at(ctx, &(home, name)).await?.record.tags,
        Tagged::Destination(name) => {
            let view = engine(ctx).store().read().await?;
            let record = DESTINATIONS.get(&view, &own(ctx).scope(), &name.as_str()).await?;
            record.ok_or_else(|| missing("The specified destination does not exist."))?.tags
        }
    };
    Ok(ListTagsForResourceOutput { tags: Some(tags) })
}

/// What changing the tags of a resource touches.
pub(crate) fn access_to_resource(ctx: &Ctx, arn: &str) -> Result<Access, Error> {
    Ok(match tagged(ctx, arn)? {
        Tagged::Group(home, name) => Access::to(home.group_arn(&name)),
        Tagged::Destination(_) => Access::to(arn),
    })
}

/// Refuses tags that AWS does not take.
pub(crate) fn check(tags: &Tags) -> Result<(), Error> {
    if tags.len() > limits::TAGS {
        return Err(api_logs::errors::too_many_tags_exception("A resource can have no more than 50 tags.").into());
    }
    match names::TagViolation::check(tags) {
        Ok(()) => Ok(()),
        Err(violation) => Err(invalid(format!("Invalid tags: {violation:?}"))),
    }
}

fn tagged(ctx: &Ctx, text: &str) -> Result<Tagged, Error> {
    let wrong = || invalid(format!("Invalid resourceArn: {text}"));
    let arn: Arn = text.parse().map_err(|_| wrong())?;
    if let Some(name) = arn.resource.strip_prefix("destination:").filter(|_| arn.service == "logs") {
        return Ok(Tagged::Destination(name.to_owned()));
    }
    let (home, name) = Home::of_group_arn(text).filter(|(home, _)| home.region == ctx.region).ok_or_else(wrong)?;
    Ok(Tagged::Group(home, name))
}

async fn change(ctx: &Ctx, tagged: &Tagged, change: impl Fn(&mut Tags)) -> Result<(), Error> {
    match tagged {
        Tagged::Group(home, name) => {
            let changed = engine(ctx).change_group(home, name, |record| {
                change(&mut record.tags);
                if record.tags.len() > limits::TAGS { Err(crate::engine::refusal::Refusal::TooMany) } else { Ok(()) }
            });
            changed.await.map(|_| ()).map_err(told)
        }
        Tagged::Destination(name) => {
            destination::change(ctx, name, |mut record: DestinationRecord| {
                change(&mut record.tags);
                Some(record)
            })
            .await
        }
    }
}
