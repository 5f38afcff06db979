//! A decision, from the question to the answer: restrictions of the credentials, then every policy that has a say.

use std::sync::Arc;

use names::{AccountId, Tags};
use policy::Policy;
use service_kit::{
    AccessRequest, Authorizer, BoxFuture, Ctx, Decision, Error, HeldPolicy, Identity, KeyUse, Membership, Principal,
    Session,
};

use crate::case::Case;
use crate::{Authority, restrictions};

impl Authorizer for Authority {
    fn decide<'a>(&'a self, ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        Box::pin(self.judge(ctx, request))
    }

    fn decide_now(&self, ctx: &Ctx, request: &AccessRequest<'_>) -> Option<Decision> {
        matches!(ctx.caller.principal, Principal::Internal(_) if request.caller == ctx.caller.as_ref())
            .then_some(Decision::Allow)
    }
}

impl Authority {
    async fn judge(&self, ctx: &Ctx, request: AccessRequest<'_>) -> Decision {
        let case = match self.gather(ctx, request).await {
            Ok(case) => Arc::new(case),
            Err(error) => {
                // What cannot be read cannot allow anything.
                tracing::error!(%error, action = request.action, "policies could not be read");
                return Decision::Deny { reason: format!("because no policy allows the {} action", request.action) };
            }
        };
        let refusal = restrictions::refused(&ctx.caller, request.action).or_else(|| by_policies(&case));
        note_use(ctx, request.action, refusal.is_none());
        self.docket().enter(case, refusal.clone());
        match refusal {
            None => Decision::Allow,
            Some(reason) => Decision::Deny { reason },
        }
    }

    async fn gather(&self, ctx: &Ctx, request: AccessRequest<'_>) -> Result<Case, Error> {
        let caller = &ctx.caller;
        let owner = owner(request.resource).unwrap_or(caller.account);
        let membership = match caller.principal {
            Principal::Service(_) | Principal::Anonymous | Principal::Internal(_) => None,
            _ => membership(ctx, caller.account).await?,
        };
        let owner_membership = match &membership {
            Some(own) if owner == caller.account => Some(own.clone()),
            _ => membership_of_owner(ctx, owner).await?,
        };
        let mut case = Case {
            caller: caller.clone(),
            request: ctx.request.clone(),
            region: ctx.region.clone(),
            now: ctx.now(),
            action: request.action.to_owned(),
            resource: request.resource.to_owned(),
            told: request.context.clone(),
            arn: caller.arn(ctx.partition()),
            identity: identity(ctx).await?,
            session: self.session(ctx).await?,
            owner,
            membership,
            owner_membership,
            resource_policy: self.resource_policy(ctx, &request).await?,
            rules_alone: request.resource != "*" && request.resource_rules_alone(),
            resource_tags: Tags::new(),
        };
        if request.resource != "*" && speaks_of_tags(&case) {
            case.resource_tags = request.resource_tags(ctx).await?;
        }
        Ok(case)
    }

    async fn resource_policy(&self, ctx: &Ctx, request: &AccessRequest<'_>) -> Result<Option<Arc<Policy>>, Error> {
        if request.resource == "*" || !request.may_have_resource_policy() {
            return Ok(None);
        }
        let text = request.resource_policy(ctx).await?;
        Ok(text.and_then(|text| {
            if is_role(request.resource) { self.compiled.trust(&text) } else { self.compiled.resource(&text) }
        }))
    }

    /// The policies that bound the caller's session. A federated user's session is bounded even by none.
    async fn session(&self, ctx: &Ctx) -> Result<Option<Vec<HeldPolicy>>, Error> {
        let Some(session) = ctx.caller.session.as_deref() else { return Ok(None) };
        if !session.is_scoped() && !matches!(ctx.caller.principal, Principal::Federated { .. }) {
            return Ok(None);
        }
        let name: Arc<str> = "session policy".into();
        let inline = session.policies.iter().filter_map(|text| self.compiled.session(text));
        let mut held: Vec<_> = inline.map(|policy| HeldPolicy { name: name.clone(), policy }).collect();
        held.extend(managed(ctx, session).await?);
        Ok(Some(held))
    }
}

/// Tells whoever keeps the key that it was used.
fn note_use(ctx: &Ctx, action: &str, allowed: bool) {
    let caller = &ctx.caller;
    let kept = matches!(caller.principal, Principal::User { .. } | Principal::RoleSession { .. });
    let (true, Some(access_key), Some(principals)) = (kept, &caller.access_key, ctx.cloud().principals()) else {
        return;
    };
    let service = action.split(':').next().unwrap_or_default();
    let usage = KeyUse { access_key, caller, service, action, region: &ctx.region, at: ctx.now(), allowed };
    principals.used(ctx.cloud(), &usage);
}

fn by_policies(case: &Case) -> Option<String> {
    case.decide(|decision| (!decision.allowed).then(|| decision.reason.text_with_policy(&case.action)))
}

/// Managed policies handed in as session policies, as they are now.
async fn managed(ctx: &Ctx, session: &Session) -> Result<Vec<HeldPolicy>, Error> {
    let mut held = Vec::new();
    if let Some(principals) = ctx.cloud().principals() {
        for arn in &session.policy_arns {
            held.extend(principals.managed(ctx.cloud(), arn).await?);
        }
    }
    Ok(held)
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

async fn membership(ctx: &Ctx, account: AccountId) -> Result<Option<Arc<Membership>>, Error> {
    match ctx.cloud().guardrails() {
        Some(guardrails) => guardrails.membership(ctx.cloud(), account).await,
        None => Ok(None),
    }
}

/// The owner's organization, when the caller's is another or none.
async fn membership_of_owner(ctx: &Ctx, owner: AccountId) -> Result<Option<Arc<Membership>>, Error> {
    if owner == ctx.caller.account && ctx.caller.session.is_none() && matches!(ctx.caller.principal, Principal::Root) {
        // The caller's own was asked for already, and there is none.
        return Ok(None);
    }
    membership(ctx, owner).await
}

/// The account in an ARN; none for those without one, as buckets and `*`.
fn owner(resource: &str) -> Option<AccountId> {
    resource.split(':').nth(4).and_then(|account| account.parse().ok())
}

fn is_role(resource: &str) -> bool {
    let mut parts = resource.splitn(6, ':').skip(2);
    parts.next() == Some("iam") && parts.nth(2).is_some_and(|name| name.starts_with("role/"))
}

fn speaks_of_tags(case: &Case) -> bool {
    // Most policies have no condition at all.
    if !case.mentions("") {
        return false;
    }
    let of_service = |service: &str| case.mentions(&format!("{}:resourcetag/", service.to_ascii_lowercase()));
    case.mentions("aws:resourcetag/") || case.tag_services().any(of_service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_tell_owner_and_kind() {
        let role = "arn:aws:iam::111122223333:role/path/r";
        assert_eq!(owner(role).unwrap().to_string(), "111122223333");
        assert!(is_role(role));
        assert!(!is_role("arn:aws:iam::111122223333:user/role/r"));
        assert!(owner("*").is_none() && owner("arn:aws:s3:::bucket").is_none());
    }
}
