//! Tables in their own words: no API types, no HTTP, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `table.rs`, `schema.rs`, `directory.rs` | a table in use; its keys and indexes; finding one |
//! | `lifecycle.rs` | creating, changing, listing, deleting tables |
//! | `count.rs` | how many items there are |
//! | `row.rs`, `sealing.rs`, `unlock.rs` | a stored row; what everything of a table is sealed with; keys of tables |
//! | `item.rs`, `page.rs` | reading and writing items; pages of queries and scans |
//! | `settle.rs` | what a write changes, in one transaction |
//! | `transact.rs` | several writes at once |
//! | `change.rs`, `stream.rs`, `shard.rs`, `meeting.rs` | what is told of changes; streams, and the order of changes; shards; the engine that writes |
//! | `destination.rs` | streams of Kinesis that are told of changes |
//! | `backup.rs` | copies of tables |
//! | `snapshot.rs`, `jobs.rs`, `transfer/` | what a table held at an instant; exports and imports; their files |
//! | `expiry.rs`, `fill.rs` | items that expire; indexes added later |
//! | `key.rs`, `value/`, `number/`, `expression/`, `partiql/` | keys, values, numbers, expressions, statements. Pure |
//! | `replica.rs`, `global.rs`, `replicate.rs` | writes of replicated tables; which tables are replicas of each other; bringing writes elsewhere |
//! | `capacity.rs`, `throttle.rs`, `meter.rs`, `usage.rs` | what calls consume; what tables may; what is left; what was consumed |
//! | `refusal.rs` | reasons not to do something |

pub(crate) mod backup;
pub(crate) mod capacity;
mod change;
mod count;
pub(crate) mod destination;
mod directory;
mod expiry;
pub(crate) mod expression;
mod fill;
pub(crate) mod global;
pub(crate) mod item;
mod jobs;
pub(crate) mod key;
mod lifecycle;
mod meeting;
mod meter;
pub(crate) mod number;
pub(crate) mod page;
pub(crate) mod partiql;
pub(crate) mod refusal;
pub(crate) mod replica;
pub(crate) mod replicate;
pub(crate) mod row;
pub(crate) mod schema;
pub(crate) mod sealing;
mod settle;
pub(crate) mod shard;
pub(crate) mod snapshot;
pub(crate) mod stream;
pub(crate) mod table;
pub(crate) mod throttle;
pub(crate) mod transact;
pub(crate) mod transfer;
mod unlock;
mod usage;
pub(crate) mod value;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use delivery::Deliveries;
use names::Timestamp;
use runtime::{Random, Runtime};
use service_kit::{CloudParts, Wake};
use store::{Scope, Sequence, Store, StoreError};

use directory::Directory;
use sealing::Keyring;
use stream::Sequencer;
use table::{Home, Table};

use crate::store::SERVICE;

/// All tables of a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    sequencer: Sequencer,
    /// Whether the last sequence number in the store is known, and this engine is known to write.
    learned: AtomicBool,
    learning: tokio::sync::Mutex<()>,
    directory: Directory,
    chores: Chores,
    /// Whether all tables with replicas are in use, as they are once those in the store were looked through.
    replicas_found: AtomicBool,
    deliveries: Deliveries,
}

/// Told when there is background work before its time.
#[derive(Default)]
pub(crate) struct Chores {
    /// Content is to be removed.
    pub sweep: Wake,
    /// A key of KMS refused its service.
    pub keys: Wake,
    /// Indexes are to be filled.
    pub fill: Wake,
    /// Large tables are to be counted.
    pub count: Wake,
    /// Other replicas are to be told of writes.
    pub replicate: Wake,
    /// A table is to be exported or imported.
    pub transfer: Wake,
}

impl Engine {
    /// Tables kept in the store, living by the clock and the randomness of the runtime.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        let (store, runtime) = (parts.store.clone(), parts.runtime.clone());
        let numbers = Sequence::new(&store, Scope::Global, "dynamodb");
        Self(Arc::new(Inner {
            store,
            runtime,
            numbers,
            sequencer: Sequencer::default(),
            learned: AtomicBool::new(false),
            learning: tokio::sync::Mutex::default(),
            directory: Directory::new(Keyring::new(&parts.vault, &parts.runtime.random)),
            chores: Chores::default(),
            replicas_found: AtomicBool::new(false),
            deliveries: Deliveries::new(SERVICE, "dynamodb.deliver", parts),
        }))
    }

    /// The table at a place, when there is one.
    pub(crate) async fn lookup(&self, home: &Home) -> Result<Option<Arc<Table>>, StoreError> {
        self.0.directory.find(&self.0.store, home).await
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.directory.clear();
        self.keys().clear();
        self.0.learned.store(false, Ordering::Release);
        self.0.replicas_found.store(false, Ordering::Release);
    }

    /// Where background work is announced.
    pub(crate) fn chores(&self) -> &Chores {
        &self.0.chores
    }

    /// The instant now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// Where everything is kept.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// What is on its way to streams of Kinesis.
    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.0.deliveries
    }

    /// The keys of tables.
    pub(crate) fn keys(&self) -> &Keyring {
        self.0.directory.keys()
    }

    pub(crate) fn random(&self) -> &Random {
        &self.0.runtime.random
    }

    fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// The order of changes, with the last number in the store known.
    async fn sequencer(&self) -> Result<&Sequencer, StoreError> {
        if !self.0.learned.load(Ordering::Acquire) {
            let _one = self.0.learning.lock().await;
            if !self.0.learned.load(Ordering::Acquire) {
                self.announce().await?;
                self.learn_sequence().await?;
                self.0.learned.store(true, Ordering::Release);
            }
        }
        Ok(&self.0.sequencer)
    }

    async fn number(&self) -> Result<u64, StoreError> {
        self.0.numbers.next().await
    }
}
