//! What follows a failed attempt at a batch of a stream: again, in halves, or no more.

use std::time::Duration;

use names::Timestamp;

use super::event::Event;
use super::plan::Source;
use crate::limits;

/// A batch, or what is left of one.
#[derive(Debug, Clone)]
pub(crate) struct Lot {
    pub(crate) events: Vec<Event>,
    /// Attempts that failed and count.
    pub(crate) failed: u32,
}

/// Why events are given up, as AWS tells it.
pub(crate) const EXHAUSTED: &str = "RetryAttemptsExhausted";
/// The same.
pub(crate) const TOO_OLD: &str = "RecordAgeExceeded";

impl Source {
    /// Takes events out of a lot that are too old to be tried: by the pipe's settings, or because the stream itself has
    /// dropped them.
    pub(crate) fn outdated(&self, lot: &mut Lot, keeps: Duration, now: Timestamp) -> Vec<Event> {
        let oldest = self.age.map_or(keeps, |age| age.min(keeps));
        let (old, young) =
            std::mem::take(&mut lot.events).into_iter().partition(|event: &Event| event.at.plus(oldest) < now);
        lot.events = young;
        old
    }

    /// What is tried next of events that failed, the first first; the reason when there is nothing more to try. `counts`
    /// is false for failures of the cloud's own, which use up no retries.
    pub(crate) fn after(
        &self,
        events: Vec<Event>,
        failed: u32,
        counts: bool,
    ) -> Result<Vec<Lot>, (Vec<Event>, &'static str)> {
        if !counts {
            return Ok(vec![Lot { events, failed }]);
        }
        if self.bisects && events.len() > 1 {
            let mut first = events;
            let second = first.split_off(first.len().div_ceil(2));
            // Cutting uses up no retries. Source: Lambda developer guide, "Bisect batch on function error".
            return Ok(vec![Lot { events: first, failed }, Lot { events: second, failed }]);
        }
        match self.retries {
            Some(retries) if failed >= retries => Err((events, EXHAUSTED)),
            _ => Ok(vec![Lot { events, failed: failed + 1 }]),
        }
    }
}

/// The pause after so many failures in a row.
pub(crate) fn pause(failures: u32) -> Duration {
    limits::FIRST_RETRY.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(limits::LAST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::{Kind, Start};
    use serde_json::Value;

    fn source(retries: Option<u32>, bisects: bool) -> Source {
        Source {
            arn: "arn:aws:kinesis:us-east-1:000000000000:stream/k".parse().unwrap(),
            kind: Kind::Kinesis(Start::Oldest),
            batch: 10,
            window: Duration::ZERO,
            lanes: 1,
            age: Some(Duration::from_secs(60)),
            retries,
            bisects,
            dead: None,
        }
    }

    fn events(count: i64) -> Vec<Event> {
        let event = |n: i64| Event {
            key: n.to_string(),
            value: Value::Null,
            opened: Value::Null,
            lane: None,
            at: Timestamp::from_secs(n),
            mark: n.to_string(),
        };
        (1..=count).map(event).collect()
    }

    /// Tries a batch in which only the event `bad` fails, and tells attempts and what was given up.
    fn tried(source: &Source, count: i64, bad: &str) -> (u32, Vec<usize>) {
        let (mut lots, mut attempts, mut dead) = (vec![Lot { events: events(count), failed: 0 }], 0, Vec::new());
        while let Some(lot) = lots.pop() {
            attempts += 1;
            if !lot.events.iter().any(|event| event.key == bad) {
                continue;
            }
            match source.after(lot.events, lot.failed, true) {
                Ok(next) => lots.extend(next.into_iter().rev()),
                Err((events, reason)) => {
                    assert_eq!(reason, EXHAUSTED);
                    dead.push(events.len());
                }
            }
        }
        (attempts, dead)
    }

    #[test]
    fn retries_are_counted() {
        assert_eq!(tried(&source(Some(2), false), 4, "3"), (3, vec![4]));
        assert_eq!(tried(&source(Some(0), false), 4, "3"), (1, vec![4]));
        assert_eq!(tried(&source(Some(0), false), 4, "9"), (1, vec![]));
    }

    #[test]
    fn cutting_ends_at_the_one_that_fails() {
        // 8, then 4 (fails), 2, 2 (fails), 1 (fails, and once more), 1, 4.
        assert_eq!(tried(&source(Some(1), true), 8, "3"), (8, vec![1]));
    }

    #[test]
    fn failures_of_our_own_do_not_count() {
        let next = source(Some(0), true).after(events(2), 0, false).unwrap();
        assert_eq!((next.len(), next[0].failed), (1, 0));
    }

    #[test]
    fn age_takes_out_the_old() {
        let mut lot = Lot { events: events(5), failed: 0 };
        let old = source(None, false).outdated(&mut lot, Duration::from_secs(86_400), Timestamp::from_secs(63));
        assert_eq!((old.len(), lot.events.len()), (2, 3));
    }

    #[test]
    fn pauses_double_to_a_minute() {
        assert_eq!([1, 2, 3, 7, 99].map(|failures| pause(failures).as_secs()), [1, 2, 4, 60, 60]);
    }
}
