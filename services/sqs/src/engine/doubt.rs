//! A change of messages' deliveries whose outcome may stay unknown, and how the window learns of it all the same.

use std::sync::Arc;

use names::Timestamp;
use parking_lot::Mutex;
use store::{Batch, StoreError};

use super::Engine;
use super::queue::Queue;
use crate::store::{DELIVERIES, MESSAGES, MessageNo};

/// Messages of which the window may believe something that is no more so.
///
/// Dropped before it is settled, because the caller went away or the store failed, it reads in the background what is
/// stored and tells the window. Until then nothing wrong is handed out, because each claim reads for itself; but what the
/// window believes hidden would be held back, and with it what follows in its group.
pub(super) struct Doubt<'a> {
    engine: &'a Engine,
    queue: &'a Arc<Queue>,
    numbers: Mutex<Vec<MessageNo>>,
}

/// What is stored of a message: none when it is no more.
type Stored = Option<Option<Timestamp>>;

impl<'a> Doubt<'a> {
    /// Before the commit.
    pub(super) fn new(engine: &'a Engine, queue: &'a Arc<Queue>) -> Self {
        Self { engine, queue, numbers: Mutex::default() }
    }

    /// A message of this queue is going to be changed.
    pub(super) fn add(&self, number: MessageNo) {
        self.numbers.lock().push(number);
    }

    /// The outcome is known, and the window was told.
    pub(super) fn settled(mut self) {
        self.numbers.get_mut().clear();
    }
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        let numbers = std::mem::take(self.numbers.get_mut());
        if !numbers.is_empty() {
            let (engine, queue) = (self.engine.clone(), self.queue.clone());
            let tasks = engine.0.runtime.tasks.clone();
            tasks.spawn("sqs.look-again", async move { engine.look_again(&queue, &numbers).await });
        }
    }
}

impl Engine {
    /// Commits are decided in order, so once a later one is answered the outcome of an earlier one can be read.
    async fn look_again(&self, queue: &Queue, numbers: &[MessageNo]) {
        if self.store().write(Batch::new()).await.is_err() {
            tracing::debug!("the outcome is read though the store fails: claims will check it");
        }
        for number in numbers {
            let mut told = None;
            // Another change may be told between reading and telling: then what is told is old, and the next look differs.
            while let Ok(stored) = self.stored(queue, *number).await
                && told != Some(stored)
            {
                tell(queue, *number, stored);
                told = Some(stored);
            }
        }
        queue.sooner.notify_waiters();
        numbers.iter().for_each(|_| queue.arrivals.notify_one());
    }

    async fn stored(&self, queue: &Queue, number: MessageNo) -> Result<Stored, StoreError> {
        let key = (queue.id, number);
        let view = self.store().read().await?;
        let there = number > queue.floor() && MESSAGES.get(&view, &queue.scope, &key).await?.is_some();
        let delivery = DELIVERIES.get(&view, &queue.scope, &key).await?;
        Ok(there.then(|| delivery.map(|delivery| delivery.until)))
    }
}

fn tell(queue: &Queue, number: MessageNo, stored: Stored) {
    let mut state = queue.state();
    match stored {
        Some(Some(until)) => state.window.hidden(number, until),
        // Never received: no receipt changes it.
        Some(None) => {}
        None => state.window.gone(number),
    }
}
