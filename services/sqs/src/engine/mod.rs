//! The queues themselves, in their own words: no API types, no HTTP, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `queue.rs`, `directory.rs` | a queue in use; finding one |
//! | `lifecycle.rs` | creating, changing, purging, deleting queues |
//! | `send.rs`, `receive.rs`, `wait.rs`, `settle.rs` | the life of a message: sent, received, awaited, settled |
//! | `claim.rs`, `attempt.rs`, `dead_letter.rs`, `rows.rs` | parts of a receive: the claim, its repetition, what is received too often; a message's rows |
//! | `doubt.rs`, `taken.rs` | changes whose outcome stays unknown; deliveries that come again |
//! | `content.rs` | what only receivers read, sealed |
//! | `window/` | the messages that can be received next. Pure |
//! | `fill.rs` | reading the store into a window |
//! | `moves.rs`, `expire.rs`, `sweep.rs` | moving dead letters back, retention, removing what was purged |
//! | `message.rs`, `settings.rs`, `redrive.rs`, `policy.rs`, `receipt.rs`, `digest.rs`, `tally.rs`, `throttle.rs` | nouns and rules. Pure |
//! | `refusal.rs` | reasons not to do something |

mod attempt;
mod claim;
pub(crate) mod content;
mod dead_letter;
pub(crate) mod digest;
pub(crate) mod directory;
mod doubt;
pub(crate) mod expire;
mod fill;
pub(crate) mod lifecycle;
pub(crate) mod message;
pub(crate) mod moves;
pub(crate) mod policy;
pub(crate) mod queue;
pub(crate) mod receipt;
pub(crate) mod receive;
pub(crate) mod redrive;
pub(crate) mod refusal;
mod rows;
pub(crate) mod send;
pub(crate) mod settings;
pub(crate) mod settle;
pub(crate) mod sweep;
mod taken;
pub(crate) mod tally;
pub(crate) mod throttle;
mod wait;
pub(crate) mod window;

use std::sync::Arc;

use delivery::Taken;
use names::Timestamp;
use runtime::Runtime;
use service_kit::Wake;
use service_kit::data_keys::DataKeys;
use store::{Ciphers, Scope, Sequence, Store, StoreError, Vault};
use tokio::sync::Notify;

use content::Sealing;
use directory::Directory;
use queue::{Home, Queue};
use refusal::Refusal;
use tally::Counts;

/// All queues of a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    directory: Directory,
    ciphers: Ciphers,
    data_keys: DataKeys<Sealing>,
    taken: Taken,
    chores: Chores,
}

/// Told when there is background work before its time.
#[derive(Default)]
pub(crate) struct Chores {
    /// Content is to be removed.
    pub sweep: Wake,
    /// Messages are to be moved.
    pub moves: Wake,
    /// The same, for the task that is moving already.
    pub moves_changed: Notify,
}

impl Engine {
    /// Queues kept in `store`, living by the clock and the randomness of `runtime`, sealed with keys of `vault`.
    pub(crate) fn new(store: Store, runtime: Runtime, vault: &Vault) -> Self {
        let numbers = Sequence::new(&store, Scope::Global, "sqs");
        let (directory, ciphers) = (Directory::default(), Ciphers::new(vault, content::KIND));
        let taken = Taken::new("sqs", &store, &runtime.clock);
        let (data_keys, chores) = (DataKeys::default(), Chores::default());
        Self(Arc::new(Inner { store, runtime, numbers, directory, ciphers, data_keys, taken, chores }))
    }

    /// The queue at a place.
    pub(crate) async fn find(&self, home: &Home) -> Result<Arc<Queue>, Refusal> {
        self.lookup(home).await?.ok_or(Refusal::NoSuchQueue)
    }

    /// The queue at a place, when it is in use already and needs no look into the store.
    pub(crate) fn in_use(&self, home: &Home) -> Option<Arc<Queue>> {
        self.0.directory.cached(home)
    }

    /// The queue at a place, when there is one.
    pub(crate) async fn lookup(&self, home: &Home) -> Result<Option<Arc<Queue>>, StoreError> {
        self.0.directory.find(&self.0.store, home).await
    }

    /// Counts of a queue's messages, after up to so many batches of expired ones were removed.
    pub(crate) async fn counts(&self, queue: &Queue, batches: usize) -> Result<Counts, StoreError> {
        self.expire(queue, batches).await?;
        Ok(queue.state().tally.counts(self.now()))
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.directory.clear();
        self.0.data_keys.clear();
        self.0.taken.forget();
    }

    /// Data keys of KMS that are used again.
    pub(crate) fn data_keys(&self) -> &DataKeys<Sealing> {
        &self.0.data_keys
    }

    /// Where background work is announced.
    pub(crate) fn chores(&self) -> &Chores {
        &self.0.chores
    }

    fn taken(&self) -> &Taken {
        &self.0.taken
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    fn announce_moves(&self) {
        self.0.chores.moves.signal();
        self.0.chores.moves_changed.notify_waiters();
    }

    async fn number(&self) -> Result<u64, StoreError> {
        self.0.numbers.next().await
    }
}
