//! What topics say of themselves to whoever decides on access: the policies they carry, their tags.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::Sns;
use crate::engine::place::Home;
use crate::engine::policy;

/// The policies of topics.
pub(crate) struct TopicPolicies;

impl ResourcePolicies for TopicPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(None) };
            let topic = ctx.state::<Sns>().engine().topic(&home).await?;
            let policy = |topic: &crate::engine::topic::Topic| topic.attribute("Policy").map(str::to_owned);
            Ok(topic.map(|topic| policy(&topic).unwrap_or_else(|| policy::usual(&home))))
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(Tags::new()) };
            let topic = ctx.state::<Sns>().engine().topic(&home).await?;
            Ok(topic.map(|topic| topic.record.tags.clone()).unwrap_or_default())
        })
    }
}
