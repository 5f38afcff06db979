//! How callers name things: trails by name or ARN, event data stores and channels by ARN or id.

use names::{Arn, Region};
use service_kit::{Access, Ctx, Error};

use crate::CloudTrail;
use crate::engine::sinks::organization;
use crate::error::{arn_elsewhere, bad_arn, no_such_trail, wrong_region};
use crate::limits::TRAIL_NAME;
use crate::store::TrailRecord;
use api_cloudtrail::errors;

/// What an operation on a trail touches.
pub(crate) fn trail_access(ctx: &Ctx, name: &str) -> Access {
    Access::to(trail_arn(ctx, name))
}

/// The ARN of a trail named in any way.
pub(crate) fn trail_arn(ctx: &Ctx, name: &str) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { ctx.arn(format!("trail/{name}")).to_string() }
}

/// A trail that is seen in the region called: of it, of all regions, or of the account's organization.
pub(crate) async fn seen(ctx: &Ctx, name: &str) -> Result<TrailRecord, Error> {
    let arn = trail_of(name)?;
    let named = |trail: &TrailRecord| match &arn {
        Some(arn) => trail.arn() == arn.to_string(),
        None => trail.name == name && trail.is_in(&ctx.region),
    };
    let found = all_seen(ctx).await?.into_iter().find(named);
    found.ok_or_else(|| no_such_trail(name, ctx.account()))
}

/// A trail that may be changed where it was called.
pub(crate) async fn own(ctx: &Ctx, name: &str) -> Result<TrailRecord, Error> {
    if let Some(region) = trail_of(name)?.as_ref().and_then(Arn::region_code)
        && region != ctx.region
    {
        return Err(arn_elsewhere(&ctx.region));
    }
    let trail = seen(ctx, name).await?;
    if trail.account != ctx.account() {
        let text = "The organization trail can be changed only by the organization's management account.";
        return Err(errors::not_organization_master_account_exception(text).into());
    }
    if trail.home != ctx.region {
        return Err(wrong_region(name, &trail.home));
    }
    Ok(trail)
}

/// The account's own trails and those of its organization, of whatever region.
pub(crate) async fn all_seen(ctx: &Ctx) -> Result<Vec<TrailRecord>, Error> {
    let engine = ctx.state::<CloudTrail>().engine();
    let mut trails = engine.trails(ctx.account()).await?;
    let Some(guardrails) = ctx.cloud().guardrails() else { return Ok(trails) };
    if let Some(membership) = guardrails.membership(ctx.cloud(), ctx.account()).await?
        && membership.management != ctx.account()
    {
        let shared = engine.trails(membership.management).await?;
        let organization = organization(ctx.cloud(), ctx.account()).await;
        trails.extend(
            shared.into_iter().filter(|trail| trail.organization.is_some() && trail.organization == organization),
        );
    }
    Ok(trails)
}

/// The ARN, when it is one; refused when it is not a trail's. A bare name must be one.
fn trail_of(name: &str) -> Result<Option<Arn>, Error> {
    if !name.starts_with("arn:") {
        check_name(name)?;
        return Ok(None);
    }
    let arn: Arn = name.parse().map_err(|_| bad_arn(name))?;
    let is_trail = arn.service == "cloudtrail" && arn.resource.starts_with("trail/") && arn.account_id().is_some();
    if is_trail { Ok(Some(arn)) } else { Err(bad_arn(name)) }
}

/// Refuses a name that no trail can have.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let length = name.chars().count();
    let text = if length < *TRAIL_NAME.start() {
        format!(
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: {length} characters."
        )
    } else if length > *TRAIL_NAME.end() {
        format!(
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: {length} characters."
        )
    } else if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        "Trail name must starts with a letter or number.".to_owned()
    } else if !name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        "Trail name must ends with a letter or number.".to_owned()
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and \
         underscores (_)."
            .to_owned()
    } else {
        return Ok(());
    };
    Err(errors::invalid_trail_name_exception(text).into())
}

/// The kind and name at the end of an ARN of this service, and its region: `eventdatastore/…` in `us-east-1`.
pub(crate) fn resource_of(arn: &str) -> Option<(Region, String, String)> {
    let arn: Arn = arn.parse().ok()?;
    let region = arn.region_code()?;
    let (kind, name) = arn.resource.split_once('/')?;
    (arn.service == "cloudtrail").then(|| (region, kind.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_trails() {
        let text = |name: &str| match check_name(name) {
            Ok(()) => String::new(),
            Err(Error::Modeled(error)) => error.message,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(text("my-trail_1.x"), "");
        for (name, start) in [
            ("ab", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters."),
            ("-abc", "Trail name must starts"),
            ("abc-", "Trail name must ends"),
            ("a b c", "Trail name or ARN can only contain"),
        ] {
            assert!(text(name).starts_with(start), "{name}: {}", text(name));
        }
        assert!(text(&"a".repeat(129)).starts_with("Trail name too long."));
    }

    #[test]
    fn resources_by_arn() {
        let arn = "arn:aws:cloudtrail:eu-west-1:000000000000:eventdatastore/abc";
        let (region, kind, name) = resource_of(arn).unwrap();
        assert_eq!((region.as_str(), kind.as_str(), name.as_str()), ("eu-west-1", "eventdatastore", "abc"));
        assert_eq!(resource_of("arn:aws:sqs:eu-west-1:000000000000:q"), None);
    }
}
