//! Which table is meant: by name in the caller's account, or by ARN; and what a call on it touches.

use std::sync::Arc;

use names::Arn;
use service_kit::{Access, Ctx, Error};

use crate::Dynamo;
use crate::calls::keys;
use crate::engine::refusal::Refusal;
use crate::engine::table::{Home, Table};
use crate::error::{invalid, told};
use crate::limits;

/// The place that `TableName` means, a name or an ARN.
pub(crate) fn home(ctx: &Ctx, name: &str) -> Result<Home, Error> {
    if !name.starts_with("arn:") {
        check_name(name, "tableName")?;
        return Ok(own(ctx, name));
    }
    let home = Home::of_arn(name).ok_or_else(|| invalid_arn(name))?;
    if home.region != ctx.region {
        let text = format!("Access to the resource {name} is denied: the table is in another region, {}", home.region);
        return Err(invalid(text));
    }
    Ok(home)
}

/// A place in the caller's account.
pub(crate) fn own(ctx: &Ctx, name: &str) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone(), name: name.to_owned() }
}

/// A table whose items are wanted, by a caller who may use its key.
pub(crate) async fn table_of_items(ctx: &Ctx, name: &str) -> Result<Arc<Table>, Error> {
    let home = home(ctx, name)?;
    let found = ctx.state::<Dynamo>().engine().lookup(&home).await?;
    let table = found.ok_or_else(|| told(Refusal::NoTableForItems))?;
    keys::unlock(ctx, &table).await?;
    Ok(table)
}

/// A table that is itself wanted.
pub(crate) async fn table(ctx: &Ctx, name: &str) -> Result<Arc<Table>, Error> {
    let home = home_of_table(ctx, name)?;
    let found = ctx.state::<Dynamo>().engine().lookup(&home).await?;
    found.ok_or_else(|| told(Refusal::NoTable(home.name)))
}

/// What a call on a table itself touches.
pub(crate) fn access(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    Ok(Access::to(home_of_table(ctx, name)?.arn()))
}

/// The place that `TableName` means in calls on tables themselves, which tell of bad lengths in words of their own.
fn home_of_table(ctx: &Ctx, name: &str) -> Result<Home, Error> {
    if !name.starts_with("arn:") {
        check_length(name)?;
    }
    home(ctx, name)
}

/// A table's name must be of a length.
pub(crate) fn check_length(name: &str) -> Result<(), Error> {
    if limits::NAME_LENGTH.contains(&name.len()) {
        return Ok(());
    }
    Err(invalid("TableName must be at least 3 characters long and at most 255 characters long"))
}

/// What a call on a table or on one of its indexes touches.
pub(crate) fn access_to_index(ctx: &Ctx, name: &str, index: Option<&str>) -> Result<Access, Error> {
    let arn = home(ctx, name)?.arn();
    Ok(match index {
        Some(index) => Access::to(index_arn(&arn, index)),
        None => Access::to(arn),
    })
}

/// The ARN of an index.
pub(crate) fn index_arn(table: &Arn, index: &str) -> String {
    format!("{table}/index/{index}")
}

/// The model leaves a table's name open for ARNs; the service holds names to these rules.
pub(crate) fn check_name(name: &str, member: &str) -> Result<(), Error> {
    let mut broken = Vec::new();
    if !letters(name) {
        broken.push("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+".to_owned());
    }
    if name.len() < *limits::NAME_LENGTH.start() {
        broken.push("Member must have length greater than or equal to 3".to_owned());
    }
    if name.len() > *limits::NAME_LENGTH.end() {
        broken.push("Member must have length less than or equal to 255".to_owned());
    }
    if broken.is_empty() {
        return Ok(());
    }
    let (count, plural) = (broken.len(), if broken.len() == 1 { "" } else { "s" });
    let one = |rule| format!("Value '{name}' at '{member}' failed to satisfy constraint: {rule}");
    let all: Vec<_> = broken.into_iter().map(one).collect();
    Err(invalid(format!("{count} validation error{plural} detected: {}", all.join("; "))))
}

/// Whether a name is made of the letters that names may have.
pub(crate) fn letters(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

fn invalid_arn(arn: &str) -> Error {
    invalid(format!("Invalid TableArn: {arn}"))
}
