//! Log groups, streams and events in their own words: no API types, no HTTP, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `home.rs` | the account and region that groups are in, and how they are called from outside |
//! | `group.rs`, `stream.rs` | creating, finding, changing, listing, deleting |
//! | `accept.rs` | which events of a batch are taken. Pure |
//! | `append.rs` | a batch, written with all that follows from it in one transaction |
//! | `read.rs`, `place.rs` | events in order of time, of a stream or of a group; a place among them |
//! | `passing.rs` | what subscription and metric filters make of a batch. Pure |
//! | `live.rs` | batches told to live tails |
//! | `protection.rs` | personal data found and masked. Pure |
//! | `sweep.rs` | what has expired or was deleted, removed |
//! | `refusal.rs` | reasons not to do something |

pub(crate) mod accept;
pub(crate) mod append;
pub(crate) mod group;
pub(crate) mod home;
pub(crate) mod live;
pub(crate) mod passing;
pub(crate) mod place;
pub(crate) mod protection;
pub(crate) mod read;
pub(crate) mod refusal;
pub(crate) mod stream;
mod sweep;

use std::collections::HashSet;
use std::sync::Arc;

use delivery::Deliveries;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Runtime;
use service_kit::data_keys::Lasting;
use service_kit::{CloudParts, RoleSessions, Wake};
use store::{Cipher, Ciphers, Scope, Seal, Sequence, Store, StoreError};

use crate::filter::Patterns;
use crate::store::{GroupNo, SERVICE};
use live::Live;

/// All log groups of a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    ciphers: Ciphers,
    data_keys: Lasting<(GroupNo, u64), Arc<Cipher>>,
    seal: Seal,
    deliveries: Deliveries,
    patterns: Patterns,
    roles: RoleSessions,
    chores: Chores,
    busy: Mutex<HashSet<String>>,
    live: Live,
}

/// Told when there is background work before its time.
#[derive(Default)]
pub(crate) struct Chores {
    /// Content is to be removed.
    pub sweep: Wake,
    /// Exports wait.
    pub exports: Wake,
}

impl Engine {
    /// Groups kept in the store of `parts`, living by its clock and randomness.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        Self(Arc::new(Inner {
            numbers: Sequence::new(&parts.store, Scope::Global, SERVICE),
            store: parts.store.clone(),
            runtime: parts.runtime.clone(),
            ciphers: Ciphers::new(&parts.vault, append::KIND),
            data_keys: Lasting::default(),
            seal: parts.vault.seal("logs/content"),
            deliveries: Deliveries::new(SERVICE, "logs.deliver", parts),
            patterns: Patterns::default(),
            roles: RoleSessions::default(),
            chores: Chores::default(),
            busy: Mutex::default(),
            live: Live::default(),
        }))
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.data_keys.clear();
        self.0.roles.forget();
    }

    /// Where everything is kept.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Clock, randomness, tasks.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// Data keys of KMS that are used again.
    pub(crate) fn data_keys(&self) -> &Lasting<(GroupNo, u64), Arc<Cipher>> {
        &self.0.data_keys
    }

    /// What content outside of events is sealed with.
    pub(crate) fn seal(&self) -> &Seal {
        &self.0.seal
    }

    /// What is on its way to subscribers.
    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.0.deliveries
    }

    /// Filter patterns in use.
    pub(crate) fn patterns(&self) -> &Patterns {
        &self.0.patterns
    }

    /// Who is told of batches as they are written.
    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    /// Roles taken on.
    pub(crate) fn roles(&self) -> &RoleSessions {
        &self.0.roles
    }

    /// Where background work is announced.
    pub(crate) fn chores(&self) -> &Chores {
        &self.0.chores
    }

    /// Takes up a query or an export, unless this process is at it already.
    pub(crate) fn take_up(&self, id: &str) -> bool {
        self.0.busy.lock().insert(id.to_owned())
    }

    /// Lays it down.
    pub(crate) fn lay_down(&self, id: &str) {
        self.0.busy.lock().remove(id);
    }

    /// The cipher of a group's own.
    pub(crate) fn own_cipher(&self, group: u64) -> Arc<Cipher> {
        self.0.ciphers.of(group)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    pub(crate) async fn number(&self) -> Result<u64, StoreError> {
        self.0.numbers.next().await
    }

    pub(crate) async fn numbers(&self, count: u64) -> Result<u64, StoreError> {
        self.0.numbers.take(count).await
    }
}
