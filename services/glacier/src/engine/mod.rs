//! Vaults, archives and what it takes to get at them, in their own words: no API's inputs, no HTTP, no time but the clock's.
//!
//! | file | noun |
//! |---|---|
//! | `home.rs` | where vaults are, and what things are called |
//! | `tree.rs` | tree hashes. Pure |
//! | `content.rs` | bytes in records and files |
//! | `vault.rs` | vaults, their policies and locks, their inventories |
//! | `archive.rs`, `upload.rs` | archives, at one go and in parts |
//! | `job.rs`, `range.rs` | retrievals, by the clock |
//! | `account.rs` | how much may be retrieved; provisioned capacity |

pub(crate) mod account;
mod archive;
pub(crate) mod content;
pub(crate) mod home;
pub(crate) mod job;
pub(crate) mod range;
pub(crate) mod tree;
pub(crate) mod upload;
pub(crate) mod vault;

use std::sync::Arc;

use names::Timestamp;
use runtime::Runtime;
use service_kit::CloudParts;
use store::blobs::Blobs;
use store::{Store, StoreError, Timers};

use crate::store::Mark;

/// All of Glacier. Clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    blobs: Arc<dyn Blobs>,
    runtime: Runtime,
    timers: Timers,
    given_up: content::GivenUp,
    /// Tells the files that this process writes from those that another one left.
    mark: Mark,
}

/// What can go wrong, told by the edge in AWS's words.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The store.
    Store(StoreError),
    /// The body ended early, or is not what was signed.
    Body(std::io::Error),
    /// The vault is not there.
    NoVault,
    /// The archive is not there.
    NoArchive,
    /// The upload is not there.
    NoUpload,
    /// The job is not there.
    NoJob,
    /// The job is not done.
    NotReady,
    /// There are archives in it.
    InUse,
    /// More bytes than there may be.
    TooLarge,
    /// The hash is another one: that expected, that found.
    Hash(String, String),
    /// The parts are not those of a whole, or a part is not where one can be.
    Parts(String),
    /// The lock is in a state that does not allow it.
    Locked,
    /// There is no lock, or it has another id.
    NoLock,
    /// More is retrieved than the policy allows.
    Policy,
    /// More than there may be.
    Limit,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An answer of the engine.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Engine {
    /// On the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store.clone(),
            blobs: parts.blobs.clone(),
            runtime: parts.runtime.clone(),
            timers: Timers::new(&parts.store, &parts.runtime),
            given_up: content::GivenUp::default(),
            mark: Mark(parts.runtime.random.u128() | 1),
        }))
    }

    /// Files that this process gave up.
    pub(crate) fn given_up(&self) -> &content::GivenUp {
        &self.0.given_up
    }

    /// The instant now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    fn blobs(&self) -> &dyn Blobs {
        self.0.blobs.as_ref()
    }

    fn timers(&self) -> &Timers {
        &self.0.timers
    }

    fn mark(&self) -> Mark {
        self.0.mark
    }

    fn new_id(&self) -> String {
        home::new_id(self.now(), || self.0.runtime.random.u128())
    }
}
