//! What a receiver does with a message in the end: deletes it, or changes how long it stays hidden.

use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use store::{StoreError, Tx};

use super::Engine;
use super::doubt::Doubt;
use super::queue::Queue;
use super::receipt::Receipt;
use super::refusal::Refusal;
use super::rows::{hide, remove};
use super::throttle::Call;
use crate::limits;
use crate::store::{DELIVERIES, Delivery, MessageNo};

/// A change of a message's delivery: before, and after unless it was deleted.
type Change = Option<(MessageNo, Delivery, Option<Delivery>)>;

/// What became of each of several receipts.
pub(crate) type Outcomes = Vec<Result<(), Refusal>>;

impl Engine {
    /// Deletes messages, each for itself. One that is no more counts as deleted.
    pub(crate) async fn delete(&self, queue: &Arc<Queue>, receipts: &[Receipt]) -> Result<Outcomes, Refusal> {
        queue.check()?;
        if !self.0.runtime.clock.is_frozen() {
            queue.admit(Call::Delete, None, self.now())?;
        }
        let now = self.now();
        let doubt = doubt_of(self, queue, receipts.iter());
        let changes = self
            .store()
            .transact(|tx| async move {
                let mut changes = Vec::with_capacity(receipts.len());
                for receipt in receipts {
                    changes.push(delete_one(&tx, queue, receipt, now).await?);
                }
                queue.save_tally(&tx)?;
                Ok::<_, StoreError>(changes)
            })
            .await?;
        let outcomes = remember(queue, changes);
        doubt.settled();
        Ok(outcomes)
    }

    /// Hides messages for so many seconds from now on, each for itself.
    pub(crate) async fn hide(&self, queue: &Arc<Queue>, receipts: &[(Receipt, u32)]) -> Result<Outcomes, Refusal> {
        queue.check()?;
        let now = self.now();
        let doubt = doubt_of(self, queue, receipts.iter().map(|(receipt, _)| receipt));
        let changes = self
            .store()
            .transact(|tx| async move {
                let mut changes = Vec::with_capacity(receipts.len());
                for (receipt, seconds) in receipts {
                    changes.push(hide_one(&tx, queue, receipt, *seconds, now).await?);
                }
                Ok::<_, StoreError>(changes)
            })
            .await?;
        let outcomes = remember(queue, changes);
        doubt.settled();
        Ok(outcomes)
    }
}

fn doubt_of<'a>(engine: &'a Engine, queue: &'a Arc<Queue>, receipts: impl Iterator<Item = &'a Receipt>) -> Doubt<'a> {
    let doubt = Doubt::new(engine, queue);
    // Another queue's receipt changes nothing, and its number may be that of a send under way here.
    receipts.filter(|receipt| receipt.queue == queue.id).for_each(|receipt| doubt.add(receipt.number));
    doubt
}

async fn find(tx: &Tx, queue: &Queue, receipt: &Receipt) -> Result<Option<Delivery>, StoreError> {
    if receipt.number <= queue.floor() {
        return Ok(None);
    }
    DELIVERIES.get(tx, &queue.scope, &(queue.id, receipt.number)).await
}

async fn delete_one(
    tx: &Tx,
    queue: &Queue,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<Result<Change, Refusal>, StoreError> {
    if receipt.queue != queue.id {
        return Ok(Err(Refusal::ForeignHandle));
    }
    let Some(delivery) = find(tx, queue, receipt).await? else { return Ok(Ok(None)) };
    if queue.is_fifo() && is_stale(receipt, &delivery, now) {
        return Ok(Err(Refusal::HandleExpired));
    }
    remove(tx, queue, receipt.number, Some(&delivery));
    Ok(Ok(Some((receipt.number, delivery, None))))
}

async fn hide_one(
    tx: &Tx,
    queue: &Queue,
    receipt: &Receipt,
    seconds: u32,
    now: Timestamp,
) -> Result<Result<Change, Refusal>, StoreError> {
    if receipt.queue != queue.id {
        return Ok(Err(Refusal::ForeignHandle));
    }
    let Some(before) = find(tx, queue, receipt).await? else { return Ok(Err(Refusal::NotThere)) };
    if queue.is_fifo() && is_stale(receipt, &before, now) {
        return Ok(Err(Refusal::HandleExpired));
    }
    if before.until <= now {
        // It shows again: AWS answers that all is well and leaves it as it is.
        return Ok(Ok(None));
    }
    let until = now.plus(Duration::from_secs(seconds.into()));
    let longest = Duration::from_secs((*limits::VISIBILITY.end()).into());
    if before.last_received.is_some_and(|received| until > received.plus(longest)) {
        return Ok(Err(Refusal::HiddenTooLong));
    }
    let after = Delivery { until, ..before };
    hide(tx, queue, receipt.number, Some(&before), &after)?;
    Ok(Ok(Some((receipt.number, before, Some(after)))))
}

/// On a FIFO queue a receipt is good for its own receive, while that lasts.
fn is_stale(receipt: &Receipt, delivery: &Delivery, now: Timestamp) -> bool {
    delivery.until <= now || delivery.receives != receipt.receive
}

fn remember(queue: &Queue, changes: Vec<Result<Change, Refusal>>) -> Outcomes {
    let mut state = queue.state();
    let mut freed = 0;
    for (number, before, after) in changes.iter().flatten().flatten() {
        match after {
            Some(after) => {
                state.window.hidden(*number, after.until);
                state.tally.delivered(*number, Some(before), after);
            }
            None => {
                state.window.gone(*number);
                state.tally.gone(*number, Some(before));
                freed += 1;
            }
        }
    }
    drop(state);
    queue.sooner.notify_waiters();
    if queue.is_fifo() {
        // What was held back by a deleted message can be received.
        (0..freed).for_each(|_| queue.arrivals.notify_one());
    }
    changes.into_iter().map(|change| change.map(|_| ())).collect()
}
