//! What pipes say of themselves to whoever decides on access: their tags.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::engine::Engine;
use crate::engine::home::Home;

/// The tags of pipes.
pub(crate) struct PipeTags(pub(crate) Engine);

impl ResourcePolicies for PipeTags {
    fn policy<'a>(&'a self, _ctx: &'a Ctx, _resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some((home, name)) = Home::of_arn(resource) else { return Ok(Tags::new()) };
            Ok(self.0.pipe(&home, &name).await?.map(|pipe| pipe.tags).unwrap_or_default())
        })
    }
}
