//! The rate of calls on a FIFO queue: a bucket of a second's calls for each operation, refilled by the cloud's clock.

use std::collections::HashMap;

use names::Timestamp;

use crate::limits::FIFO_CALLS;

/// Calls that are counted, each for itself. A batch is one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    /// `SendMessage`, `SendMessageBatch`.
    Send,
    /// `ReceiveMessage`.
    Receive,
    /// `DeleteMessage`, `DeleteMessageBatch`.
    Delete,
}

/// Buckets are looked through for full ones when there are this many groups.
const TOO_MANY: usize = 1_024;

/// The buckets of one queue.
#[derive(Debug, Default)]
pub(crate) struct Throttle(HashMap<(Call, Option<String>), Bucket>);

#[derive(Debug)]
struct Bucket {
    calls: f64,
    at: Timestamp,
}

impl Bucket {
    fn refill(&mut self, now: Timestamp) {
        let gained = now.since(self.at).as_secs_f64() * f64::from(FIFO_CALLS);
        self.calls = (self.calls + gained).min(FIFO_CALLS.into());
        self.at = now;
    }
}

impl Throttle {
    /// Counts a call, on the queue or on one of its groups; whether it may go on.
    pub(crate) fn admit(&mut self, call: Call, group: Option<&str>, now: Timestamp) -> bool {
        if self.0.len() > TOO_MANY {
            self.0.retain(|_, bucket| {
                bucket.refill(now);
                bucket.calls < f64::from(FIFO_CALLS)
            });
        }
        let key = (call, group.map(str::to_owned));
        let bucket = self.0.entry(key).or_insert(Bucket { calls: FIFO_CALLS.into(), at: now });
        bucket.refill(now);
        let admitted = bucket.calls >= 1.0;
        bucket.calls -= if admitted { 1.0 } else { 0.0 };
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_second_brings_a_seconds_calls() {
        let mut throttle = Throttle::default();
        let start = Timestamp::from_secs(1);
        let admitted =
            |throttle: &mut Throttle, group, at| (0..1_000).filter(|_| throttle.admit(Call::Send, group, at)).count();
        assert_eq!(admitted(&mut throttle, None, start), 300);
        assert_eq!(admitted(&mut throttle, Some("a"), start), 300);
        assert_eq!(admitted(&mut throttle, None, start.plus(Duration::from_millis(500))), 150);
        assert_eq!(admitted(&mut throttle, None, start.plus(Duration::from_secs(9))), 300);
        assert!(throttle.admit(Call::Delete, None, start));
    }
}
