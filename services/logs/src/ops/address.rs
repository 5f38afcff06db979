//! Which group is meant: by name in the account called, or by ARN in any.

use service_kit::{Access, Ctx, Error};

use crate::Logs;
use crate::engine::Engine;
use crate::engine::group::Group;
use crate::engine::home::Home;
use crate::error::{invalid, told};

/// The account and region called.
pub(crate) fn own(ctx: &Ctx) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone() }
}

/// The engine.
pub(crate) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Logs>().engine()
}

/// The group that a name or an ARN means.
pub(crate) fn identified(ctx: &Ctx, identifier: &str) -> Result<(Home, String), Error> {
    if !identifier.starts_with("arn:") {
        return Ok((own(ctx), identifier.to_owned()));
    }
    let found = Home::of_group_arn(identifier).filter(|(home, _)| home.region == ctx.region);
    found.ok_or_else(|| invalid(format!("Invalid logGroupIdentifier: {identifier}")))
}

/// The group that is named one way or the other, but not both.
pub(crate) fn either(ctx: &Ctx, name: Option<&str>, identifier: Option<&str>) -> Result<(Home, String), Error> {
    match (name, identifier) {
        (Some(name), None) => Ok((own(ctx), name.to_owned())),
        (None, Some(identifier)) => identified(ctx, identifier),
        (Some(_), Some(_)) => {
            Err(crate::error::invalid_newer("LogGroup name and LogGroup ARN are mutually exclusive parameters."))
        }
        (None, None) => Err(invalid("Either LogGroup name or LogGroup identifier must be provided.")),
    }
}

/// The group of a name in the account called.
pub(crate) async fn group(ctx: &Ctx, name: &str) -> Result<Group, Error> {
    engine(ctx).group(&own(ctx), name).await.map_err(told)
}

/// The group at a place.
pub(crate) async fn group_at(ctx: &Ctx, (home, name): &(Home, String)) -> Result<Group, Error> {
    engine(ctx).group(home, name).await.map_err(told)
}

/// Touches a group of the account called.
pub(crate) fn access(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    Ok(Access::to(own(ctx).group_resource(name)))
}

/// Touches a group by name or ARN.
pub(crate) fn access_identified(ctx: &Ctx, identifier: &str) -> Result<Access, Error> {
    let (home, name) = identified(ctx, identifier)?;
    Ok(Access::to(home.group_resource(&name)))
}

/// Touches a group that is named one way or the other.
pub(crate) fn access_either(ctx: &Ctx, name: Option<&str>, identifier: Option<&str>) -> Result<Access, Error> {
    let (home, name) = either(ctx, name, identifier)?;
    Ok(Access::to(home.group_resource(&name)))
}

/// Touches a stream.
pub(crate) fn access_to_stream(ctx: &Ctx, group: &str, stream: &str) -> Result<Access, Error> {
    Ok(Access::to(own(ctx).stream_arn(group, stream)))
}

/// How many items a page has.
pub(crate) fn page_size(asked: Option<i32>, usual: usize) -> usize {
    asked.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0).unwrap_or(usual)
}
