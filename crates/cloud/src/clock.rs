//! Jumps of the clock that outlive the process: each is stored before it is acknowledged, and taken up at the next start.

use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use runtime::{Clock, ClockHistory};
use serde::{Deserialize, Serialize};
use store::{Batch, Record, Scope, Store, StoreError, Table};
use tokio::sync::Mutex;

use crate::report::ClockReport;

/// The one record of the clock, under an empty name.
const HISTORY: Table<String, Stored> = Table::new("cloud", "clock");

#[derive(Serialize, Deserialize)]
struct Stored(ClockHistory);

impl Record for Stored {
    const VERSION: u8 = 1;
}

/// Moves the clock of one cloud, one change at a time. Cheap to clone.
#[derive(Clone)]
pub struct ClockKeeper {
    clock: Clock,
    store: Store,
    turn: Arc<Mutex<()>>,
}

/// A change of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// Forward by.
    Advance(Duration),
    /// To.
    Set(Timestamp),
    /// Stop.
    Freeze,
    /// Go on.
    Resume,
}

impl ClockKeeper {
    /// Takes up the stored history, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn restore(clock: Clock, store: Store) -> Result<Self, StoreError> {
        let view = store.read().await?;
        if let Some(Stored(history)) = HISTORY.get(&view, &Scope::Global, &"").await? {
            clock.restore(history);
        }
        Ok(Self { clock, store, turn: Arc::default() })
    }

    /// Moves the clock, and returns once that is durable.
    ///
    /// # Errors
    /// When it could not be stored: the clock is then moved, but a restart forgets that.
    pub async fn jump(&self, jump: Jump) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        // Signatures carry whole seconds: what is signed before the jump must not look as if signed after it.
        self.clock.next_client_second().await;
        match jump {
            Jump::Advance(by) => self.clock.advance(by),
            Jump::Set(to) => self.clock.set(to),
            Jump::Freeze => self.clock.freeze(),
            Jump::Resume => self.clock.resume(),
        }
        self.save().await
    }

    async fn save(&self) -> Result<(), StoreError> {
        let batch = Batch::new();
        HISTORY.put(&batch, &Scope::Global, &"", &Stored(self.clock.history()))?;
        self.store.write(batch).await.map(drop)
    }

    /// Where the clock stands.
    pub fn report(&self) -> ClockReport {
        ClockReport {
            now: self.clock.now().iso8601(),
            real: self.clock.real_now().iso8601(),
            offset_seconds: self.clock.offset() as f64 / 1e6,
            frozen: self.clock.is_frozen(),
            jumps: self.clock.history().segments().len() - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::Random;

    fn start() -> Timestamp {
        Timestamp::from_secs(1_795_000_000)
    }

    #[tokio::test]
    async fn a_new_process_takes_up_the_clock_where_it_was() {
        let store = Store::in_memory(Random::seeded(1));
        let first = Clock::simulated(start());
        let keeper = ClockKeeper::restore(first.clone(), store.clone()).await.unwrap();
        keeper.jump(Jump::Advance(Duration::from_secs(3_600))).await.unwrap();
        keeper.jump(Jump::Freeze).await.unwrap();
        let second = Clock::simulated(first.real_now());
        let again = ClockKeeper::restore(second.clone(), store.clone()).await.unwrap();
        assert_eq!((second.now(), second.is_frozen()), (first.now(), true));
        again.jump(Jump::Set(start())).await.unwrap();
        again.jump(Jump::Resume).await.unwrap();
        let third = Clock::simulated(second.real_now());
        let report = ClockKeeper::restore(third.clone(), store).await.unwrap().report();
        assert_eq!((report.now.as_str(), report.frozen, report.jumps), (start().iso8601().as_str(), false, 4));
    }

    #[tokio::test]
    async fn a_cloud_that_was_never_moved_has_no_history() {
        let store = Store::in_memory(Random::seeded(1));
        let keeper = ClockKeeper::restore(Clock::simulated(start()), store).await.unwrap();
        let report = keeper.report();
        assert_eq!((report.offset_seconds, report.frozen, report.jumps), (0.0, false, 0));
    }
}
