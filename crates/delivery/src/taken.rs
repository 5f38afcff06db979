//! The receiver's side: what was delivered before. A sender that crashed before it knew of an answer delivers again, and what
//! it delivers must not come twice.
//!
//! Senders repeat at once when they start again, whenever that is. So ids are kept by generations, not by instants: a
//! generation lasts an hour in which the process runs, and the one before it is remembered too. Forgetting a generation is
//! deleting one range.

use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Clock;
use store::{Raw, RawTable, Span, Store, StoreError, Table, Tx};

use crate::tables::SCOPE;

/// How long an id is remembered at least, while the process runs.
const REMEMBERED: Duration = Duration::from_secs(3_600);

/// Deliveries that a service took: by generation, resource and the delivery's id, what was answered.
#[derive(Debug)]
pub struct Taken {
    store: Store,
    clock: Clock,
    receipts: RawTable<(u64, u64, u128)>,
    present: RawTable<u8>,
    known: Mutex<Option<Generations>>,
}

/// Where ids are looked for, as of an instant: the present generation and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generations {
    present: u64,
    since: Timestamp,
}

impl Taken {
    /// What the service with this id took.
    pub fn new(service: &'static str, store: &Store, clock: &Clock) -> Self {
        Self {
            store: store.clone(),
            clock: clock.clone(),
            receipts: Table::new(service, "taken"),
            present: Table::new(service, "taken-generation"),
            known: Mutex::default(),
        }
    }

    /// The generations as of now: to be asked for before the transaction.
    pub async fn generations(&self) -> Result<Generations, StoreError> {
        let known = *self.known.lock();
        if let Some(known) = known {
            return Ok(known);
        }
        let view = self.store.read().await?;
        let present = self.present.get(&view, &SCOPE, &0).await?.map_or(Ok(1), |Raw(bytes)| number(&bytes))?;
        Ok(*self.known.lock().get_or_insert(Generations { present, since: self.clock.now() }))
    }

    /// What was answered when a resource took this delivery; none when it did not.
    pub async fn find(&self, tx: &Tx, at: Generations, resource: u64, id: u128) -> Result<Option<Bytes>, StoreError> {
        for generation in [at.present, at.present.saturating_sub(1)] {
            if let Some(Raw(receipt)) = self.receipts.get(tx, &SCOPE, &(generation, resource, id)).await? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// Notes that a resource takes this delivery, and what it answers.
    pub fn note(&self, tx: &Tx, at: Generations, resource: u64, id: u128, receipt: Bytes) -> Result<(), StoreError> {
        self.receipts.put(tx, &SCOPE, &(at.present, resource, id), &Raw(receipt))
    }

    /// Begins a new generation when the present one is old enough, and forgets the one before it. For a periodic task.
    pub async fn turn(&self) -> Result<(), StoreError> {
        let Generations { present, since } = self.generations().await?;
        if since.plus(REMEMBERED) > self.clock.now() {
            return Ok(());
        }
        let next = Raw(Bytes::copy_from_slice(&(present + 1).to_be_bytes()));
        let turn = |tx| {
            let next = &next;
            async move { self.present.put(&tx, &SCOPE, &0, next) }
        };
        self.store.transact(turn).await?;
        *self.known.lock() = Some(Generations { present: present + 1, since: self.clock.now() });
        let old = Span::all().until(&(present, 0_u64, 0_u128));
        self.store.delete_range(self.receipts.range(&SCOPE, &old)).await?;
        Ok(())
    }

    /// Reads anew: the service was reset.
    pub fn forget(&self) {
        *self.known.lock() = None;
    }
}

fn number(stored: &[u8]) -> Result<u64, StoreError> {
    let bytes = stored.try_into().map_err(|_| StoreError::corrupt("a generation"))?;
    Ok(u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::Random;

    #[tokio::test]
    async fn an_hour_at_least_and_not_for_ever() {
        let store = Store::in_memory(Random::seeded(1));
        let clock = Clock::simulated(Timestamp::from_secs(1_000_000));
        let find = async |taken: &Taken| {
            let at = taken.generations().await.unwrap();
            taken.find(&store.begin().await.unwrap(), at, 7, 1).await.unwrap()
        };
        let taken = Taken::new("test", &store, &clock);
        let at = taken.generations().await.unwrap();
        let note = |tx: Tx| {
            let taken = &taken;
            async move { taken.note(&tx, at, 7, 1, Bytes::from_static(b"r")) }
        };
        store.transact(note).await.unwrap();
        clock.advance(Duration::from_secs(86_400));
        let restarted = Taken::new("test", &store, &clock);
        restarted.turn().await.unwrap();
        assert_eq!(find(&restarted).await, Some(Bytes::from_static(b"r")));
        clock.advance(REMEMBERED);
        restarted.turn().await.unwrap();
        assert_eq!(find(&restarted).await, Some(Bytes::from_static(b"r")));
        clock.advance(REMEMBERED);
        restarted.turn().await.unwrap();
        assert_eq!(find(&restarted).await, None);
    }
}
