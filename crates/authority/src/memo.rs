//! Permissions given lately. One is given again without another look at the policies as long as every fact it rested on is
//! the very same: the facts are asked for each time, so nobody has to tell the memo to forget, and a change counts from the
//! next question on. Refusals are never kept.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHasher};
use service_kit::{AccessRequest, Ctx, Principal};

use crate::case::Case;
use crate::facts::Facts;
use crate::reliance::Reliance;

/// Parts, so that calls seldom wait for each other.
const PARTS: usize = 16;
/// Permissions kept in one part; beyond them it begins anew. About a kilobyte each.
const MOST: usize = 512;

/// The permissions, by a hash of who asked for what.
#[derive(Default)]
pub(crate) struct Memo([Mutex<FxHashMap<u64, Given>>; PARTS]);

struct Given {
    case: Arc<Case>,
    reliance: Reliance,
    /// The second in which its use was told last.
    told: i64,
}

/// A permission given again.
pub(crate) struct Again {
    /// What settled it.
    pub(crate) case: Arc<Case>,
    /// Whether its use was told already in this second: those who keep uses tell no finer.
    pub(crate) told: bool,
}

impl Memo {
    /// The case that settled this question before, when it still does.
    pub(crate) fn find(&self, ctx: &Ctx, request: &AccessRequest<'_>, facts: &Facts) -> Option<Again> {
        let hash = hash(ctx, request.action, request.resource);
        let mut part = self.part(hash).lock();
        let given = part.get_mut(&hash)?;
        if !given.settles(ctx, request, facts) {
            return None;
        }
        let now = ctx.request.at.secs();
        let told = std::mem::replace(&mut given.told, now) == now;
        Some(Again { case: given.case.clone(), told })
    }

    /// Keeps a permission, if it goes for other requests too.
    pub(crate) fn keep(&self, ctx: &Ctx, case: &Arc<Case>, reliance: Reliance) {
        let told = !case.told.is_empty() && reliance != Reliance::Nothing;
        let managed = ctx.caller.session.as_ref().is_some_and(|session| !session.policy_arns.is_empty());
        if reliance == Reliance::Circumstances || told || managed {
            return;
        }
        let hash = hash(ctx, &case.action, &case.resource);
        let mut part = self.part(hash).lock();
        if part.len() >= MOST {
            part.clear();
        }
        part.insert(hash, Given { case: case.clone(), reliance, told: ctx.request.at.secs() });
    }

    fn part(&self, hash: u64) -> &Mutex<FxHashMap<u64, Given>> {
        // The map goes by the lower bits.
        &self.0[(hash >> 32) as usize % PARTS]
    }
}

impl Given {
    /// Whether the question is the same and all that the permission rested on is as it was. What a service tells comes
    /// before what a caller has, so where that counted nothing may be told.
    fn settles(&self, ctx: &Ctx, request: &AccessRequest<'_>, facts: &Facts) -> bool {
        let case = &*self.case;
        case.resource == request.resource
            && case.action == request.action
            && (self.reliance == Reliance::Nothing || request.context.is_empty())
            && case.region == ctx.region
            && case.caller == ctx.caller
            && is_same(&case.identity, &facts.identity)
            && is_same(&case.membership, &facts.membership)
            && case.owner == facts.owner
            && is_same(&case.owner_membership, &facts.owner_membership)
            && case.resource_text == facts.resource_policy
            && case.rules_alone == facts.rules_alone
    }
}

/// Whether both are one object, or none.
fn is_same<T>(one: &Option<Arc<T>>, other: &Option<Arc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn hash(ctx: &Ctx, action: &str, resource: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (ctx.caller.account.number(), name(&ctx.caller.principal), action, resource).hash(&mut hasher);
    hasher.finish()
}

fn name(principal: &Principal) -> &str {
    match principal {
        Principal::User { id, .. } | Principal::RoleSession { id, .. } | Principal::Federated { id, .. } => id,
        Principal::Service(name) | Principal::Internal(name) => name,
        Principal::Root | Principal::Anonymous => "",
    }
}
