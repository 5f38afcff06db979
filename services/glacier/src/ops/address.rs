//! Which vault a call means. `-` stands for the account of whoever calls; a vault of another account is decided on by its
//! policies.

use service_kit::{Access, Ctx, Error, paging};

use crate::Glacier;
use crate::engine::Engine;
use crate::engine::home::{Home, VaultId};
use crate::error::invalid;
use crate::limits;

/// The engine.
pub(super) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Glacier>().engine()
}

/// The account that is meant, in the region called.
pub(super) fn home(ctx: &Ctx, account: &str) -> Home {
    Home { account: account.parse().unwrap_or_else(|_| ctx.account()), region: ctx.region.clone() }
}

/// The vault that is meant.
pub(super) fn vault(ctx: &Ctx, account: &str, name: &str) -> VaultId {
    home(ctx, account).vault(name)
}

/// A call that touches a vault.
pub(super) fn vault_access(ctx: &Ctx, account: &str, name: &str) -> Access {
    Access::to(vault(ctx, account, name).arn())
}

/// A call that touches an archive: with its age, which its id tells.
pub(super) fn archive_access(ctx: &Ctx, account: &str, name: &str, archive: Option<&str>) -> Access {
    let access = vault_access(ctx, account, name);
    let Some(made) = archive.and_then(crate::engine::home::made) else { return access };
    let days = ctx.now().since(made).as_secs() / 86_400;
    access.with("glacier:ArchiveAgeInDays", days.to_string())
}

/// How many to show at once.
pub(super) fn page_size(asked: Option<&str>, usual: usize) -> Result<usize, Error> {
    let Some(asked) = asked else { return Ok(usual) };
    let size = asked.parse().ok().filter(|size| (1..=limits::MOST).contains(size));
    size.ok_or_else(|| invalid(format!("Invalid limit: {asked}")))
}

/// Where a listing goes on.
pub(super) fn after(ctx: &Ctx, filters: &str, marker: Option<&str>) -> Result<Option<String>, Error> {
    paging::position(ctx, filters, marker)
}

/// A page of named things.
pub(super) fn page<T>(ctx: &Ctx, filters: &str, items: Vec<(String, T)>, limit: usize) -> paging::Page<(String, T)> {
    paging::page(ctx, filters, items, limit, |(name, _)| name.clone())
}

/// A description: of so many characters, printable ones of ASCII. Source: API reference, "Upload Archive".
pub(super) fn description(given: Option<String>) -> Result<Option<String>, Error> {
    let right =
        |text: &String| text.len() <= limits::DESCRIPTION && text.bytes().all(|byte| (32..=126).contains(&byte));
    match given {
        Some(text) if !right(&text) => Err(invalid(format!("Invalid description: {text}"))),
        given => Ok(given.filter(|text| !text.is_empty())),
    }
}
