//! What each user and role has used: actions and resources, data events too, for policies that allow no more.
//!
//! A call costs a look into a map. A pair of action and resource is written when it is first seen, within milliseconds, and
//! again at most once an hour: counts and instants of last use are that coarse, and a crash may lose an hour of counts. What
//! was used is never lost once written, and never guessed.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use names::{AccountId, Timestamp};
use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHasher};
use service_kit::{Access, BoxFuture, CallRecord, Cloud, Deed, Deeds, Error, Fault, Principal};
use store::{Order, Scope, Span, Store, StoreError, Tx};
use tokio::sync::Notify;

use crate::limits::USED_RESOURCES;
use crate::store::{USAGE, UsageRecord};

/// How often the same use is written.
const AGAIN: Duration = Duration::from_secs(3_600);
/// Parts of the map, so that calls seldom wait for each other.
const PARTS: usize = 16;
/// Uses remembered in one part; beyond them it begins anew.
const MOST: usize = 16_384;
/// Uses written by one commit.
const BATCH: usize = 100;

/// What a principal did to a resource, for `least-privilege`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// As in `sqs:SendMessage`.
    pub action: String,
    /// The resource's ARN; `*` for actions on none; a pattern where a principal used very many of a kind.
    pub resource: String,
    /// When it was first seen.
    pub first: Timestamp,
    /// When it was last seen, to within an hour.
    pub last: Timestamp,
    /// How often, to within an hour.
    pub calls: u64,
}

/// What a user (by its ARN) or the sessions of a role (by the role's ARN) have used since an instant, allowed calls alone,
/// sorted by action and resource.
///
/// # Errors
/// When the store cannot be read.
pub async fn used(
    cloud: &Cloud,
    account: AccountId,
    principal: &str,
    since: Timestamp,
) -> Result<Vec<Use>, StoreError> {
    let view = cloud.store().read().await?;
    let span = Span::prefix::<(String,)>(&(principal,));
    let rows = USAGE.scan_all(&view, &Scope::Account(account), &span).await?;
    let recent = rows.into_iter().filter(|(_, usage)| usage.last.plus(AGAIN) >= since);
    let shown = recent.map(|((_, action, resource), UsageRecord { first, last, calls })| Use {
        action,
        resource,
        first,
        last,
        calls,
    });
    Ok(shown.collect())
}

impl Deeds for super::Engine {
    fn of<'a>(
        &'a self,
        cloud: &'a Cloud,
        account: AccountId,
        principal: &'a str,
        since: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Error>> {
        Box::pin(async move {
            // What was done a moment ago may still wait to be written.
            self.usage().flush(self.store()).await?;
            let uses = used(cloud, account, principal, since).await?;
            Ok(uses.into_iter().map(|Use { action, resource, .. }| Deed { action, resource }).collect())
        })
    }
}

/// Uses in memory: when each was last written, and those to write.
pub(crate) struct Usage {
    parts: [Mutex<FxHashMap<u64, Noted>>; PARTS],
    fresh: Mutex<Vec<Fresh>>,
    added: Notify,
}

struct Noted {
    written: Timestamp,
    calls: u64,
}

#[derive(Clone)]
struct Fresh {
    account: AccountId,
    principal: String,
    action: String,
    resource: String,
    at: Timestamp,
    calls: u64,
}

impl Usage {
    /// Nothing is known.
    pub(crate) fn new() -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), fresh: Mutex::default(), added: Notify::new() }
    }

    /// Takes note of a call that was allowed.
    pub(crate) fn note(&self, call: &CallRecord<'_>) {
        let (Some(principal), Some(access)) = (principal(&call.ctx.caller.principal), call.access) else { return };
        let denied = matches!(call.error, Some(Error::Fault(Fault::AccessDenied { .. } | Fault::Authentication(_))));
        if denied || access.free {
            return;
        }
        let (account, at) = (call.ctx.caller.account, call.ctx.request.at);
        for access in std::iter::once(access).chain(&access.also) {
            let action = access.action.unwrap_or(call.ctx.operation.action);
            self.note_access(account, principal, action, access, at);
        }
    }

    fn note_access(&self, account: AccountId, principal: &str, action: &str, access: &Access, at: Timestamp) {
        if access.resources.is_empty() {
            self.note_one(account, principal, action, "*", at);
        }
        access.resources.iter().for_each(|resource| self.note_one(account, principal, action, resource, at));
    }

    fn note_one(&self, account: AccountId, principal: &str, action: &str, resource: &str, at: Timestamp) {
        let mut hasher = FxHasher::default();
        (principal, action, resource).hash(&mut hasher);
        let hash = hasher.finish();
        // The map goes by the lower bits.
        let mut part = self.parts[(hash >> 32) as usize % PARTS].lock();
        let mut calls = 1;
        if let Some(noted) = part.get_mut(&hash) {
            noted.calls += 1;
            if at < noted.written.plus(AGAIN) {
                return;
            }
            calls = noted.calls;
        } else if part.len() >= MOST {
            part.clear();
        }
        part.insert(hash, Noted { written: at, calls: 0 });
        drop(part);
        let (principal, action, resource) = (principal.to_owned(), action.to_owned(), resource.to_owned());
        self.fresh.lock().push(Fresh { account, principal, action, resource, at, calls });
        self.added.notify_one();
    }

    /// Returns when there is something to write.
    pub(crate) async fn added(&self) {
        self.added.notified().await;
    }

    /// Writes what is new.
    pub(crate) async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        loop {
            let next = self.take();
            if next.is_empty() {
                return Ok(());
            }
            if let Err(error) = store.transact(|tx| merge_all(tx, &next)).await {
                self.fresh.lock().splice(0..0, next);
                return Err(error);
            }
        }
    }

    fn take(&self) -> Vec<Fresh> {
        let mut fresh = self.fresh.lock();
        let end = fresh.len().min(BATCH);
        fresh.drain(..end).collect()
    }

    /// Drops what is known.
    pub(crate) fn forget(&self) {
        self.parts.iter().for_each(|part| part.lock().clear());
    }
}

/// Who is charged with a use. What root does, no policy bounds.
fn principal(principal: &Principal) -> Option<&str> {
    match principal {
        Principal::User { arn, .. } | Principal::Federated { arn, .. } => Some(arn),
        Principal::RoleSession { role, .. } => Some(role),
        Principal::Root | Principal::Service(_) | Principal::Internal(_) | Principal::Anonymous => None,
    }
}

async fn merge_all(tx: Tx, all: &[Fresh]) -> Result<(), StoreError> {
    for fresh in all {
        merge(&tx, fresh).await?;
    }
    Ok(())
}

async fn merge(tx: &Tx, fresh: &Fresh) -> Result<(), StoreError> {
    let scope = Scope::Account(fresh.account);
    let (principal, action) = (fresh.principal.as_str(), fresh.action.as_str());
    let mut resource = fresh.resource.clone();
    let mut before = USAGE.get(tx, &scope, &(principal, action, resource.as_str())).await?;
    if before.is_none() && is_full(tx, &scope, fresh).await? {
        resource = pattern(&resource);
        before = USAGE.get(tx, &scope, &(principal, action, resource.as_str())).await?;
    }
    let now = UsageRecord { first: fresh.at, last: fresh.at, calls: fresh.calls };
    let merged = before.map_or(now, |before| UsageRecord {
        first: before.first.min(fresh.at),
        last: before.last.max(fresh.at),
        calls: before.calls + fresh.calls,
    });
    USAGE.put(tx, &scope, &(principal, action, resource.as_str()), &merged)
}

/// Whether as many resources of the action are kept as there may be.
async fn is_full(tx: &Tx, scope: &Scope, fresh: &Fresh) -> Result<bool, StoreError> {
    let span = Span::prefix::<(String, String)>(&(fresh.principal.as_str(), fresh.action.as_str()));
    Ok(USAGE.scan(tx, scope, &span, Order::Ascending, USED_RESOURCES).await?.len() >= USED_RESOURCES)
}

/// The pattern of a resource and its siblings: `…:bucket/a/b` → `…:bucket/*`, `…:123456789012:q` → `…:123456789012:*`.
fn pattern(arn: &str) -> String {
    let start = arn.match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    let end = arn[start..].find(['/', ':']).map_or(start, |at| start + at + 1);
    format!("{}*", &arn[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_siblings() {
        for (arn, expected) in [
            ("arn:aws:s3:::bucket/a/b", "arn:aws:s3:::bucket/*"),
            ("arn:aws:sqs:us-east-1:123456789012:q", "arn:aws:sqs:us-east-1:123456789012:*"),
            ("arn:aws:iam::123456789012:user/path/x", "arn:aws:iam::123456789012:user/*"),
            ("*", "*"),
        ] {
            assert_eq!(pattern(arn), expected);
        }
    }

    #[tokio::test]
    async fn the_same_use_is_written_once_and_many_become_a_pattern() {
        let store = Store::in_memory(runtime::Random::seeded(1));
        let usage = Usage::new();
        let at = Timestamp::from_secs(1_000);
        let note =
            |n: usize| usage.note_one(AccountId::DEFAULT, "p", "sqs:SendMessage", &format!("arn:aws:sqs:r:1:{n}"), at);
        (0..USED_RESOURCES + 5).for_each(note);
        (0..10).for_each(|_| note(0));
        assert_eq!(usage.fresh.lock().len(), USED_RESOURCES + 5);
        usage.flush(&store).await.unwrap();
        let view = store.read().await.unwrap();
        let rows = USAGE.scan_all(&view, &Scope::Account(AccountId::DEFAULT), &Span::all()).await.unwrap();
        assert_eq!(rows.len(), USED_RESOURCES + 1);
        let wild = rows.iter().find(|((_, _, resource), _)| resource == "arn:aws:sqs:r:1:*").unwrap();
        assert_eq!(wild.1.calls, 5);
    }
}
