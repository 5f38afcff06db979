//! Outcomes of attempts, written down together: whoever comes while a commit runs goes with the next one, so that a message
//! on a hundred lanes costs a few commits, and no two of them count its lanes at the same time.

use std::collections::BTreeMap;

use names::Timestamp;
use parking_lot::Mutex;
use store::{Store, StoreError, Tx};
use tokio::sync::oneshot;

use crate::tables::{Left, Place, SCOPE, Tables, Waiting};

/// What became of a waiting intent.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) place: Place,
    pub(crate) fate: Fate,
}

/// What becomes of an intent.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// It is gone: delivered, or given up for good.
    Gone,
    /// It waits as this, in this place.
    Waits(Place, Waiting),
}

/// Where outcomes are written down.
pub(crate) struct Ledger {
    store: Store,
    tables: Tables,
    entries: Mutex<Vec<Entry>>,
    writing: tokio::sync::Mutex<()>,
}

struct Entry {
    outcomes: Vec<Outcome>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

impl Ledger {
    pub(crate) fn new(store: Store, tables: Tables) -> Self {
        Self { store, tables, entries: Mutex::default(), writing: tokio::sync::Mutex::default() }
    }

    /// Returns when the outcomes are durable.
    pub(crate) async fn settle(&self, outcomes: Vec<Outcome>) -> Result<(), StoreError> {
        let (done, mut settled) = oneshot::channel();
        self.entries.lock().push(Entry { outcomes, done });
        let _turn = self.writing.lock().await;
        match settled.try_recv() {
            Ok(result) => return result,
            // Whoever took it with them was stopped before the commit was answered: it may have happened or not.
            Err(oneshot::error::TryRecvError::Closed) => return Err(StoreError::unavailable("settling was cut short")),
            Err(oneshot::error::TryRecvError::Empty) => {}
        }
        let entries = std::mem::take(&mut *self.entries.lock());
        let outcomes: Vec<&Outcome> = entries.iter().flat_map(|entry| &entry.outcomes).collect();
        let result = self.store.transact(|tx| self.write(tx, &outcomes)).await;
        for entry in entries {
            // Its worker may have been stopped.
            let _ = entry.done.send(result.clone());
        }
        result
    }

    async fn write(&self, tx: Tx, outcomes: &[&Outcome]) -> Result<(), StoreError> {
        let mut gone = BTreeMap::<u64, u32>::new();
        for Outcome { place, fate } in outcomes {
            // Another node was quicker, or the service was reset.
            let Some(waiting) = self.tables.lanes.get(&tx, &SCOPE, place).await? else { continue };
            self.tables.lanes.delete(&tx, &SCOPE, place);
            match fate {
                Fate::Gone => *gone.entry(waiting.parcel).or_default() += 1,
                Fate::Waits(place, waiting) => self.tables.lanes.put(&tx, &SCOPE, place, waiting)?,
            }
        }
        for (parcel, count) in gone {
            self.take_off(&tx, parcel, count).await?;
        }
        Ok(())
    }

    /// A message has left so many lanes; with the last one its body goes.
    async fn take_off(&self, tx: &Tx, parcel: u64, count: u32) -> Result<(), StoreError> {
        if let Some(Left(left)) = self.tables.left.get(tx, &SCOPE, &parcel).await? {
            if left > count {
                return self.tables.left.put(tx, &SCOPE, &parcel, &Left(left - count));
            }
            self.tables.left.delete(tx, &SCOPE, &parcel);
        }
        self.tables.parcels.delete(tx, &SCOPE, &parcel);
        Ok(())
    }
}

impl Waiting {
    /// After another failed attempt.
    pub(crate) fn failed(self, failure: crate::Failure, next: Timestamp) -> Self {
        Self { attempts: self.attempts + 1, failure: Some(failure), not_before: next, ..self }
    }
}
