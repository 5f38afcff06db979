//! What binds an account: the service control policies of every level above it, compiled and kept until anything changes.
//!
//! Each change of an organization grows a number, before it is acknowledged; what was compiled under another number is not
//! used. So an answer can never be older than an acknowledged change.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use names::AccountId;
use parking_lot::RwLock;
use policy::Policy;
use service_kit::{BoxFuture, Cloud, Error, Fault, Guardrails, HeldPolicy, Membership};
use store::{Order, ReadView, Scope, Span};

use super::kind::Kind;
use super::refusal::Refusal;
use super::seat::Seat;
use super::{Engine, attachment, policy as policies, tree};
use crate::store::{CLOSED, MEMBERS, ORGANIZATIONS};

/// Accounts and policies remembered before all are forgotten.
const MOST: usize = 20_000;

/// What was compiled.
#[derive(Default)]
pub(super) struct Memory {
    changes: AtomicU64,
    known: RwLock<Known>,
    compiled: RwLock<HashMap<Revision, Arc<Policy>>>,
}

/// A policy of an organization as it was at one time.
type Revision = (AccountId, String, u64);

/// What is known of accounts as of one number of changes.
#[derive(Default)]
struct Known {
    changes: u64,
    nobody: bool,
    accounts: HashMap<AccountId, Option<Arc<Membership>>>,
}

/// Says that something changed, when it goes away.
pub(super) struct Change<'a>(&'a Memory);

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.changed();
    }
}

impl Memory {
    /// Something changes until the value goes away.
    pub(super) fn change(&self) -> Change<'_> {
        Change(self)
    }

    /// Something changed.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    fn now(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// What is known of an account, if anything is.
    fn of(&self, account: AccountId) -> Option<Option<Arc<Membership>>> {
        let known = self.known.read();
        if known.changes != self.now() {
            return None;
        }
        if known.nobody { Some(None) } else { known.accounts.get(&account).cloned() }
    }

    /// Remembers what was read after `changes` changes.
    fn learn(&self, changes: u64, learn: impl FnOnce(&mut Known)) {
        let mut known = self.known.write();
        if known.changes > changes {
            return;
        }
        if known.changes < changes || known.accounts.len() >= MOST {
            *known = Known { changes, ..Known::default() };
        }
        learn(&mut known);
    }

    fn compile(&self, seat: &Seat, shown: &policies::Shown) -> Result<Arc<Policy>, Refusal> {
        let revision = (seat.management, shown.id.clone(), shown.record.revision);
        if let Some(policy) = self.compiled.read().get(&revision) {
            return Ok(policy.clone());
        }
        let policy = policies::compile(shown.record.kind, &shown.record.content)?;
        let mut compiled = self.compiled.write();
        if compiled.len() >= MOST {
            compiled.clear();
        }
        compiled.insert(revision, policy.clone());
        Ok(policy)
    }
}

impl Guardrails for Engine {
    fn membership<'a>(
        &'a self,
        _cloud: &'a Cloud,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Membership>>, Error>> {
        if let Some(known) = self.memory.of(account) {
            return Box::pin(std::future::ready(Ok(known)));
        }
        Box::pin(async move {
            let changes = self.memory.now();
            let view = self.view().await?;
            if nobody(&view).await? {
                self.memory.learn(changes, |known| known.nobody = true);
                return Ok(None);
            }
            let membership = self.read_membership(&view, account).await?;
            self.memory.learn(changes, |known| {
                known.accounts.insert(account, membership.clone());
            });
            Ok(membership)
        })
    }
}

impl Engine {
    async fn read_membership(&self, view: &ReadView, account: AccountId) -> Result<Option<Arc<Membership>>, Error> {
        let closed = CLOSED.get(view, &Scope::Global, &account).await?.is_some();
        let Some(seat) = Seat::of(view, account).await? else {
            return Ok(closed.then(|| Arc::new(shut(account))));
        };
        let Some(member) = MEMBERS.get(view, &seat.scope(), &account).await? else {
            return Err(Fault::internal(format!("{account} has a seat and is no member")).into());
        };
        let mut line = tree::line(view, &seat, &member.parent).await?;
        let path = tree::path(&seat, &line);
        line.push(account.to_string());
        let mut service_control = self.levels(view, &seat, Kind::ServiceControl, &line).await?;
        if closed {
            service_control.push(Vec::new());
        }
        Ok(Some(Arc::new(Membership {
            organization: seat.organization.id.clone(),
            management: seat.management,
            path,
            service_control,
            resource_control: self.levels(view, &seat, Kind::ResourceControl, &line).await?,
        })))
    }

    /// The policies of a kind at each level of a line; no level when nothing binds.
    async fn levels(
        &self,
        view: &ReadView,
        seat: &Seat,
        kind: Kind,
        line: &[String],
    ) -> Result<Vec<Vec<HeldPolicy>>, Error> {
        if seat.manages() || !seat.enabled(kind) {
            return Ok(Vec::new());
        }
        let mut levels = Vec::with_capacity(line.len() + 1);
        for target in line {
            let mut level = Vec::new();
            for hold in attachment::on(view, seat, kind, target).await? {
                let Some(shown) = policies::of(view, seat, &hold.policy).await? else { continue };
                let broken = |_| Fault::internal(format!("{} of {} cannot be read", shown.id, seat.organization.id));
                let policy = self.memory.compile(seat, &shown).map_err(broken)?;
                level.push(HeldPolicy { name: seat.arns().policy(kind, &shown.id).into(), policy });
            }
            levels.push(level);
        }
        Ok(levels)
    }
}

/// Whether there is no organization and no closed account anywhere.
async fn nobody(view: &ReadView) -> Result<bool, Error> {
    let (all, first) = (Span::all(), Order::Ascending);
    let organizations = ORGANIZATIONS.scan(view, &Scope::Global, &all, first, 1).await?;
    let closed = CLOSED.scan(view, &Scope::Global, &all, first, 1).await?;
    Ok(organizations.is_empty() && closed.is_empty())
}

/// A closed account that is in no organization any more: a level without a policy allows nothing.
fn shut(account: AccountId) -> Membership {
    Membership {
        organization: String::new(),
        management: account,
        path: String::new(),
        service_control: vec![Vec::new()],
        resource_control: Vec::new(),
    }
}
