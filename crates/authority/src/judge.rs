//! A decision, from the question to the answer: restrictions of the credentials, then every policy that has a say.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use names::Tags;
use service_kit::{AccessRequest, Authorizer, BoxFuture, Ctx, Decision, Error, HeldPolicy, KeyUse, Principal};

use crate::case::Case;
use crate::docket::Entry;
use crate::facts::Facts;
use crate::memo::Again;
use crate::reliance::Reliance;
use crate::{Authority, restrictions};

/// A decision.
struct Ruled {
    case: Arc<Case>,
    /// Why it is refused, if it is.
    refusal: Option<String>,
    /// Whether nobody needs to be told of the use.
    told: bool,
}

impl Authorizer for Authority {
    fn decide<'a>(&'a self, ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        Box::pin(self.judge(ctx, request))
    }

    fn decide_now(&self, ctx: &Ctx, request: &AccessRequest<'_>) -> Option<Decision> {
        if matches!(ctx.caller.principal, Principal::Internal(_)) && request.caller == ctx.caller.as_ref() {
            return Some(Decision::Allow);
        }
        // Facts come from caches: there is seldom anything to wait for. A question that must wait has left no trace yet.
        match pin!(self.judge(ctx, *request)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(decision) => Some(decision),
            Poll::Pending => None,
        }
    }
}

impl Authority {
    async fn judge(&self, ctx: &Ctx, request: AccessRequest<'_>) -> Decision {
        match self.rule(ctx, &request).await {
            Ok(Ruled { case, refusal, told }) => {
                if !told {
                    note_use(ctx, request.action, refusal.is_none());
                }
                self.docket().enter(Entry::new(ctx, &request, case, refusal.clone()));
                refusal.map_or(Decision::Allow, |reason| Decision::Deny { reason })
            }
            Err(error) => {
                // What cannot be read cannot allow anything.
                tracing::error!(%error, action = request.action, "policies could not be read");
                Decision::Deny { reason: format!("because no policy allows the {} action", request.action) }
            }
        }
    }

    async fn rule(&self, ctx: &Ctx, request: &AccessRequest<'_>) -> Result<Ruled, Error> {
        let facts = Facts::gather(ctx, request).await?;
        if let Some(Again { case, told }) = self.memo.as_ref().and_then(|memo| memo.find(ctx, request, &facts)) {
            return Ok(Ruled { case, refusal: None, told });
        }
        let mut case = self.case(ctx, request, facts);
        let of_tags = request.resource != "*" && speaks_of_tags(&case);
        if of_tags {
            case.resource_tags = request.resource_tags(ctx).await?;
        }
        let case = Arc::new(case);
        let (refusal, reliance) = match restrictions::refused(&ctx.caller, request.action) {
            Some(refusal) => (Some(refusal), Reliance::Circumstances),
            None => case.decide(),
        };
        // Tags are not asked for each time, and an explanation shows them.
        if let (Some(memo), None, false) = (&self.memo, &refusal, of_tags) {
            memo.keep(ctx, &case, reliance);
        }
        Ok(Ruled { case, refusal, told: false })
    }

    fn case(&self, ctx: &Ctx, request: &AccessRequest<'_>, facts: Facts) -> Case {
        let Facts { identity, session, owner, membership, owner_membership, resource_policy, rules_alone } = facts;
        let compile = |text: &String| {
            if is_role(request.resource) { self.compiled.trust(text) } else { self.compiled.resource(text) }
        };
        Case {
            caller: ctx.caller.clone(),
            request: ctx.request.clone(),
            region: ctx.region.clone(),
            now: ctx.now(),
            action: request.action.to_owned(),
            resource: request.resource.to_owned(),
            told: request.context.clone(),
            arn: ctx.caller.arn(ctx.partition()),
            identity,
            session: self.session(ctx, session),
            owner,
            membership,
            owner_membership,
            resource_policy: resource_policy.as_ref().and_then(compile),
            resource_text: resource_policy,
            rules_alone,
            resource_tags: Tags::new(),
        }
    }

    /// The policies that bound the caller's session. A federated user's session is bounded even by none.
    fn session(&self, ctx: &Ctx, managed: Vec<HeldPolicy>) -> Option<Vec<HeldPolicy>> {
        let session = ctx.caller.session.as_deref()?;
        if !session.is_scoped() && !matches!(ctx.caller.principal, Principal::Federated { .. }) {
            return None;
        }
        let name: Arc<str> = "session policy".into();
        let inline = session.policies.iter().filter_map(|text| self.compiled.session(text));
        let inline = inline.map(|policy| HeldPolicy { name: name.clone(), policy });
        Some(inline.chain(managed).collect())
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
    let usage = KeyUse { access_key, caller, service, action, region: &ctx.region, at: ctx.request.at, allowed };
    principals.used(ctx.cloud(), &usage);
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
    fn roles_are_told_apart() {
        assert!(is_role("arn:aws:iam::111122223333:role/path/r"));
        assert!(!is_role("arn:aws:iam::111122223333:user/role/r"));
    }
}
