//! What keys say of who may use them, shown to whoever decides on access. A key's policy rules alone; aliases have none, so
//! their account decides.

use names::{Arn, Tags};
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::engine::Engine;
use crate::engine::home::Home;
use crate::engine::policies::account_decides;
use crate::error::told;

/// The policies of keys. Asked for in calls of other services too, whose contexts have their own state.
pub(crate) struct KeyPolicies(pub(crate) Engine);

impl ResourcePolicies for KeyPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(of_account(ctx, resource)) };
            let rules = self.0.rules(&home).await.map_err(told)?;
            Ok(rules.map(|text| text.to_string()))
        })
    }

    fn tags<'a>(&'a self, _: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(Tags::new()) };
            Ok(self.0.lookup(&home).await?.map(|key| key.record.tags).unwrap_or_default())
        })
    }

    fn rules_alone(&self) -> bool {
        true
    }
}

fn of_account(ctx: &Ctx, resource: &str) -> Option<String> {
    let account = resource.parse().map_or(Some(ctx.account()), |arn: Arn| arn.account_id())?;
    Some(account_decides(ctx.partition(), account))
}
