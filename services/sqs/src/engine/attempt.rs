//! Attempts to receive that have a name, so that one whose answer was lost can be repeated (FIFO queues).

use std::sync::Arc;

use names::Timestamp;
use store::{StoreError, Tx};

use super::Engine;
use super::doubt::Doubt;
use super::queue::Queue;
use super::receive::{Received, Wanted};
use super::rows::{hide, remember_end};
use crate::limits;
use crate::store::{DELIVERIES, Delivery, MESSAGES, RECENT, Recent};

/// The kind of a receive attempt's id among the ids remembered.
const ATTEMPT: u8 = 1;

impl Engine {
    /// The messages of an attempt that is repeated, hidden anew; none when one of them was settled or shows again.
    pub(super) async fn receive_again(
        &self,
        queue: &Arc<Queue>,
        wanted: &Wanted,
        attempt: &str,
    ) -> Result<Option<Vec<Received>>, StoreError> {
        let now = self.now();
        let until = now.plus(wanted.hide);
        let doubt = Doubt::new(self, queue);
        let doubted = &doubt;
        let again = self.store().transact(|tx| async move { repeat(&tx, doubted, queue, attempt, now, until).await });
        let Some(again) = again.await? else {
            doubt.settled();
            return Ok(None);
        };
        let mut state = queue.state();
        for (received, before) in &again {
            state.window.hidden(received.number, received.delivery.until);
            state.tally.delivered(received.number, Some(before), &received.delivery);
        }
        drop(state);
        doubt.settled();
        Ok(Some(again.into_iter().map(|(received, _)| received).collect()))
    }
}

async fn repeat(
    tx: &Tx,
    doubt: &Doubt<'_>,
    queue: &Queue,
    attempt: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Vec<(Received, Delivery)>>, StoreError> {
    let noted = RECENT.get(tx, &queue.scope, &(queue.id, ATTEMPT, attempt)).await?;
    let Some(Recent::Received { at, messages }) = noted else { return Ok(None) };
    if at.plus(limits::DEDUPLICATION) <= now || messages.is_empty() {
        return Ok(None);
    }
    let mut again = Vec::with_capacity(messages.len());
    for (number, receives) in messages {
        let key = (queue.id, number);
        let delivery = DELIVERIES.get(tx, &queue.scope, &key).await?;
        let Some(before) = delivery.filter(|d| d.receives == receives && d.until > now && number > queue.floor())
        else {
            return Ok(None);
        };
        let Some(message) = MESSAGES.get(tx, &queue.scope, &key).await? else { return Ok(None) };
        let delivery = Delivery { until, ..before };
        doubt.add(number);
        hide(tx, queue, number, Some(&before), &delivery)?;
        again.push((Received { number, message: Arc::new(message), delivery }, before));
    }
    Ok(Some(again))
}

/// Notes the messages that an attempt received.
pub(super) fn note_attempt<'a>(
    tx: &Tx,
    queue: &Queue,
    wanted: &Wanted,
    received: impl Iterator<Item = &'a Received>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(attempt) = &wanted.attempt else { return Ok(()) };
    let messages = received.map(|r| (r.number, r.delivery.receives)).collect();
    remember_end(tx, queue, ATTEMPT, attempt, now);
    RECENT.put(tx, &queue.scope, &(queue.id, ATTEMPT, attempt.as_str()), &Recent::Received { at: now, messages })
}
