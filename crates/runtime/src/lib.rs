//! Everything an engine may not take from its environment: the clock, randomness, tasks, shutdown. Real and simulated.
//!
//! | file | noun |
//! |---|---|
//! | `clock.rs` | the only clock: reading it, moving it, sleeping by it |
//! | `history.rs` | every jump of the clock, and the mapping of a client's real instant through them. Pure |
//! | `alarm.rs` | one waiting sleeper, woken by passing time or by a jump, in the order of due instants |
//! | `random.rs` | the only randomness: from the operating system, or replayable from a seed |
//! | `tasks.rs` | background tasks, counted, their panics caught and counted |
//! | `shutdown.rs` | one flag that everyone may await |
//!
//! Invariant: no other crate reads the system's time, random device or environment on its own.

mod alarm;
mod clock;
mod history;
mod random;
mod shutdown;
mod tasks;

pub use clock::Clock;
pub use history::{ClockHistory, Segment};
pub use random::Random;
pub use shutdown::Shutdown;
pub use tasks::Tasks;

use names::Timestamp;

/// What is handed to everything that runs: clones share the same clock, stream of randomness, tasks and shutdown.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// The only clock.
    pub clock: Clock,
    /// The only randomness.
    pub random: Random,
    /// Where background work is spawned.
    pub tasks: Tasks,
    /// Set once, when the process is to end.
    pub shutdown: Shutdown,
}

impl Runtime {
    /// The system's time and the operating system's randomness.
    pub fn real() -> Self {
        Self::with(Clock::real(), Random::from_os())
    }

    /// Time that moves only when told to, randomness that replays from `seed`.
    pub fn simulated(seed: u64, start: Timestamp) -> Self {
        Self::with(Clock::simulated(start), Random::seeded(seed))
    }

    fn with(clock: Clock, random: Random) -> Self {
        Self { clock, random, tasks: Tasks::new(), shutdown: Shutdown::new() }
    }
}
