//! What groups say of themselves to whoever decides on access: their tags, which are those of their schedules too.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::engine::Engine;
use crate::engine::home::Home;

/// The tags of groups.
pub(crate) struct GroupTags(pub(crate) Engine);

impl ResourcePolicies for GroupTags {
    fn policy<'a>(&'a self, _ctx: &'a Ctx, _resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some((home, group)) = Home::of_arn(resource) else { return Ok(Tags::new()) };
            Ok(self.0.group(&home, &group).await?.map(|group| group.tags).unwrap_or_default())
        })
    }
}
