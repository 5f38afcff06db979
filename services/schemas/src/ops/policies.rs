//! What registries and what is in them say of themselves to whoever decides on access.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use super::address::home;
use crate::engine::home::Named;
use crate::engine::{Answer, Engine, Refusal};

/// The policies of registries, which rule over their schemas too; and the tags of everything.
pub(crate) struct RegistryPolicies(pub(crate) Engine);

impl ResourcePolicies for RegistryPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let registry = match Named::of_arn(resource, &home(ctx)) {
                Some(Named::Registry(id)) => id,
                Some(Named::Schema(id)) => id.registry,
                _ => return Ok(None),
            };
            let record = there(self.0.registry(&registry).await)?;
            Ok(record.and_then(|record| record.policy).map(|(policy, _)| policy))
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let tags = match Named::of_arn(resource, &home(ctx)) {
                Some(Named::Registry(id)) => there(self.0.registry(&id).await)?.map(|record| record.tags),
                Some(Named::Schema(id)) => there(self.0.schema(&id).await)?.map(|record| record.tags),
                Some(Named::Discoverer(id)) => there(self.0.discoverer(&id).await)?.map(|record| record.tags),
                None => None,
            };
            Ok(tags.unwrap_or_default())
        })
    }
}

/// None for what is not there.
fn there<T>(answer: Answer<T>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Refusal::Store(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}
