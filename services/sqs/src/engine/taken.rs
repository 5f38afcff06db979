//! Deliveries that were taken before: a sender that crashed before it knew of an answer delivers again, and the message must
//! not come twice.
//!
//! Senders repeat at once when they start again, whenever that is. So ids are kept by generations, not by instants: a
//! generation lasts an hour in which the process runs, and the one before it is remembered too.

use names::Timestamp;
use parking_lot::Mutex;
use store::{Span, StoreError, Tx};

use super::Engine;
use super::queue::Queue;
use super::send::{Checked, Sent};
use crate::limits;
use crate::store::{CLOUD, GENERATION, Generation, TAKEN, Taken};

/// Where ids are looked for: the present generation and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generations {
    present: u64,
    since: Timestamp,
}

/// The generations, once they were read.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Option<Generations>>);

impl Memory {
    /// Reads anew: the store was emptied.
    pub(super) fn clear(&self) {
        *self.0.lock() = None;
    }
}

/// Sends a message unless its delivery was taken before: then it is that message again.
pub(super) async fn first_time(
    tx: &Tx,
    queue: &Queue,
    generations: Generations,
    message: &Checked,
) -> Result<Sent, StoreError> {
    let Some(once) = message.once else { return message.send(tx, queue).await };
    for generation in [generations.present, generations.present.saturating_sub(1)] {
        if let Some(taken) = TAKEN.get(tx, &CLOUD, &(generation, queue.id, once)).await? {
            return Ok(Sent { id: taken.id, number: taken.number, ..message.sent.clone() });
        }
    }
    let sent = message.send(tx, queue).await?;
    let taken = Taken { id: sent.id, number: sent.number };
    TAKEN.put(tx, &CLOUD, &(generations.present, queue.id, once), &taken)?;
    Ok(sent)
}

impl Engine {
    /// The generations as of now.
    pub(super) async fn generations(&self) -> Result<Generations, StoreError> {
        let known = *self.memory().0.lock();
        if let Some(known) = known {
            return Ok(known);
        }
        let view = self.store().read().await?;
        let present = GENERATION.get(&view, &CLOUD, &0).await?.map_or(1, |generation| generation.0);
        Ok(*self.memory().0.lock().get_or_insert(Generations { present, since: self.now() }))
    }

    /// Begins a new generation when the present one is old enough, and forgets the one before it.
    pub(crate) async fn forget_taken(&self) -> Result<(), StoreError> {
        let Generations { present, since } = self.generations().await?;
        if since.plus(limits::TAKEN_REMEMBERED) > self.now() {
            return Ok(());
        }
        let turn = |tx| async move { GENERATION.put(&tx, &CLOUD, &0, &Generation(present + 1)) };
        self.store().transact(turn).await?;
        *self.memory().0.lock() = Some(Generations { present: present + 1, since: self.now() });
        let old = Span::all().until(&(present, 0_u64, 0_u128));
        self.store().delete_range(TAKEN.range(&CLOUD, &old)).await?;
        Ok(())
    }
}
