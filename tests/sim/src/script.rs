//! What happens in a run, drawn from its seed: calls, jumps of the clock, failing commits, kills.

use std::time::Duration;

use runtime::Random;
use store::Fault;

use crate::act::Act;
use crate::ledger::{Held, Ledger};

/// Calls at the same time, at most.
const AT_ONCE: u64 = 5;
/// Groups of a FIFO queue.
const GROUPS: u64 = 3;
/// Deduplication ids that are used again and again.
const AGAIN: u64 = 4;

/// A queue of the run.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Its URL.
    pub(crate) url: String,
    /// Whether it is a FIFO queue.
    pub(crate) fifo: bool,
}

/// Draws what happens.
pub(crate) struct Script {
    random: Random,
    /// How many of a thousand commits fail.
    trouble: u64,
}

impl Script {
    /// The script of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let random = Random::seeded(seed);
        let trouble = [0, 20, 200][random.below(3) as usize];
        Self { random, trouble }
    }

    /// The calls of one round. No message is deleted or hidden by two of them.
    pub(crate) fn round(&self, targets: &[Target], ledger: &Ledger) -> Vec<Act> {
        let mut held = ledger.held();
        let first = ledger.next_attempt();
        let mut sends = 0;
        let calls = 1 + self.random.below(AT_ONCE);
        let draw = |_| {
            let target = &targets[self.random.below(targets.len() as u64) as usize];
            match self.random.below(10) {
                0..4 => {
                    sends += 1;
                    self.send(target, first + sends - 1)
                }
                4..7 => self.receive(target),
                kind => self.settle(&mut held, kind == 9).unwrap_or_else(|| self.receive(target)),
            }
        };
        (0..calls).map(draw).collect()
    }

    fn send(&self, target: &Target, attempt: usize) -> Act {
        let url = target.url.clone();
        if target.fifo {
            let duplicate = match self.random.below(3) {
                0 => format!("again-{}", self.random.below(AGAIN)),
                _ => format!("once-{attempt}"),
            };
            let group = format!("group-{}", self.random.below(GROUPS));
            return Act::Send { url, attempt, fifo: Some((group, duplicate)), delay: None };
        }
        let delay = (self.random.below(4) == 0).then(|| self.random.below(60) as i32);
        Act::Send { url, attempt, fifo: None, delay }
    }

    fn receive(&self, target: &Target) -> Act {
        let seconds = [0, 5, 30, 120][self.random.below(4) as usize];
        Act::Receive { url: target.url.clone(), seconds, most: 1 + self.random.below(10) as i32 }
    }

    fn settle(&self, held: &mut Vec<Held>, hide: bool) -> Option<Act> {
        if held.is_empty() {
            return None;
        }
        let Held { url, message, handle } = held.swap_remove(self.random.below(held.len() as u64) as usize);
        let seconds = [0, 10, 100][self.random.below(3) as usize];
        Some(if hide { Act::Hide { url, message, handle, seconds } } else { Act::Delete { url, message, handle } })
    }

    /// How far the clock jumps after a round.
    pub(crate) fn jump(&self) -> Option<Duration> {
        let seconds = match self.random.below(100) {
            0..40 => 1 + self.random.below(20),
            40..50 => 31 + self.random.below(100),
            50..54 => 200 + self.random.below(200),
            54 => 3_000,
            _ => return None,
        };
        Some(Duration::from_secs(seconds))
    }

    /// After how many turns the process is killed in this round, if it is.
    pub(crate) fn kill(&self) -> Option<u64> {
        (self.random.below(16) == 0).then(|| self.random.below(40))
    }

    /// What happens to commits of a process with this number.
    pub(crate) fn fate(&self, process: u64) -> impl FnMut() -> Option<Fault> + Send + 'static {
        let (random, trouble) = (Random::seeded(self.random.u64() ^ process), self.trouble);
        move || {
            (random.below(1_000) < trouble).then(|| match random.below(4) {
                0 => Fault::Refused,
                1 => Fault::AnswerLost,
                2 => Fault::Conflict,
                _ => Fault::Delayed(1 + random.below(10) as u32),
            })
        }
    }
}
