//! Which resource a call means. Registries of other accounts are named by their ARN: their policies decide.

use service_kit::{Access, Ctx, Error, paging};

use crate::Schemas;
use crate::engine::Engine;
use crate::engine::home::{DiscovererId, Home, Named, RegistryId, SchemaId};
use crate::error::invalid;
use crate::limits;

/// The engine.
pub(super) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Schemas>().engine()
}

/// The account and region called.
pub(super) fn home(ctx: &Ctx) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone() }
}

/// The registry that a name or an ARN means.
pub(super) fn registry(ctx: &Ctx, named: &str) -> RegistryId {
    match Named::of_arn(named, &home(ctx)) {
        Some(Named::Registry(id)) => id,
        _ => home(ctx).registry(named),
    }
}

/// A schema of a registry.
pub(super) fn schema(ctx: &Ctx, of: &str, name: &str) -> SchemaId {
    registry(ctx, of).schema(name)
}

/// A discoverer.
pub(super) fn discoverer(ctx: &Ctx, id: &str) -> DiscovererId {
    home(ctx).discoverer(id)
}

/// A call that touches a registry.
pub(super) fn registry_access(ctx: &Ctx, named: &str) -> Access {
    Access::to(registry(ctx, named).arn())
}

/// A call that touches a schema.
pub(super) fn schema_access(ctx: &Ctx, of: &str, name: &str) -> Access {
    Access::to(schema(ctx, of, name).arn())
}

/// A call about all schemas of a registry.
pub(super) fn schemas_access(ctx: &Ctx, of: &str) -> Access {
    Access::to(schema(ctx, of, "*").arn())
}

/// A call that touches a discoverer.
pub(super) fn discoverer_access(ctx: &Ctx, id: &str) -> Access {
    Access::to(discoverer(ctx, id).arn())
}

/// The number of a version, when one is asked for.
pub(super) fn version(asked: Option<&str>) -> Result<Option<u64>, Error> {
    let number = |text: &str| text.parse().map_err(|_| invalid(format!("Schema version {text} is not valid.")));
    asked.map(number).transpose()
}

/// How many to show at once.
pub(super) fn page_size(asked: Option<i32>) -> Result<usize, Error> {
    let Some(asked) = asked else { return Ok(limits::PAGE) };
    let size = usize::try_from(asked).ok().filter(|size| (1..=limits::PAGE).contains(size));
    size.ok_or_else(|| invalid(format!("Limit must be between 1 and {}.", limits::PAGE)))
}

/// A page of named things.
pub(super) fn page<T>(ctx: &Ctx, filters: &str, items: Vec<(String, T)>, limit: usize) -> paging::Page<(String, T)> {
    paging::page(ctx, filters, items, limit, |(name, _)| name.clone())
}
