//! Which resource a call means.

use service_kit::{Access, Ctx, Error};

use crate::Lambda;
use crate::engine::Engine;
use crate::engine::home::{Home, Named};
use crate::error::{invalid, missing};
use crate::limits;

/// The engine.
pub(super) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Lambda>().engine()
}

/// The account and region called.
pub(super) fn home(ctx: &Ctx) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone() }
}

/// The function that is meant. A qualifier may stand in its name or beside it, and both only where they are the same.
pub(super) fn named(ctx: &Ctx, function: &str, qualifier: Option<&str>) -> Result<Named, Error> {
    let mut named = read(ctx, function)?;
    if named.home.region != ctx.region {
        return Err(missing(format!(
            "Functions from '{}' are not reachable in this region ('{}')",
            named.home.region, ctx.region
        )));
    }
    match (qualifier, &named.qualifier) {
        (Some(asked), Some(there)) if asked != there => {
            return Err(invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            ));
        }
        (Some(asked), _) => named.qualifier = Some(asked.to_owned()),
        (None, _) => {}
    }
    Ok(named)
}

/// The same where no qualifier counts.
pub(super) fn unqualified(ctx: &Ctx, function: &str) -> Result<Named, Error> {
    Ok(Named { qualifier: None, ..named(ctx, function, None)? })
}

fn read(ctx: &Ctx, function: &str) -> Result<Named, Error> {
    let read = Named::read(function, &home(ctx));
    read.ok_or_else(|| invalid(format!("{function} is no name of a function.")))
}

/// A call that touches a function, a version or an alias.
pub(super) fn access(ctx: &Ctx, function: &str, qualifier: Option<&str>) -> Result<Access, Error> {
    let mut named = read(ctx, function)?;
    named.qualifier = qualifier.map(str::to_owned).or(named.qualifier);
    Ok(Access::to(named.arn()))
}

/// A call that touches a function whatever its qualifier.
pub(super) fn function_access(ctx: &Ctx, function: &str) -> Result<Access, Error> {
    let named = read(ctx, function)?;
    Ok(Access::to(named.home.function(&named.name)))
}

/// How many to show at once.
pub(super) fn page_size(asked: Option<i32>) -> usize {
    asked
        .and_then(|count| usize::try_from(count).ok())
        .filter(|count| *count > 0)
        .map_or(limits::PAGE, |n| n.min(limits::PAGE))
}

/// One page of a listing that is read whole, by a sealed marker.
pub(super) fn page<T>(
    ctx: &Ctx,
    filters: &str,
    all: Vec<T>,
    (marker, max): (Option<&str>, Option<i32>),
    key: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), Error> {
    let (after, limit) = (service_kit::paging::position(ctx, filters, marker)?, page_size(max));
    let from = after.map_or(0, |after| all.iter().position(|one| key(one) == after).map_or(all.len(), |at| at + 1));
    let rest: Vec<T> = all.into_iter().skip(from).take(limit + 1).collect();
    let page = service_kit::paging::page(ctx, filters, rest, limit, key);
    Ok((page.items, page.next_token))
}
