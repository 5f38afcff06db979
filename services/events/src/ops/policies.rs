//! What buses and rules say of themselves to whoever decides on access: the policies that buses carry, and tags.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::engine::Engine;
use crate::engine::home::BusId;

/// The policies of buses. A rule is decided on by the policy of its bus.
pub(crate) struct BusPolicies(pub(crate) Engine);

impl ResourcePolicies for BusPolicies {
    fn policy<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let bus = BusId::of_arn(resource).or_else(|| BusId::of_rule_arn(resource).map(|(bus, _)| bus));
            let Some(bus) = bus else { return Ok(None) };
            Ok(self.0.policy_of(&bus).await?)
        })
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            if let Some(bus) = BusId::of_arn(resource) {
                return Ok(self.0.bus(&bus).await?.map(|bus| bus.tags).unwrap_or_default());
            }
            let Some((bus, rule)) = BusId::of_rule_arn(resource) else { return Ok(Tags::new()) };
            Ok(self.0.rule(&bus, &rule).await?.map(|rule| rule.tags).unwrap_or_default())
        })
    }
}
