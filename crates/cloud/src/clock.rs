//! Jumps of the clock that outlive the process: each is stored before it is acknowledged, and taken up at the next start.

use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use runtime::{Clock, ClockHistory};
use serde::{Deserialize, Serialize};
use service_kit::Cloud;
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

    /// Moves the clock of `cloud`, and returns once that is durable. On its way ahead it stands at the instant of each
    /// durable timer until what that timer starts is done; a jump to an instant skips no timer either, it only makes them
    /// late.
    ///
    /// # Errors
    /// When it could not be stored: the clock is then moved, but a restart forgets that.
    pub async fn jump(&self, jump: Jump, cloud: &Cloud) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        // Signatures carry whole seconds: what is signed before the jump must not look as if signed after it.
        self.clock.next_client_second().await;
        match jump {
            Jump::Advance(by) => self.advance(self.clock.now().plus(by), cloud).await?,
            Jump::Set(to) => self.clock.set(to),
            Jump::Freeze => self.clock.freeze(),
            Jump::Resume => self.clock.resume(),
        }
        self.save().await
    }

    /// Each step is stored before its timer fires: a timer that has fired lies in the past after a crash too.
    async fn advance(&self, target: Timestamp, cloud: &Cloud) -> Result<(), StoreError> {
        let fire = |due| async {
            self.save().await.map_err(|error| error.to_string())?;
            cloud.fire(due).await
        };
        cloud.timers().advance_through(target, fire).await
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
    use names::PageTokenKey;
    use runtime::{Random, Runtime};
    use service_kit::CloudParts;
    use store::Vault;

    fn start() -> Timestamp {
        Timestamp::from_secs(1_795_000_000)
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    /// A process that starts at `at` on what is in the store.
    async fn process(store: &Store, at: Timestamp) -> (ClockKeeper, Cloud) {
        let runtime = Runtime::simulated(1, at);
        let keeper = ClockKeeper::restore(runtime.clock.clone(), store.clone()).await.unwrap();
        let (vault, page_tokens) = (Vault::new(&[0; 32]), PageTokenKey::new(&[0; 32]));
        (keeper, Cloud::new(CloudParts::new(runtime, store.clone(), vault, page_tokens), Vec::new()))
    }

    #[tokio::test]
    async fn a_new_process_takes_up_the_clock_where_it_was() {
        let store = Store::in_memory(Random::seeded(1));
        let (first, cloud) = process(&store, start()).await;
        first.jump(Jump::Advance(HOUR), &cloud).await.unwrap();
        first.jump(Jump::Freeze, &cloud).await.unwrap();
        let (second, cloud) = process(&store, first.clock.real_now()).await;
        assert_eq!((second.clock.now(), second.clock.is_frozen()), (start().plus(HOUR), true));
        second.jump(Jump::Set(start()), &cloud).await.unwrap();
        second.jump(Jump::Resume, &cloud).await.unwrap();
        let (third, _) = process(&store, second.clock.real_now()).await;
        let report = third.report();
        assert_eq!((report.now, report.frozen, report.jumps), (start().iso8601(), false, 4));
    }

    #[tokio::test]
    async fn a_cloud_that_was_never_moved_has_no_history() {
        let (keeper, _) = process(&Store::in_memory(Random::seeded(1)), start()).await;
        let report = keeper.report();
        assert_eq!((report.offset_seconds, report.frozen, report.jumps), (0.0, false, 0));
    }
}
