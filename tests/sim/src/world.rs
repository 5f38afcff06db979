//! A cloud in one process on a simulated clock, whose store fails by plan and which is killed and started again.

use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use runtime::{Clock, Random, Runtime, Shutdown, Tasks};
use service_kit::{CloudParts, Service};
use store::{Fault, Faulty, Kv, Memory, Store};
use testkit::TestCloud;

/// When time begins: 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// Turns given to background tasks after time has moved.
const TURNS: usize = 50;

/// The services of a cloud, made anew at each start.
type Services = fn(&CloudParts) -> Vec<Service>;

/// What stays through restarts, and the cloud of the moment.
pub(crate) struct World {
    disk: Arc<Memory>,
    clock: Clock,
    seed: u64,
    generation: u64,
    services: Services,
    faulty: Arc<Faulty>,
    /// The cloud.
    pub(crate) cloud: TestCloud,
}

impl World {
    /// A cloud of these services with nothing in it.
    pub(crate) fn new(seed: u64, services: Services) -> Self {
        let (disk, clock) = (Arc::new(Memory::new()), Clock::simulated(START));
        let (faulty, cloud) = boot(&disk, &clock, seed, services);
        Self { disk, clock, seed, generation: 0, services, faulty, cloud }
    }

    /// The cloud's instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// From now on the store does to each commit what `fate` says.
    pub(crate) fn fail(&self, mut fate: impl FnMut() -> Option<Fault> + Send + 'static) {
        self.faulty.plan(move |_| fate());
    }

    /// The process is gone: no call is answered any more.
    pub(crate) fn kill(&self) {
        self.faulty.kill();
        let runtime = self.cloud.runtime();
        runtime.shutdown.request();
        runtime.tasks.abort_all();
    }

    /// A new process on what the old one left, with a store that works.
    pub(crate) fn start_again(&mut self) {
        self.generation += 1;
        let seed = self.seed.wrapping_mul(1_000) + self.generation;
        (self.faulty, self.cloud) = boot(&self.disk, &self.clock, seed, self.services);
    }

    /// Moves time on, and lets background tasks do what is due.
    pub(crate) async fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }
}

/// A process: its tasks and its memory are new, its disk and the time are not.
fn boot(disk: &Arc<Memory>, clock: &Clock, seed: u64, services: Services) -> (Arc<Faulty>, TestCloud) {
    let random = Random::seeded(seed);
    let runtime = Runtime { clock: clock.clone(), random, tasks: Tasks::new(), shutdown: Shutdown::new() };
    let disk: Arc<dyn Kv> = disk.clone();
    let faulty = Arc::new(Faulty::new(disk));
    let store = Store::new(faulty.clone(), runtime.random.clone());
    let cloud = TestCloud::on(runtime, store, services);
    (faulty, cloud)
}
