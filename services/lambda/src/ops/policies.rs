//! What functions and layers say of themselves to whoever decides on access: their policies and tags.

use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use crate::engine::Engine;
use crate::engine::home::Named;
use crate::engine::policy::{Bearer, FUNCTION, LAYER, document};
use crate::run::layer_of;

/// Policies and tags of functions.
pub(crate) struct FunctionPolicies(pub(crate) Engine);

impl ResourcePolicies for FunctionPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            if let Some((home, name, number)) = layer_of(resource) {
                let number = number.to_string();
                let bearer = Bearer { home: &home, kind: LAYER, name: &name, qualifier: &number };
                return Ok(self.0.policy(&bearer).await?.as_ref().map(document));
            }
            let Some(named) = Named::read(resource, &super::address::home(ctx)) else { return Ok(None) };
            let qualifier = named.qualifier.as_deref().unwrap_or_default();
            let bearer = Bearer { home: &named.home, kind: FUNCTION, name: &named.name, qualifier };
            Ok(self.0.policy(&bearer).await?.as_ref().map(document))
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some(named) = Named::read(resource, &super::address::home(ctx)) else { return Ok(Tags::new()) };
            let function = self.0.function(&named.home, &named.name).await?;
            Ok(function.map(|function| function.tags).unwrap_or_default())
        })
    }
}
