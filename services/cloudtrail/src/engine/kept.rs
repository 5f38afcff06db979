//! Events on their way into the store: which rows they become, and how those rows get there.
//!
//! A call that changed something is answered only after its event is durable: its rows are one commit, and whoever commits at
//! the same time shares the sync. All other events wait in memory for a moment, so that many become one chunk, and are
//! written by one task. Whoever finds too many waiting writes its own, which takes as long as one commit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use names::{AccountId, Region};
use parking_lot::Mutex;
use runtime::Runtime;
use service_kit::{Error, Fault};
use store::{Batch, Raw, Scope, Store, StoreError, Writer};
use tokio::sync::Notify;

use super::bus::{self, Listeners};
use super::event::{Category, Event};
use super::history;
use super::sinks::Sink;
use crate::store::{INSIGHTS, PENDING, STORED};

/// Events that may wait. At about a kilobyte each this is some megabytes.
const MOST_WAITING: usize = 16_384;
/// Events of one commit; when so many wait they are written at once.
const BATCH: usize = 1_024;
/// How long an event waits for others. A kill loses no more than this of reads and of failures.
const LINGER: Duration = Duration::from_millis(200);
/// The pause before a commit is tried again.
const RETRY: Duration = Duration::from_millis(100);
/// How often a commit is tried that a call waits for: five seconds.
const TRIES: usize = 50;

/// In `pending`: an event that a call left.
pub(crate) const CALL: u8 = 0;
/// In `pending`: an insight.
pub(crate) const INSIGHT: u8 = 1;

/// An event with the sinks that select it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) event: Event,
    pub(crate) sinks: Vec<Arc<Sink>>,
    /// Whether the bus of its account and region is told.
    pub(crate) told: bool,
}

/// Events that wait to be written.
pub(crate) struct Queue {
    store: Store,
    runtime: Runtime,
    waiting: Mutex<Vec<Kept>>,
    writing: tokio::sync::Mutex<()>,
    added: Notify,
    many: Notify,
}

impl Kept {
    /// Whether anyone keeps it: the event history does not take data events.
    pub(crate) fn matters(&self) -> bool {
        self.event.category != Category::Data || !self.sinks.is_empty()
    }

    /// An event with who selects it and who listens.
    pub(crate) fn new(event: Event, sinks: Vec<Arc<Sink>>, listeners: &Listeners) -> Self {
        let told = listeners.want(&event, &sinks);
        Self { event, sinks, told }
    }

    fn send(&self, writer: &impl Writer, sink: &Sink) -> Result<(), StoreError> {
        let event = &self.event;
        let (scope, json) = (Scope::Account(sink.account), Raw(Bytes::from(event.record.json.clone())));
        if sink.keeps {
            return STORED.put(writer, &scope, &(sink.id, event.at, event.id), &json);
        }
        let kind = if event.category == Category::Insight { INSIGHT } else { CALL };
        let key = (sink.id, event.account, event.region.clone(), kind, event.at, event.id);
        PENDING.put(writer, &scope, &key, &json)
    }
}

/// Writes the rows of events: of the history, of insights, of all sinks.
pub(crate) fn write_all(writer: &impl Writer, kept: &[Kept]) -> Result<(), StoreError> {
    let mut history: BTreeMap<(AccountId, &Region), Vec<_>> = BTreeMap::new();
    for Kept { event, .. } in kept {
        match event.category {
            Category::Management => {
                let of_scope = history.entry((event.account, &event.region)).or_default();
                of_scope.push((event.at, event.id, &event.record));
            }
            Category::Insight => {
                let scope = Scope::Regional(event.account, event.region.clone());
                INSIGHTS.put(writer, &scope, &(event.at, event.id), &event.record)?;
            }
            Category::Data => {}
        }
    }
    for ((account, region), events) in history {
        history::write(writer, &Scope::Regional(account, region.clone()), events)?;
    }
    kept.iter().filter(|kept| kept.told).try_for_each(|kept| bus::write(writer, &kept.event))?;
    kept.iter().try_for_each(|kept| kept.sinks.iter().try_for_each(|sink| kept.send(writer, sink)))
}

impl Queue {
    /// Nothing waits.
    pub(crate) fn new(store: Store, runtime: Runtime) -> Self {
        let (waiting, writing) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { store, runtime, waiting, writing, added: Notify::new(), many: Notify::new() }
    }

    /// Lets events wait for the writer; gives them back when too many wait already.
    pub(crate) fn add(&self, kept: Vec<Kept>) -> Result<(), Vec<Kept>> {
        let mut waiting = self.waiting.lock();
        let before = waiting.len();
        if before >= MOST_WAITING {
            return Err(kept);
        }
        waiting.extend(kept);
        let after = waiting.len();
        drop(waiting);
        if before == 0 {
            self.added.notify_one();
        }
        if before < BATCH && after >= BATCH {
            self.many.notify_one();
        }
        Ok(())
    }

    /// Returns when something waits and has waited long enough, or much does.
    pub(crate) async fn ripe(&self) {
        self.added.notified().await;
        tokio::select! {
            () = self.many.notified() => {}
            () = self.runtime.clock.wait_at_most(LINGER) => {}
        }
    }

    /// Writes all that wait. What cannot be written goes on waiting.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        loop {
            let next = self.take();
            if next.is_empty() {
                return Ok(());
            }
            if let Err(error) = write(&self.store, &next).await {
                self.waiting.lock().splice(0..0, next);
                // Else the next event would find that others wait, and nobody would come for them.
                self.added.notify_one();
                return Err(error);
            }
        }
    }

    fn take(&self) -> Vec<Kept> {
        let mut waiting = self.waiting.lock();
        if waiting.len() <= BATCH {
            return std::mem::take(&mut *waiting);
        }
        waiting.drain(..BATCH).collect()
    }

    /// Writes events and returns once they are durable: what waits for it is the answer to a call that nobody may be told
    /// of without its record. Ends for ever with the store; then no answer is sent at all.
    ///
    /// # Errors
    /// They could not be written for some seconds. They go on waiting, and the call is not answered with success.
    pub(crate) async fn keep(&self, kept: Vec<Kept>) -> Result<(), Error> {
        for _ in 0..TRIES {
            match write(&self.store, &kept).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Closed) => std::future::pending().await,
                Err(error) => tracing::error!(%error, "an event is not written yet; its call waits"),
            }
            self.runtime.clock.wait_at_most(RETRY).await;
        }
        self.waiting.lock().extend(kept);
        self.added.notify_one();
        Err(Fault::internal("the event of a change could not be written").into())
    }

    /// Writes events of calls that changed nothing, now that no more may wait in memory. Those of a store that takes none
    /// are lost: else a full disk would keep everyone from looking.
    pub(crate) async fn squeeze(&self, kept: Vec<Kept>) {
        if let Err(error) = write(&self.store, &kept).await {
            let calls = kept.len();
            tracing::error!(%error, calls, "events of calls that changed nothing are lost: they cannot be written");
        }
    }
}

async fn write(store: &Store, kept: &[Kept]) -> Result<(), StoreError> {
    let batch = Batch::new();
    write_all(&batch, kept)?;
    store.write(batch).await.map(|_| ())
}
