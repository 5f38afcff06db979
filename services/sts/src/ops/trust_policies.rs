//! Whom roles trust, shown to whoever decides on access.
//!
//! The trust policy of a role rules alone: policies of the caller count as far as it names the caller's account. Everything
//! else that STS is asked about belongs to an account, which is trusted to decide by its own policies.

use names::{AccountId, Arn, Tags};
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use super::root;
use crate::calls;
use crate::engine::role;

/// The trust policies of roles.
pub(crate) struct TrustPolicies;

impl ResourcePolicies for TrustPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let Ok(arn) = resource.parse::<Arn>() else {
                return Ok((resource == "*").then(|| trusting(ctx.account())));
            };
            if role::of_arn(&arn).is_some() {
                return Ok(calls::role(ctx, &arn).await?.map(|role| role.trust));
            }
            match (arn.account_id(), arn.service.as_str(), arn.resource.as_str()) {
                (Some(member), "iam", "root") => Ok(root::may(ctx, member).await?.then(|| trusting(ctx.account()))),
                (Some(owner), "sts", _) if owner == ctx.account() => Ok(Some(trusting(owner))),
                _ => Ok(None),
            }
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Ok(arn) = resource.parse::<Arn>() else { return Ok(Tags::new()) };
            Ok(calls::role(ctx, &arn).await?.map(|role| role.tags).unwrap_or_default())
        })
    }

    fn rules_alone(&self) -> bool {
        true
    }
}

/// A policy that leaves the decision to an account's own policies.
fn trusting(account: AccountId) -> String {
    let statement = format!("{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"{account}\"}},\"Action\":\"sts:*\"}}");
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}")
}
