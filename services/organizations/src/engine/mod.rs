//! Organizations in their own words: a tree of units and accounts, what is attached to it, and what that means for each
//! account. All truth is in the store; in memory is only what was compiled of it, dropped with each change.
//!
//! | file | noun |
//! |---|---|
//! | `organization.rs`, `seat.rs` | an organization; an account's place in it |
//! | `tree.rs`, `unit.rs` | what is in what; organizational units |
//! | `account.rs`, `creation.rs`, `closing.rs`, `contact.rs` | members; accounts being made and closed; their names |
//! | `kind.rs`, `policy.rs`, `attachment.rs` | policies, their types and what they are on |
//! | `effective/` | how management policies come together for an account |
//! | `guardrail.rs` | what binds an account's callers and resources, compiled |
//! | `handshake.rs`, `features.rs` | invitations; how an organization gets all features |
//! | `trust.rs`, `delegation.rs` | trusted access, delegated administrators, the resource policy |
//! | `transfer.rs` | responsibilities handed to another organization |
//! | `tag.rs`, `tally.rs`, `id.rs`, `refusal.rs` | tags; quotas; ids and ARNs; why not |

pub(crate) mod account;
pub(crate) mod attachment;
mod closing;
pub(crate) mod contact;
pub(crate) mod creation;
pub(crate) mod delegation;
pub(crate) mod effective;
mod features;
mod guardrail;
pub(crate) mod handshake;
pub(crate) mod id;
pub(crate) mod kind;
mod organization;
pub(crate) mod policy;
pub(crate) mod refusal;
pub(crate) mod seat;
pub(crate) mod tag;
mod tally;
pub(crate) mod transfer;
pub(crate) mod tree;
pub(crate) mod trust;
pub(crate) mod unit;

use std::sync::Arc;

use names::Timestamp;
use runtime::{Random, Runtime};
use store::{ReadView, Store, StoreError, Timers, Tx};

pub(crate) use closing::TIMER as CLOSING_TIMER;
use guardrail::Memory;
pub(crate) use organization::LINKED_ROLE_TIMER;
use refusal::Refusal;

/// All organizations. Clones are the same.
#[derive(Clone)]
pub(crate) struct Engine {
    store: Store,
    runtime: Runtime,
    timers: Timers,
    memory: Arc<Memory>,
}

impl Engine {
    /// The organizations of a store.
    pub(crate) fn new(store: Store, runtime: Runtime) -> Self {
        let timers = Timers::new(&store, &runtime);
        Self { store, runtime, timers, memory: Arc::default() }
    }

    /// One consistent state.
    pub(crate) async fn view(&self) -> Result<ReadView, StoreError> {
        self.store.read().await
    }

    /// The instant now.
    pub(crate) fn now(&self) -> Timestamp {
        self.runtime.clock.now()
    }

    /// Drops what was compiled.
    pub(crate) fn forget(&self) {
        self.memory.changed();
    }

    fn random(&self) -> &Random {
        &self.runtime.random
    }

    /// Changes something. Whatever becomes of it, what was compiled before is not used after.
    async fn change<T, F, Fut>(&self, body: F) -> Result<T, Refusal>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, Refusal>>,
    {
        // Dropped also when the caller goes away in the middle of the commit.
        let _afterwards = self.memory.change();
        self.store.transact(body).await
    }
}
