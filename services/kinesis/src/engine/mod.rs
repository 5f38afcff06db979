//! The streams themselves, in their own words: no API types, no HTTP, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `stream.rs`, `directory.rs` | a stream in use; finding one |
//! | `lifecycle.rs` | creating, changing, deleting streams; trimming what they no longer keep |
//! | `append.rs`, `read.rs` | writing records, reading them in order |
//! | `segment.rs` | records as they are stored, sealed |
//! | `reshard.rs`, `scaling.rs` | shards split, merged and shared out; streams that grow by themselves |
//! | `consumer.rs` | consumers with enhanced fan-out and their subscriptions |
//! | `hash.rs`, `sequence.rs`, `iterator.rs`, `throttle.rs` | which shard; which number; a place in a shard; how much a second. Pure |
//! | `refusal.rs` | reasons not to do something |

pub(crate) mod append;
pub(crate) mod consumer;
mod directory;
pub(crate) mod hash;
pub(crate) mod iterator;
pub(crate) mod lifecycle;
pub(crate) mod read;
pub(crate) mod refusal;
pub(crate) mod reshard;
pub(crate) mod scaling;
pub(crate) mod segment;
pub(crate) mod sequence;
pub(crate) mod stream;
pub(crate) mod throttle;

use std::sync::Arc;

use names::Timestamp;
use runtime::Runtime;
use service_kit::Wake;
use service_kit::data_keys::DataKeys;
use store::{Ciphers, Scope, Sequence, Store, StoreError, Vault};

use consumer::Subscriptions;
use directory::Directory;
use iterator::Iterators;
use read::{Found, Most};
use refusal::Refusal;
use scaling::Growing;
use segment::{Draft, SealedBy, Sealing, Segment};
use stream::{Home, Stream};

use crate::store::{Position, ShardNo, TAILS, Tail};

/// All streams of a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    directory: Directory,
    ciphers: Ciphers,
    data_keys: DataKeys<Sealing>,
    iterators: Iterators,
    subscriptions: Subscriptions,
    growing: Growing,
    chores: Chores,
}

/// Told when there is background work before its time.
#[derive(Default)]
pub(crate) struct Chores {
    /// Content is to be removed.
    pub sweep: Wake,
    /// Streams want to grow.
    pub grow: Wake,
}

impl Engine {
    /// Streams kept in `store`, living by the clock and the randomness of `runtime`, sealed with keys of `vault`.
    pub(crate) fn new(store: Store, runtime: Runtime, vault: &Vault) -> Self {
        Self(Arc::new(Inner {
            numbers: Sequence::new(&store, Scope::Global, "kinesis"),
            store,
            runtime,
            directory: Directory::default(),
            ciphers: Ciphers::new(vault, segment::KIND),
            data_keys: DataKeys::default(),
            iterators: Iterators::new(vault),
            subscriptions: Subscriptions::default(),
            growing: Growing::default(),
            chores: Chores::default(),
        }))
    }

    /// The stream at a place.
    pub(crate) async fn find(&self, home: &Home) -> Result<Arc<Stream>, Refusal> {
        self.lookup(home).await?.ok_or(Refusal::NoSuchStream)
    }

    /// The stream at a place, when there is one.
    pub(crate) async fn lookup(&self, home: &Home) -> Result<Option<Arc<Stream>>, StoreError> {
        self.0.directory.find(&self.0.store, home).await
    }

    /// Reads a shard from a position on.
    pub(crate) async fn read(
        &self,
        stream: &Stream,
        shard: ShardNo,
        from: Position,
        most: Most,
    ) -> Result<Found, Refusal> {
        read::find(self.store(), stream, shard, from, most, self.now()).await
    }

    /// The end of a shard, so far.
    pub(crate) async fn tail(&self, stream: &Stream, shard: ShardNo) -> Result<Tail, Refusal> {
        let view = self.store().read().await?;
        TAILS.get(&view, &stream.scope, &(stream.no, shard)).await?.ok_or(Refusal::NoSuchStream)
    }

    /// Returns once no change of the stream is under way.
    pub(crate) async fn settled(&self, stream: &Stream) {
        drop(stream.changing.lock().await);
    }

    /// Counts a record that is to go into a shard; whether the shard has room for it. While the clock is frozen no second
    /// passes, and nothing is counted.
    pub(crate) fn takes(&self, stream: &Stream, shard: ShardNo, bytes: usize) -> bool {
        self.unlimited() || stream.throttle.lock().takes(shard, bytes, self.now())
    }

    /// Counts a read of a shard; whether it may go on.
    pub(crate) fn may_read(&self, stream: &Stream, shard: ShardNo) -> bool {
        self.unlimited() || stream.throttle.lock().reads(shard, self.now())
    }

    /// Counts what a read of a shard gave.
    pub(crate) fn gave(&self, stream: &Stream, shard: ShardNo, bytes: usize) {
        stream.throttle.lock().gave(shard, bytes, self.now());
    }

    /// Whether rates count for nothing, since no time passes.
    pub(crate) fn unlimited(&self) -> bool {
        self.0.runtime.clock.is_frozen()
    }

    /// What a stream seals with by itself.
    pub(crate) fn own_sealing(&self, stream: &Stream) -> Sealing {
        Sealing { cipher: self.0.ciphers.of(stream.no), by: SealedBy::Stream }
    }

    /// Seals records of one shard.
    pub(crate) fn seal(&self, sealing: &Sealing, stream: &Stream, shard: ShardNo, drafts: &[&Draft]) -> Vec<Segment> {
        segment::seal(sealing, stream.no, shard, drafts, || self.0.runtime.random.bytes())
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.directory.clear();
        self.0.data_keys.clear();
    }

    /// Data keys of KMS that are used again.
    pub(crate) fn data_keys(&self) -> &DataKeys<Sealing> {
        &self.0.data_keys
    }

    /// Makes and reads iterators.
    pub(crate) fn iterators(&self) -> &Iterators {
        &self.0.iterators
    }

    /// Open subscriptions.
    pub(crate) fn subscriptions(&self) -> &Subscriptions {
        &self.0.subscriptions
    }

    /// Where background work is announced.
    pub(crate) fn chores(&self) -> &Chores {
        &self.0.chores
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

    fn growing(&self) -> &Growing {
        &self.0.growing
    }

    fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    async fn number(&self) -> Result<u64, StoreError> {
        self.0.numbers.next().await
    }
}
