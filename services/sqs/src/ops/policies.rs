//! What queues say of themselves to whoever decides on access: the policies they carry, their tags.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::Sqs;
use crate::engine::queue::Home;

/// The policies of queues.
pub(crate) struct QueuePolicies;

impl ResourcePolicies for QueuePolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(None) };
            let queue = ctx.state::<Sqs>().engine().lookup(&home).await?;
            Ok(queue.and_then(|queue| queue.record().settings.policy.clone()))
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(Tags::new()) };
            let queue = ctx.state::<Sqs>().engine().lookup(&home).await?;
            Ok(queue.map(|queue| queue.record().tags.clone()).unwrap_or_default())
        })
    }
}
