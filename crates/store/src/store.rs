//! The store as a service sees it: transactions that are retried, blind writes, consistent reads.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use runtime::Random;

use crate::error::{CommitError, StoreError};
use crate::kv::{Commit, KeyRange, Kv, Order, Rows, Snapshot, Version, Write, after_key};
use crate::tx::Tx;
use crate::watch::Watch;

/// After this many conflicts a transaction waits for its turn, so that those in the same trouble go one by one.
const TURN: u32 = 3;

/// Attempts of a transaction before it gives up with [`StoreError::Contention`].
const ATTEMPTS: u32 = 100;

/// Keys deleted by one commit of [`Store::delete_range`].
const DELETE_BATCH: usize = 1_000;

/// A store. Clones share the engine.
#[derive(Clone)]
pub struct Store {
    kv: Arc<dyn Kv>,
    random: Random,
    /// Held by the transaction that others have beaten too often: first come, first served.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// Something that can be read: a transaction, or a view.
pub trait Reader: Sync {
    /// The value of a key. A transaction then depends on it.
    fn get(&self, key: Bytes) -> impl Future<Output = Result<Option<Bytes>, StoreError>> + Send;

    /// At most `limit` rows of a range. A transaction then depends on the part that was read, absences included.
    fn scan(
        &self,
        range: KeyRange,
        order: Order,
        limit: usize,
    ) -> impl Future<Output = Result<Rows, StoreError>> + Send;

    /// As `get`, but a later change of the key does not fail the transaction.
    fn get_unchecked(&self, key: Bytes) -> impl Future<Output = Result<Option<Bytes>, StoreError>> + Send;

    /// As `scan`, but a later change in the range does not fail the transaction.
    fn scan_unchecked(
        &self,
        range: KeyRange,
        order: Order,
        limit: usize,
    ) -> impl Future<Output = Result<Rows, StoreError>> + Send;
}

/// Something that collects changes: a transaction, or a batch.
pub trait Writer {
    /// Sets a key.
    fn put(&self, key: Bytes, value: Bytes);
    /// Removes a key.
    fn delete(&self, key: Bytes);
}

/// Changes without reads, applied together. Later changes of a key win.
#[derive(Debug, Default)]
pub struct Batch(Mutex<Vec<Write>>);

impl Batch {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many changes.
    pub fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }
}

impl Writer for Batch {
    fn put(&self, key: Bytes, value: Bytes) {
        self.0.lock().push(Write::Put { key, value });
    }

    fn delete(&self, key: Bytes) {
        self.0.lock().push(Write::Delete { key });
    }
}

impl Store {
    /// A store on an engine. `random` spreads the retries of transactions that conflict.
    pub fn new(kv: Arc<dyn Kv>, random: Random) -> Self {
        Self { kv, random, turn: Arc::default() }
    }

    /// A store in memory, gone with the process.
    pub fn in_memory(random: Random) -> Self {
        Self::new(Arc::new(crate::memory::Memory::new()), random)
    }

    /// Begins a transaction on the newest durable state. [`Store::transact`] is the usual way: it retries.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(self.kv.clone(), self.snapshot().await?))
    }

    /// Runs `body` in a transaction until it commits without conflict. `body` may run several times: it must change
    /// nothing outside the transaction, and begin no other one. An error of `body` ends it, with nothing changed.
    ///
    /// Fails with [`StoreError::Contention`] after 100 conflicts in a row.
    pub async fn transact<T, E, F, Fut>(&self, body: F) -> Result<T, E>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        self.retry(body, Some(&self.turn)).await
    }

    /// As [`Store::transact`], for what may run inside the body of another transaction: it must not wait for a turn that
    /// the other one holds.
    pub(crate) async fn transact_inside<T, E, F, Fut>(&self, body: F) -> Result<T, E>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        self.retry(body, None).await
    }

    async fn retry<T, E, F, Fut>(&self, body: F, turn: Option<&tokio::sync::Mutex<()>>) -> Result<T, E>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        let mut my_turn = None;
        for attempt in 0..ATTEMPTS {
            match turn {
                Some(turn) if attempt == TURN => my_turn = Some(turn.lock().await),
                _ if attempt > 0 && my_turn.is_none() => self.back_off(attempt).await,
                _ => {}
            }
            let tx = self.begin().await?;
            let answer = body(tx.clone()).await?;
            match tx.commit().await {
                Ok(_) => return Ok(answer),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(StoreError::Contention.into())
    }

    /// Applies changes that depend on nothing.
    pub async fn write(&self, batch: Batch) -> Result<Version, StoreError> {
        let commit = Commit { writes: batch.0.into_inner(), ..Commit::default() };
        self.kv.commit(commit).await.map_err(|error| match error {
            // Nothing was read, so nothing can conflict.
            CommitError::Conflict => StoreError::Contention,
            CommitError::Store(error) => error,
        })
    }

    /// One consistent state to read from, without locks. Hold it briefly.
    pub async fn read(&self) -> Result<ReadView, StoreError> {
        Ok(ReadView { snapshot: self.snapshot().await? })
    }

    /// Tells of every later commit that touches a key under `prefix`.
    pub fn watch(&self, prefix: &[u8]) -> Watch {
        self.kv.watch(prefix)
    }

    /// Deletes every key of a range, in commits of at most 1,000 keys: not atomic, but repeatable. Returns how many
    /// there were.
    pub async fn delete_range(&self, range: KeyRange) -> Result<u64, StoreError> {
        let (mut range, mut deleted) = (range, 0);
        loop {
            let rows = self.read().await?.scan(range.clone(), Order::Ascending, DELETE_BATCH).await?;
            let Some((last, _)) = rows.last() else { return Ok(deleted) };
            range.start = after_key(last);
            deleted += rows.len() as u64;
            let batch = Batch::new();
            rows.into_iter().for_each(|(key, _)| batch.delete(key));
            self.write(batch).await?;
        }
    }

    /// Makes everything durable and closes the engine.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.kv.close().await
    }

    async fn snapshot(&self) -> Result<Arc<dyn Snapshot>, StoreError> {
        match self.kv.snapshot_now() {
            Some(snapshot) => snapshot,
            None => self.kv.snapshot().await,
        }
    }

    /// Lets the others go first, for a random number of turns. A conflict means that someone else made progress, and a
    /// commit takes as long as a sync, so no timer is needed; none could run in a simulation either.
    async fn back_off(&self, attempt: u32) {
        for _ in 0..self.random.below(1 << attempt.min(10)) {
            tokio::task::yield_now().await;
        }
    }
}

/// One consistent state of the store.
#[derive(Clone)]
pub struct ReadView {
    snapshot: Arc<dyn Snapshot>,
}

impl ReadView {
    /// The version it shows.
    pub fn version(&self) -> Version {
        self.snapshot.version()
    }
}

impl std::fmt::Debug for ReadView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadView({})", self.version().0)
    }
}

impl Reader for ReadView {
    async fn get(&self, key: Bytes) -> Result<Option<Bytes>, StoreError> {
        get(&*self.snapshot, &key).await
    }

    async fn scan(&self, range: KeyRange, order: Order, limit: usize) -> Result<Rows, StoreError> {
        scan(&*self.snapshot, range, order, limit).await
    }

    async fn get_unchecked(&self, key: Bytes) -> Result<Option<Bytes>, StoreError> {
        self.get(key).await
    }

    async fn scan_unchecked(&self, range: KeyRange, order: Order, limit: usize) -> Result<Rows, StoreError> {
        self.scan(range, order, limit).await
    }
}

/// Reads without an allocation when the engine can.
pub(crate) async fn get(snapshot: &dyn Snapshot, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
    match snapshot.get_now(key) {
        Some(value) => value,
        None => snapshot.get(key).await,
    }
}

/// Scans without an allocation when the engine can.
pub(crate) async fn scan(
    snapshot: &dyn Snapshot,
    range: KeyRange,
    order: Order,
    limit: usize,
) -> Result<Rows, StoreError> {
    match snapshot.scan_now(&range, order, limit) {
        Some(rows) => rows,
        None => snapshot.scan(range, order, limit).await,
    }
}
