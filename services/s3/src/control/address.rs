//! Whose resources are meant, and what a call on them touches.

use names::{AccountId, Arn};
use service_kit::{Access, Ctx, Error};

use super::error::{access_denied, invalid_request};
use crate::engine::config::point::{Place, place};

/// The account that a request names, which must be the caller's own.
pub(super) fn account(ctx: &Ctx, named: &str) -> Result<AccountId, Error> {
    let account: AccountId = named.parse().map_err(|_| invalid_request("Invalid account ID"))?;
    if account == ctx.account() { Ok(account) } else { Err(access_denied()) }
}

/// Where a point of the caller's is: by its name, or its ARN.
pub(super) fn point(ctx: &Ctx, account: &str, name: &str) -> Result<Place, Error> {
    let account = self::account(ctx, account)?;
    let name = name.rsplit_once("accesspoint/").map_or(name, |(_, name)| name);
    Ok(place(account, &ctx.region, name))
}

/// A point's ARN.
pub(super) fn arn(ctx: &Ctx, (account, region, name): &Place) -> String {
    format!("arn:{}:s3:{region}:{account}:accesspoint/{name}", ctx.partition().as_str())
}

/// A call on a point.
pub(super) fn to_point(ctx: &Ctx, account: &str, name: &str) -> Result<Access, Error> {
    let name = name.rsplit_once("accesspoint/").map_or(name, |(_, name)| name);
    let resource = format!("accesspoint/{name}");
    let arn = Arn { account: account.to_owned(), ..ctx.arn(resource) };
    Ok(Access::to(&arn).with("s3:DataAccessPointArn", arn.to_string()).with("s3:DataAccessPointAccount", account))
}

/// A call on whatever an ARN names.
pub(super) fn to_resource(_: &Ctx, arn: &str) -> Result<Access, Error> {
    Ok(Access::to(arn))
}
