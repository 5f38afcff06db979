//! Stacks by what callers name them with: names find those that are there, ARNs also those that are gone.

use names::Arn;
use service_kit::{Access, Ctx, Error};
use store::{Reader, Scope};

use crate::run::Stacks;
use crate::run::journal::scope;
use crate::store::{NAMES, STACKS, StackRecord};

/// What an operation on a stack touches.
pub(super) fn access(ctx: &Ctx, stack: &str) -> Result<Access, Error> {
    Ok(Access::to(arn(ctx, stack)))
}

/// The same where a stack may be named, or all are meant.
pub(super) fn access_to_some(ctx: &Ctx, stack: Option<&str>) -> Result<Access, Error> {
    stack.filter(|stack| !stack.is_empty()).map_or(Ok(Access::any()), |stack| access(ctx, stack))
}

/// The same where a role is handed over.
pub(super) fn access_with(ctx: &Ctx, stack: &str, role: Option<&str>) -> Result<Access, Error> {
    Ok(with_role(access(ctx, stack)?, role))
}

/// Needs that a role may be passed.
pub(super) fn with_role(access: Access, role: Option<&str>) -> Access {
    match role {
        Some(role) => access.with("cloudformation:RoleArn", role).passing_role(role, "cloudformation.amazonaws.com"),
        None => access,
    }
}

/// With the address of a stack policy.
pub(super) fn with_policy(access: Access, url: Option<&str>) -> Access {
    url.into_iter().fold(access, |access, url| access.with("cloudformation:StackPolicyUrl", url))
}

/// The ARN of a stack, as policies name it.
pub(super) fn arn(ctx: &Ctx, stack: &str) -> String {
    if stack.starts_with("arn:") { stack.to_owned() } else { ctx.arn(format!("stack/{stack}/*")).to_string() }
}

/// The number in the ARN of a stack of this account and region.
fn number(ctx: &Ctx, stack: &str) -> Option<String> {
    let arn: Arn = stack.parse().ok()?;
    let here = arn.account_id() == Some(ctx.account()) && arn.region_code().as_ref() == Some(&ctx.region);
    let id = arn.resource.strip_prefix("stack/")?.split('/').nth(1)?;
    here.then(|| id.to_owned())
}

/// A stack by its name, which must be there, or its ARN.
pub(super) async fn stack(
    ctx: &Ctx,
    reader: &impl Reader,
    name: &str,
) -> Result<Option<StackRecord>, store::StoreError> {
    let (stacks, scope): (&Stacks, Scope) = (ctx.state(), scope(ctx));
    let id = match number(ctx, name) {
        Some(id) => Some(id),
        None => NAMES.get(reader, &scope, &name).await?.map(|named| named.stack),
    };
    match id {
        Some(id) => STACKS.get(&stacks.vault, reader, &scope, &id).await,
        None => Ok(None),
    }
}

/// A stack that must be there, whatever its state.
pub(super) async fn known(ctx: &Ctx, name: &str, refuse: fn(&str) -> Error) -> Result<StackRecord, Error> {
    let view = ctx.store().read().await?;
    stack(ctx, &view, name).await?.ok_or_else(|| refuse(name))
}
