//! Which resource a call means: buses by name or ARN, rules on them, everything else by name.

use service_kit::paging::Page;
use service_kit::{Access, Ctx, Error, paging};

use crate::Events;
use crate::engine::Engine;
use crate::engine::home::{BusId, DEFAULT, Home};
use crate::error::{no_bus, parameter};
use crate::limits;

/// The engine.
pub(super) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Events>().engine()
}

/// The account and region called.
pub(super) fn home(ctx: &Ctx) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone() }
}

/// The bus that a name or an ARN means; the default one when nothing is said.
pub(super) fn bus(ctx: &Ctx, named: Option<&str>) -> Result<BusId, Error> {
    match named {
        None => Ok(home(ctx).bus(DEFAULT)),
        Some(arn) if arn.starts_with("arn:") => {
            BusId::of_arn(arn).ok_or_else(|| parameter("EventBusName", "Provided Arn is not in correct format."))
        }
        Some(name) => Ok(home(ctx).bus(name)),
    }
}

/// The bus that an ARN means, when it is one of the account and region called.
pub(super) fn own_bus(ctx: &Ctx, arn: &str) -> Result<BusId, Error> {
    let bus = BusId::of_arn(arn).filter(|bus| bus.home == home(ctx));
    bus.ok_or_else(|| no_bus(arn.rsplit_once("event-bus/").map_or(arn, |(_, name)| name)))
}

/// A call that touches a bus.
pub(super) fn bus_access(ctx: &Ctx, named: Option<&str>) -> Result<Access, Error> {
    Ok(Access::to(bus(ctx, named)?.arn()))
}

/// A call that touches a rule.
pub(super) fn rule_access(ctx: &Ctx, named: Option<&str>, rule: &str) -> Result<Access, Error> {
    let access = Access::to(bus(ctx, named)?.rule_arn(rule));
    Ok(access.with("events:creatorAccount", ctx.account().to_string()))
}

/// A call that touches a resource of the account by its name.
pub(super) fn own(ctx: &Ctx, kind: &str, name: &str) -> Access {
    Access::to(ctx.arn(format!("{kind}/{name}")))
}

/// A call about everything of the account.
pub(super) fn own_any(_ctx: &Ctx) -> Access {
    Access::any()
}

/// A call that touches an event source, which no account owns.
pub(super) fn source(ctx: &Ctx, name: &str) -> Access {
    Access::to(source_arn(ctx, name))
}

/// The ARN of an event source.
pub(super) fn source_arn(ctx: &Ctx, name: &str) -> String {
    format!("arn:{}:events:{}::event-source/{name}", ctx.partition().as_str(), ctx.region)
}

/// How many to show at once.
pub(super) fn page_size(asked: Option<i32>) -> usize {
    asked.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0).unwrap_or(limits::PAGE)
}

/// Where a listing goes on.
pub(super) fn after(ctx: &Ctx, filters: &str, token: Option<&str>) -> Result<Option<String>, Error> {
    paging::position(ctx, filters, token)
}

/// A page of named things.
pub(super) fn page<T>(ctx: &Ctx, filters: &str, items: Vec<(String, T)>, limit: usize) -> Page<(String, T)> {
    paging::page(ctx, filters, items, limit, |(name, _)| name.clone())
}
