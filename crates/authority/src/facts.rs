//! What a decision rests on, as those who keep it tell it now. Asked anew for each question; the answers come from caches
//! that are never older than an acknowledged change, so that two answers are the same fact when they are the same object.

use std::sync::Arc;

use names::AccountId;
use service_kit::{AccessRequest, Ctx, Error, HeldPolicy, Identity, Membership, Principal, Session};

/// What bears on one question, before anything is computed from it.
pub(crate) struct Facts {
    /// The user or role.
    pub(crate) identity: Option<Arc<Identity>>,
    /// Managed policies that bound the session.
    pub(crate) session: Vec<HeldPolicy>,
    /// The account that owns the resource.
    pub(crate) owner: AccountId,
    /// The caller's organization.
    pub(crate) membership: Option<Arc<Membership>>,
    /// The resource's.
    pub(crate) owner_membership: Option<Arc<Membership>>,
    /// The resource's own policy, as text.
    pub(crate) resource_policy: Option<String>,
    /// Whether nobody is allowed without it.
    pub(crate) rules_alone: bool,
}

impl Facts {
    /// Asks all who know.
    pub(crate) async fn gather(ctx: &Ctx, request: &AccessRequest<'_>) -> Result<Self, Error> {
        let caller = &ctx.caller;
        let owner = match owner(request.resource) {
            None if request.resource != "*" => request.resource_owner(ctx).await?,
            named => named,
        };
        let owner = owner.unwrap_or(caller.account);
        let membership = match caller.principal {
            Principal::Service(_) | Principal::Anonymous | Principal::Internal(_) => None,
            _ => membership(ctx, caller.account).await?,
        };
        let owner_membership = match &membership {
            Some(own) if owner == caller.account => Some(own.clone()),
            _ => membership_of_owner(ctx, owner).await?,
        };
        let named = request.resource != "*" && request.may_have_resource_policy();
        Ok(Self {
            identity: identity(ctx).await?,
            session: session(ctx).await?,
            owner,
            membership,
            owner_membership,
            resource_policy: if named { request.resource_policy(ctx).await? } else { None },
            rules_alone: named && request.resource_rules_alone(),
        })
    }
}

/// The user or role behind the caller.
async fn identity(ctx: &Ctx) -> Result<Option<Arc<Identity>>, Error> {
    let caller = &ctx.caller;
    let id = match &caller.principal {
        Principal::User { id, .. } => id.as_str(),
        Principal::RoleSession { id, .. } => id.split(':').next().unwrap_or_default(),
        Principal::Federated { .. } => caller.session.as_ref().map_or("", |session| &session.issuer),
        _ => return Ok(None),
    };
    match ctx.cloud().principals() {
        Some(principals) => principals.identity(ctx.cloud(), caller.account, id).await,
        None => Ok(None),
    }
}

/// Managed policies handed in as session policies, as they are now.
async fn session(ctx: &Ctx) -> Result<Vec<HeldPolicy>, Error> {
    let arns = ctx.caller.session.as_deref().map(|session: &Session| &session.policy_arns[..]).unwrap_or_default();
    let mut held = Vec::new();
    if let Some(principals) = ctx.cloud().principals() {
        for arn in arns {
            held.extend(principals.managed(ctx.cloud(), arn).await?);
        }
    }
    Ok(held)
}

async fn membership(ctx: &Ctx, account: AccountId) -> Result<Option<Arc<Membership>>, Error> {
    match ctx.cloud().guardrails() {
        Some(guardrails) => guardrails.membership(ctx.cloud(), account).await,
        None => Ok(None),
    }
}

/// The owner's organization, when the caller's is another or none.
async fn membership_of_owner(ctx: &Ctx, owner: AccountId) -> Result<Option<Arc<Membership>>, Error> {
    let asked = !matches!(ctx.caller.principal, Principal::Service(_) | Principal::Anonymous | Principal::Internal(_));
    if asked && owner == ctx.caller.account {
        // The caller's own was asked for already, and there is none.
        return Ok(None);
    }
    membership(ctx, owner).await
}

/// The account in an ARN; none for those without one, as buckets and `*`.
fn owner(resource: &str) -> Option<AccountId> {
    // A look at each letter is quicker than a search for a letter begun five times.
    #[expect(clippy::manual_pattern_char_comparison, reason = "a closure is what looks at each letter")]
    let mut parts = resource.split(|letter| letter == ':');
    parts.nth(4).and_then(|account| account.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_tell_their_owner() {
        assert_eq!(owner("arn:aws:iam::111122223333:role/path/r").unwrap().to_string(), "111122223333");
        assert!(owner("*").is_none() && owner("arn:aws:s3:::bucket").is_none());
    }
}
