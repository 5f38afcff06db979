//! Delivery streams themselves, in their own words: no API types, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `stream.rs`, `directory.rs`, `lifecycle.rs` | a delivery stream in use; finding one; creating, changing, deleting |
//! | `buffer.rs` | records that wait, on disk |
//! | `plan.rs` | what is to be done with them. Pure |
//! | `process.rs`, `partition.rs` | taking records apart, sorting them into partitions. Pure |
//! | `prefix.rs`, `compress.rs` | where objects lie, how they are compressed. Pure |

pub(crate) mod buffer;
pub(crate) mod compress;
mod directory;
pub(crate) mod lifecycle;
pub(crate) mod partition;
pub(crate) mod plan;
pub(crate) mod prefix;
pub(crate) mod process;
pub(crate) mod stream;

use std::sync::Arc;

use names::Timestamp;
use runtime::Runtime;
use serde_json::Value;
use service_kit::Wake;
use store::{Scope, Seal, Sequence, Store, StoreError, Vault};

use directory::Directory;
use plan::Plan;

use crate::store::StreamRecord;

/// All delivery streams of a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    directory: Directory,
    seal: Seal,
    destinations: Seal,
    sweep: Wake,
}

/// A reason not to do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such delivery stream.
    NoSuchStream,
    /// A delivery stream of the name exists.
    Taken,
    /// The account has as many as it may.
    TooMany,
    /// Its destination has another version.
    OtherVersion(u64),
    /// More tags than it may have.
    TooManyTags,
    /// The store could not answer.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Engine {
    /// Delivery streams kept in `store`, living by the clock and the randomness of `runtime`, sealed with keys of `vault`.
    pub(crate) fn new(store: Store, runtime: Runtime, vault: &Vault) -> Self {
        Self(Arc::new(Inner {
            numbers: Sequence::new(&store, Scope::Global, "firehose"),
            store,
            runtime,
            directory: Directory::default(),
            seal: vault.seal("firehose/buffer"),
            destinations: vault.seal("firehose/destination"),
            sweep: Wake::default(),
        }))
    }

    /// The configuration of a destination, as it is kept.
    pub(crate) fn seal_destination(&self, no: u64, config: &Value) -> bytes::Bytes {
        let plain = config.to_string();
        self.0.destinations.close(&self.0.runtime.random, &no.to_be_bytes(), plain.as_bytes()).into()
    }

    /// The configuration of a destination.
    pub(crate) fn open_destination(&self, record: &StreamRecord) -> Result<Value, StoreError> {
        let plain = self.0.destinations.open(&record.no.to_be_bytes(), &record.destination)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::corrupt("the configuration of a destination"))
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.directory.clear();
    }

    /// Where content to be removed is announced.
    pub(crate) fn sweep_wake(&self) -> &Wake {
        &self.0.sweep
    }

    /// Where everything is kept.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Clock, randomness, tasks.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    fn directory(&self) -> &Directory {
        &self.0.directory
    }

    fn seal(&self) -> &Seal {
        &self.0.seal
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// A number greater than all before.
    pub(crate) async fn number(&self) -> Result<u64, StoreError> {
        self.0.numbers.next().await
    }
}
