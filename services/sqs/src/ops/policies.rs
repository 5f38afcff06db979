//! What queues say of themselves to whoever decides on access: the policies they carry, their tags.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::Sqs;
use crate::engine::queue::{Home, Queue};

/// The policies of queues.
pub(crate) struct QueuePolicies;

impl ResourcePolicies for QueuePolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        let home = Home::of_arn(resource);
        let policy = |queue: &Queue| queue.record().settings.policy.clone();
        // Each call asks for the policy of its queue, and nearly each finds it in use.
        if let Some(queue) = home.as_ref().and_then(|home| ctx.state::<Sqs>().engine().in_use(home)) {
            return Box::pin(std::future::ready(Ok(policy(&queue))));
        }
        Box::pin(async move {
            let Some(home) = home else { return Ok(None) };
            let queue = ctx.state::<Sqs>().engine().lookup(&home).await?;
            Ok(queue.and_then(|queue| policy(&queue)))
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
