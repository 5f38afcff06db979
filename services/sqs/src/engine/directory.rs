//! Which queues there are: found by account, region and name; each taken into memory at its first use and kept there once.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use parking_lot::RwLock;
use store::{Order, Reader, Span, Store, StoreError};

use super::queue::{Home, Queue};
use super::tally::Tally;
use crate::store::{DELIVERIES, MESSAGES, MessageNo, QUEUES, QueueId, QueueRecord, TALLIES};

/// Messages counted one by one when a queue is taken into memory; a longer backlog is taken from the last count written
/// down, and what came after it.
const COUNTED: usize = 2_000;
/// Rows read at once while counting.
const PAGE: usize = 1_000;

/// Queues in use.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    queues: RwLock<HashMap<Home, Arc<Queue>, RandomState>>,
    loading: tokio::sync::Mutex<()>,
}

impl Directory {
    /// The queue at a place, when there is one.
    pub(crate) async fn find(&self, store: &Store, home: &Home) -> Result<Option<Arc<Queue>>, StoreError> {
        if let Some(queue) = self.cached(home) {
            return Ok(Some(queue));
        }
        let _one = self.loading.lock().await;
        if let Some(queue) = self.cached(home) {
            return Ok(Some(queue));
        }
        let view = store.read().await?;
        let Some(record) = QUEUES.get(&view, &home.scope(), &home.name.as_str()).await? else { return Ok(None) };
        let queue = Arc::new(load(&view, home.clone(), record).await?);
        self.queues.write().insert(home.clone(), queue.clone());
        Ok(Some(queue))
    }

    /// The queue at a place, when it is in use already.
    pub(crate) fn cached(&self, home: &Home) -> Option<Arc<Queue>> {
        self.queues.read().get(home).cloned()
    }

    /// Forgets a queue that was deleted.
    pub(crate) fn remove(&self, home: &Home) {
        if let Some(queue) = self.queues.write().remove(home) {
            queue.bury();
        }
    }

    /// Forgets all queues: the store was emptied.
    pub(crate) fn clear(&self) {
        for (_, queue) in self.queues.write().drain() {
            queue.bury();
        }
    }
}

async fn load(view: &impl Reader, home: Home, record: QueueRecord) -> Result<Queue, StoreError> {
    let (scope, id) = (home.scope(), record.id);
    let floor = record.purged.map_or(0, |(_, through)| through);
    let saved = TALLIES.get(view, &scope, &id).await?;
    let head = saved.map_or(0, |saved| saved.head).max(floor + 1);
    let all = DELIVERIES.scan_all(view, &scope, &Span::prefix(&(id,)).from(&(id, floor + 1))).await?;
    let is_fifo = record.settings.fifo.is_some();
    let mut count = Count { view, scope: &scope, id, messages: 0, newest: floor };
    // Before the head every message has a delivery (on FIFO queues there is none); from it on they are counted.
    count.messages = if is_fifo { 0 } else { all.iter().filter(|((_, number), _)| *number < head).count() as u64 };
    if !count.up_to(head, COUNTED).await? {
        if let Some(saved) = saved {
            count.messages = saved.messages;
            count.newest = saved.through.max(floor);
        }
        count.up_to(count.newest + 1, usize::MAX).await?;
    }
    let mut tally = Tally::starting(count.messages, count.newest, floor);
    all.iter().for_each(|((_, number), delivery)| tally.delivered(*number, None, delivery));
    Ok(Queue::new(home, record, tally, head))
}

/// A count of messages in the order of sending.
struct Count<'a, R> {
    view: &'a R,
    scope: &'a store::Scope,
    id: QueueId,
    messages: u64,
    newest: MessageNo,
}

impl<R: Reader> Count<'_, R> {
    /// Counts from a message on; false when there are more than `most`.
    async fn up_to(&mut self, from: MessageNo, most: usize) -> Result<bool, StoreError> {
        let (mut from, mut counted) = (from, 0);
        while counted < most {
            let span = Span::prefix(&(self.id,)).from(&(self.id, from));
            let limit = PAGE.min(most - counted);
            let rows = MESSAGES.scan(self.view, self.scope, &span, Order::Ascending, limit).await?;
            counted += rows.len();
            self.messages += rows.len() as u64;
            let Some(((_, last), _)) = rows.last() else { return Ok(true) };
            self.newest = self.newest.max(*last);
            from = last + 1;
            if rows.len() < limit {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
