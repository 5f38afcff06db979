//! Durable alarms: written in a transaction, fired in the order of their instants, at least once, crashes included.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use runtime::{Clock, Runtime, Shutdown};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::error::StoreError;
use crate::kv::Order;
use crate::record::Record;
use crate::scope::Scope;
use crate::store::Store;
use crate::table::{Span, Table};
use crate::tx::Tx;

/// Timers by the instant at which they fire next.
const BY_INSTANT: Table<(Timestamp, String, String), Scheduled> = Table::new("store", "timer");
/// The instant at which each timer fires next.
const INSTANTS: Table<(String, String), Instant> = Table::new("store", "timer-instant");

/// A failed handler runs again after this; it doubles with each failure.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait between two attempts.
const LAST_RETRY: Duration = Duration::from_secs(300);
/// The driver looks at least this often, should a signal be lost between nodes.
const PERIOD: Duration = Duration::from_secs(60);

#[derive(Serialize, Deserialize)]
struct Scheduled {
    due: Timestamp,
    attempts: u32,
    payload: Vec<u8>,
}

impl Record for Scheduled {
    const VERSION: u8 = 1;
}

#[derive(Serialize, Deserialize)]
struct Instant(Timestamp);

impl Record for Instant {
    const VERSION: u8 = 1;
}

/// A timer that fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The instant it was scheduled for, however late it is.
    pub due: Timestamp,
    /// What kind of timer it is, such as `scheduler.invoke`: the handler tells by it what to do.
    pub kind: String,
    /// Which of its kind.
    pub id: String,
    /// What was scheduled with it.
    pub payload: Bytes,
    /// How often its handler has failed.
    pub attempts: u32,
}

/// The timers of a store. Clones are the same timers.
#[derive(Clone, Debug)]
pub struct Timers {
    store: Store,
    clock: Clock,
    shutdown: Shutdown,
    /// One timer fires at a time, whoever drives them.
    firing: Arc<Mutex<()>>,
}

impl Timers {
    /// The timers of `store`, by the clock of `runtime`.
    pub fn new(store: &Store, runtime: &Runtime) -> Self {
        let (clock, shutdown) = (runtime.clock.clone(), runtime.shutdown.clone());
        Self { store: store.clone(), clock, shutdown, firing: Arc::default() }
    }

    /// Lets the timer (`kind`, `id`) fire at `at`, in place of the instant it had before. An instant in the past is due
    /// at once.
    pub async fn schedule(
        &self,
        tx: &Tx,
        at: Timestamp,
        kind: &str,
        id: &str,
        payload: Bytes,
    ) -> Result<(), StoreError> {
        self.cancel(tx, kind, id).await?;
        place(tx, at, kind, id, &Scheduled { due: at, attempts: 0, payload: payload.into() })
    }

    /// Takes back the timer (`kind`, `id`); tells whether there was one.
    pub async fn cancel(&self, tx: &Tx, kind: &str, id: &str) -> Result<bool, StoreError> {
        let Some(Instant(at)) = INSTANTS.get(tx, &Scope::Global, &(kind, id)).await? else { return Ok(false) };
        BY_INSTANT.delete(tx, &Scope::Global, &(at, kind, id));
        INSTANTS.delete(tx, &Scope::Global, &(kind, id));
        Ok(true)
    }

    /// The instant at which the next timer fires.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.first().await?.map(|((at, ..), _)| at))
    }

    /// Fires timers as the clock reaches them, until shutdown. To be run by one task a process. An error of `handler` means:
    /// later again, while the others go on.
    pub async fn run<F, Fut>(&self, handler: F)
    where
        F: Fn(Due) -> Fut,
        Fut: Future<Output = Result<(), String>>,
    {
        let mut changes = self.store.watch(&BY_INSTANT.prefix(&Scope::Global));
        while !self.shutdown.is_requested() {
            match self.fire_next(self.clock.now(), &handler).await {
                Ok(Next::Fired) => {}
                Ok(Next::At(at)) => self.idle(&mut changes, at).await,
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(%error, "cannot read the timers");
                    self.clock.wait_at_most(FIRST_RETRY).await;
                }
            }
        }
    }

    /// Moves the clock to `target` through every timer on the way: it stands at the instant of each while its handler runs
    /// to its end, in order. Timers that handlers schedule on the way fire too.
    pub async fn advance_through<F, Fut>(&self, target: Timestamp, handler: F) -> Result<(), StoreError>
    where
        F: Fn(Due) -> Fut,
        Fut: Future<Output = Result<(), String>>,
    {
        while let Some(at) = self.next_due().await?.filter(|at| *at <= target) {
            if at > self.clock.now() {
                self.clock.set(at);
            }
            self.fire_next(at, &handler).await?;
        }
        if target > self.clock.now() {
            self.clock.set(target);
        }
        Ok(())
    }

    async fn idle(&self, changes: &mut crate::Watch, next: Option<Timestamp>) {
        let next_fires = async {
            match next {
                Some(at) => self.clock.sleep_until(at).await,
                None => self.clock.wait_at_most(PERIOD).await,
            }
        };
        tokio::select! {
            () = changes.changed() => {}
            () = next_fires => {}
            () = self.shutdown.requested() => {}
        }
    }

    async fn first(&self) -> Result<Option<Row>, StoreError> {
        let view = self.store.read().await?;
        Ok(BY_INSTANT.scan(&view, &Scope::Global, &Span::all(), Order::Ascending, 1).await?.pop())
    }

    /// Fires the first timer if it is due at `now`, and strikes it off or puts it back.
    async fn fire_next<F, Fut>(&self, now: Timestamp, handler: &F) -> Result<Next, StoreError>
    where
        F: Fn(Due) -> Fut,
        Fut: Future<Output = Result<(), String>>,
    {
        let _firing = self.firing.lock().await;
        let Some(((at, kind, id), scheduled)) = self.first().await? else { return Ok(Next::At(None)) };
        if at > now {
            return Ok(Next::At(Some(at)));
        }
        let Scheduled { due, attempts, ref payload } = scheduled;
        let payload = Bytes::copy_from_slice(payload);
        let outcome = handler(Due { due, kind: kind.clone(), id: id.clone(), payload, attempts }).await;
        let again = outcome.err().map(|error| {
            tracing::warn!(kind, id, %due, attempts, error, "a timer's handler failed; it runs again later");
            let wait = FIRST_RETRY.saturating_mul(1 << attempts.min(20)).min(LAST_RETRY);
            (self.clock.now().plus(wait), Scheduled { attempts: attempts + 1, ..scheduled })
        });
        self.settle(at, &kind, &id, again.as_ref()).await?;
        Ok(Next::Fired)
    }

    /// After the handler: unless it scheduled or cancelled the timer itself, removes it or puts it to a later instant.
    async fn settle(
        &self,
        at: Timestamp,
        kind: &str,
        id: &str,
        again: Option<&(Timestamp, Scheduled)>,
    ) -> Result<(), StoreError> {
        self.store
            .transact(|tx| async move {
                let untouched = INSTANTS.get(&tx, &Scope::Global, &(kind, id)).await?.is_some_and(|now| now.0 == at);
                if untouched {
                    self.cancel(&tx, kind, id).await?;
                    if let Some((later, scheduled)) = again {
                        place(&tx, *later, kind, id, scheduled)?;
                    }
                }
                Ok(())
            })
            .await
    }
}

type Row = ((Timestamp, String, String), Scheduled);

enum Next {
    Fired,
    /// Nothing is due; the next one is at this instant, if there is one.
    At(Option<Timestamp>),
}

fn place(tx: &Tx, at: Timestamp, kind: &str, id: &str, scheduled: &Scheduled) -> Result<(), StoreError> {
    BY_INSTANT.put(tx, &Scope::Global, &(at, kind, id), scheduled)?;
    INSTANTS.put(tx, &Scope::Global, &(kind, id), &Instant(at))
}
