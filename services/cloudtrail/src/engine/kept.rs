//! Events on their way into the store: which rows an event becomes, and how those rows get there.
//!
//! A call that changed something is answered only after its event is durable: its rows are one commit, and whoever commits at
//! the same time shares the sync. All other events wait in memory for a moment and are written together by one task, as fast
//! as the store takes them. Who adds to a queue that is full writes it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Runtime;
use store::{Batch, Raw, Scope, Store, StoreError, Writer};
use tokio::sync::Notify;

use super::attribute::Attribute;
use super::event::{Category, Event, uuid};
use super::sinks::Sink;
use crate::store::{EVENT_INDEX, EVENTS, EventId, EventRecord, INSIGHTS, PENDING, STORED};

/// Events that may wait. At a few kilobytes each this is some megabytes.
const MOST_WAITING: usize = 4_096;
/// Events of one commit.
const BATCH: usize = 512;
/// The pause before a commit is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// In `pending`: an event that a call left.
pub(crate) const CALL: u8 = 0;
/// In `pending`: an insight.
pub(crate) const INSIGHT: u8 = 1;

/// An event with the sinks that select it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) event: Event,
    pub(crate) sinks: Vec<Arc<Sink>>,
}

/// Events that wait to be written.
pub(crate) struct Queue {
    store: Store,
    runtime: Runtime,
    waiting: Mutex<Vec<Kept>>,
    writing: tokio::sync::Mutex<()>,
    added: Notify,
}

impl Kept {
    /// Whether anyone keeps it: the event history does not take data events.
    pub(crate) fn matters(&self) -> bool {
        self.event.category != Category::Data || !self.sinks.is_empty()
    }

    /// Writes its rows.
    pub(crate) fn write(&self, writer: &impl Writer) -> Result<(), StoreError> {
        let event = &self.event;
        let (scope, key) = (Scope::Regional(event.account, event.region.clone()), (event.at, event.id));
        match event.category {
            Category::Management => {
                EVENTS.put(writer, &scope, &key, &event.record)?;
                for (attribute, value) in found_by(&event.id, &event.record) {
                    let index = (attribute as u8, value, event.at, event.id);
                    EVENT_INDEX.put(writer, &scope, &index, &Raw(Bytes::new()))?;
                }
            }
            Category::Insight => INSIGHTS.put(writer, &scope, &key, &event.record)?,
            Category::Data => {}
        }
        self.sinks.iter().try_for_each(|sink| self.send(writer, sink))
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

/// What an event of the history is found by.
fn found_by(id: &EventId, record: &EventRecord) -> Vec<(Attribute, String)> {
    let mut found = vec![
        (Attribute::EventId, uuid(id)),
        (Attribute::EventName, record.name.clone()),
        (Attribute::EventSource, record.source.clone()),
        (Attribute::ReadOnly, record.read_only.to_string()),
    ];
    found.extend(record.access_key.clone().map(|key| (Attribute::AccessKeyId, key)));
    found.extend(record.user.clone().map(|user| (Attribute::Username, user)));
    for (kind, name) in &record.resources {
        found.push((Attribute::ResourceName, name.clone()));
        found.push((Attribute::ResourceType, kind.clone()));
    }
    found
}

/// Removes an event of the history.
pub(crate) fn remove(writer: &impl Writer, scope: &Scope, at: Timestamp, id: EventId, record: &EventRecord) {
    EVENTS.delete(writer, scope, &(at, id));
    for (attribute, value) in found_by(&id, record) {
        EVENT_INDEX.delete(writer, scope, &(attribute as u8, value, at, id));
    }
}

impl Queue {
    /// Nothing waits.
    pub(crate) fn new(store: Store, runtime: Runtime) -> Self {
        let (waiting, writing, added) = (Mutex::default(), tokio::sync::Mutex::default(), Notify::new());
        Self { store, runtime, waiting, writing, added }
    }

    /// Lets events wait for the writer. True when there are so many that whoever adds must write.
    pub(crate) fn add(&self, kept: impl IntoIterator<Item = Kept>) -> bool {
        let mut waiting = self.waiting.lock();
        waiting.extend(kept);
        let full = waiting.len() >= MOST_WAITING;
        drop(waiting);
        self.added.notify_one();
        full
    }

    /// Returns when something was added.
    pub(crate) async fn added(&self) {
        self.added.notified().await;
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
                return Err(error);
            }
        }
    }

    fn take(&self) -> Vec<Kept> {
        let mut waiting = self.waiting.lock();
        let end = waiting.len().min(BATCH);
        waiting.drain(..end).collect()
    }

    /// Writes events and returns once they are durable, however long that takes: what waits for it is the answer to a call
    /// that nobody may be told of without its record. Ends only with the store; then no answer is sent at all.
    pub(crate) async fn keep(&self, kept: Vec<Kept>) {
        loop {
            match write(&self.store, &kept).await {
                Ok(()) => return,
                Err(StoreError::Closed) => std::future::pending().await,
                Err(error) => tracing::error!(%error, "an event is not written yet; its call waits"),
            }
            self.runtime.clock.wait_at_most(RETRY).await;
        }
    }
}

async fn write(store: &Store, kept: &[Kept]) -> Result<(), StoreError> {
    let batch = Batch::new();
    kept.iter().try_for_each(|kept| kept.write(&batch))?;
    store.write(batch).await.map(|_| ())
}
