//! Which topic or subscription a request means, and AWS's refusals of what is no ARN of one.

use std::sync::Arc;

use service_kit::{Access, Ctx, Error, Principal};

use crate::Sns;
use crate::engine::place::{Home, Place};
use crate::engine::topic::Topic;
use crate::error::{invalid, invalid_because, no_topic};

/// Refuses what has too few parts for an ARN.
pub(crate) fn check_arn(arn: &str, parameter: &str) -> Result<(), Error> {
    let count = arn.split(':').count();
    if count < 6 {
        return Err(invalid_because(parameter, format!("An ARN must have at least 6 elements, not {count}")));
    }
    Ok(())
}

/// The place of the topic that an ARN names, in the region called.
pub(crate) fn home(ctx: &Ctx, arn: &str, parameter: &str) -> Result<Home, Error> {
    check_arn(arn, parameter)?;
    let home = Home::of_arn(arn).filter(|home| home.region == ctx.region);
    home.ok_or_else(|| invalid(parameter))
}

/// The topic that an ARN names.
pub(crate) async fn topic(ctx: &Ctx, arn: &str, parameter: &str) -> Result<Arc<Topic>, Error> {
    find(ctx, &home(ctx, arn, parameter)?).await
}

/// The topic at a place.
pub(crate) async fn find(ctx: &Ctx, home: &Home) -> Result<Arc<Topic>, Error> {
    ctx.state::<Sns>().engine().topic(home).await?.ok_or_else(no_topic)
}

/// The place of the subscription that an ARN names.
pub(crate) fn place(arn: &str) -> Result<Place, Error> {
    check_arn(arn, "SubscriptionArn")?;
    Place::of_arn(arn).ok_or_else(|| invalid("SubscriptionId"))
}

/// What a request to a topic touches.
pub(crate) fn access(ctx: &Ctx, arn: &str, parameter: &str) -> Result<Access, Error> {
    Ok(on_account(ctx, Access::to(home(ctx, arn, parameter)?.arn())))
}

/// What a request to a subscription touches: its topic.
pub(crate) fn access_to_subscription(_ctx: &Ctx, arn: &str) -> Result<Access, Error> {
    Ok(Access::to(place(arn)?.topic.arn()))
}

/// The same for what whoever holds a token or an unsubscribe link may do.
pub(crate) fn open_access(ctx: &Ctx, arn: &str) -> Result<Access, Error> {
    match ctx.caller.principal {
        Principal::Anonymous => Ok(Access::free()),
        _ => access_to_subscription(ctx, arn),
    }
}

/// Services that tell SNS on whose account they publish by `AWS:SourceOwner`, which a topic's first policy asks for. Source:
/// SNS developer guide, "Example cases": alarms and events of databases; the others are let in by `aws:SourceAccount`.
const OLD_FRIENDS: [&str; 4] =
    ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "autoscaling.amazonaws.com", "elasticache.amazonaws.com"];

fn on_account(ctx: &Ctx, access: Access) -> Access {
    match &ctx.caller.principal {
        Principal::Service(name) if OLD_FRIENDS.contains(&name.as_str()) => {
            access.with("aws:SourceOwner", ctx.account().to_string())
        }
        _ => access,
    }
}
