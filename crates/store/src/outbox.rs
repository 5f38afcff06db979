//! Effects outside a transaction: the intent is written in it, and delivered after it at least once, in order per lane.
//!
//! A transaction never spans services. Who must tell another service enqueues the intent in the same transaction that made
//! it necessary; after the commit the driver delivers it, again and again until the receiver has taken it. The receiver
//! recognises a repetition by its id.

use std::collections::HashSet;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use runtime::{Clock, Runtime, Shutdown};

use crate::error::StoreError;
use crate::kv::Order;
use crate::scope::Scope;
use crate::sequence::Sequence;
use crate::store::{Batch, Store};
use crate::table::{Raw, RawTable, Span};
use crate::tx::Tx;

/// Intents by outbox, lane and number.
const INTENTS: RawTable<(String, String, u64)> = RawTable::new("store", "outbox");

/// The driver looks at least this often, should a signal be lost between nodes.
const PERIOD: Duration = Duration::from_secs(30);
/// The wait after the first failure; it doubles with each.
const FIRST_RETRY: Duration = Duration::from_millis(100);
/// The longest wait between two attempts.
const LAST_RETRY: Duration = Duration::from_secs(60);

/// An intent on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The same at each attempt, and of no other intent of this outbox: what the receiver deduplicates by.
    pub id: u64,
    /// Whom it is for. Intents of one lane arrive in the order in which they were enqueued.
    pub lane: String,
    /// What was enqueued.
    pub payload: Bytes,
    /// How often it was tried before by this process.
    pub attempts: u32,
}

/// The intents of one service. Clones are the same outbox.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Store,
    name: String,
    numbers: Sequence,
    clock: Clock,
    shutdown: Shutdown,
}

impl Outbox {
    /// The outbox `name`, one for each service.
    pub fn new(store: &Store, name: impl Into<String>, runtime: &Runtime) -> Self {
        let name = name.into();
        let numbers = Sequence::new(store, Scope::Global, format!("outbox/{name}"));
        Self { store: store.clone(), name, numbers, clock: runtime.clock.clone(), shutdown: runtime.shutdown.clone() }
    }

    /// Writes an intent in the transaction; returns its id. It is delivered after the commit, or never was.
    pub async fn enqueue(&self, tx: &Tx, lane: &str, payload: Bytes) -> Result<u64, StoreError> {
        let id = self.numbers.next().await?;
        INTENTS.put(tx, &Scope::Global, &(self.name.as_str(), lane, id), &Raw(payload))?;
        Ok(id)
    }

    /// How many intents wait, up to `limit`.
    pub async fn waiting(&self, limit: usize) -> Result<usize, StoreError> {
        let view = self.store.read().await?;
        Ok(INTENTS.scan(&view, &Scope::Global, &self.mine(), Order::Ascending, limit).await?.len())
    }

    /// Delivers until shutdown. To be run by one task a process. An error of `deliver` means: later again; a receiver that
    /// can never take an intent says so by taking it.
    pub async fn run<F, Fut>(&self, deliver: F)
    where
        F: Fn(Delivery) -> Fut,
        Fut: Future<Output = Result<(), String>>,
    {
        let mut changes = self.store.watch(&INTENTS.range(&Scope::Global, &self.mine()).start);
        let mut busy = HashSet::new();
        let mut running = FuturesUnordered::new();
        loop {
            match self.lanes().await {
                Ok(lanes) => {
                    for lane in lanes {
                        if busy.insert(lane.clone()) {
                            running.push(self.drain(lane, &deliver));
                        }
                    }
                }
                Err(StoreError::Closed) => return,
                Err(error) => tracing::error!(outbox = self.name, %error, "cannot read the outbox"),
            }
            tokio::select! {
                () = changes.changed() => {}
                Some(lane) = running.next() => drop(busy.remove(&lane)),
                () = self.clock.wait_at_most(PERIOD) => {}
                () = self.shutdown.requested() => return,
            }
        }
    }

    fn mine(&self) -> Span {
        Span::prefix::<(String,)>(&(self.name.as_str(),))
    }

    fn lane(&self, lane: &str) -> Span {
        Span::prefix::<(String, String)>(&(self.name.as_str(), lane))
    }

    /// The lanes with intents: one seek each.
    async fn lanes(&self) -> Result<Vec<String>, StoreError> {
        let view = self.store.read().await?;
        let (mut lanes, mut span) = (Vec::new(), self.mine());
        while let Some(((_, lane, _), _)) = INTENTS.scan(&view, &Scope::Global, &span, Order::Ascending, 1).await?.pop()
        {
            span = self.mine().after::<(String, String)>(&(self.name.as_str(), lane.as_str()));
            lanes.push(lane);
        }
        Ok(lanes)
    }

    /// Delivers a lane until it is empty; returns its name.
    async fn drain<F, Fut>(&self, lane: String, deliver: &F) -> String
    where
        F: Fn(Delivery) -> Fut,
        Fut: Future<Output = Result<(), String>>,
    {
        let mut attempts = 0;
        loop {
            match self.deliver_first(&lane, attempts, deliver).await {
                Ok(true) => attempts = 0,
                Ok(false) | Err(Failure::Store(StoreError::Closed)) => return lane,
                Err(failure) => {
                    tracing::debug!(outbox = self.name, lane, attempts, ?failure, "not delivered; again later");
                    self.clock.wait_at_most(retry_after(attempts)).await;
                    attempts += 1;
                }
            }
        }
    }

    /// Delivers the first intent of a lane and strikes it off; false if there is none.
    async fn deliver_first<F, Fut>(&self, lane: &str, attempts: u32, deliver: &F) -> Result<bool, Failure>
    where
        F: Fn(Delivery) -> Fut,
        Fut: Future<Output = Result<(), String>>,
    {
        let view = self.store.read().await?;
        let first = INTENTS.scan(&view, &Scope::Global, &self.lane(lane), Order::Ascending, 1).await?.pop();
        let Some(((_, _, id), Raw(payload))) = first else { return Ok(false) };
        drop(view);
        deliver(Delivery { id, lane: lane.to_owned(), payload, attempts }).await.map_err(Failure::Receiver)?;
        let struck = Batch::new();
        INTENTS.delete(&struck, &Scope::Global, &(self.name.as_str(), lane, id));
        self.store.write(struck).await?;
        Ok(true)
    }
}

/// Why an intent was not delivered, or not struck off.
#[derive(Debug)]
enum Failure {
    Receiver(#[expect(dead_code, reason = "it is logged")] String),
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The wait after a failure, the first being 0.
fn retry_after(attempts: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1 << attempts.min(20)).min(LAST_RETRY)
}
