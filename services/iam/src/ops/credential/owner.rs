//! Whose credential a call is about: the user named, whoever calls, or root.

use api_iam::StatusType;
use service_kit::{Ctx, Error, Principal};

use crate::engine::entity::Kind;
use crate::ops::edge::{engine, home, user_or_self};

/// A user, or root.
pub(crate) struct Owner {
    /// The user's id, or the account number.
    pub(crate) id: String,
    /// The user's name; the account number for root.
    pub(crate) name: String,
}

/// The user named.
pub(crate) async fn user(ctx: &Ctx, name: &str) -> Result<Owner, Error> {
    let record = engine(ctx).entity(home(ctx), Kind::User, name).await?;
    Ok(Owner { id: record.id, name: record.name })
}

/// The user named, or whoever calls, who must be a user.
pub(crate) async fn user_or_caller(ctx: &Ctx, named: Option<&str>) -> Result<Owner, Error> {
    user(ctx, &user_or_self(ctx, named)?).await
}

/// The user named, or whoever calls; root when root calls and names nobody.
pub(crate) async fn anyone(ctx: &Ctx, named: Option<&str>) -> Result<Owner, Error> {
    match (named, &ctx.caller.principal) {
        (None, Principal::Root) => Ok(root(ctx)),
        _ => user_or_caller(ctx, named).await,
    }
}

/// Root.
pub(crate) fn root(ctx: &Ctx) -> Owner {
    let number = home(ctx).account.to_string();
    Owner { id: number.clone(), name: number }
}

/// On or off.
pub(crate) fn status(active: bool) -> StatusType {
    if active { StatusType::Active } else { StatusType::Inactive }
}
