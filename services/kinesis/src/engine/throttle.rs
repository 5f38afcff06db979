//! What a shard takes and gives in a second: buckets refilled by the cloud's clock. In memory: a second is soon over.

use std::collections::HashMap;

use names::Timestamp;

use crate::limits::{SHARD_BYTES_IN, SHARD_BYTES_OUT, SHARD_READS, SHARD_RECORDS_IN};
use crate::store::ShardNo;

/// The buckets of a stream's shards.
#[derive(Debug, Default)]
pub(crate) struct Throttle(HashMap<ShardNo, Shard>);

/// The buckets of one shard, each of a second's worth.
#[derive(Debug)]
struct Shard {
    at: Timestamp,
    bytes_in: f64,
    records_in: f64,
    bytes_out: f64,
    reads: f64,
}

impl Shard {
    fn full(at: Timestamp) -> Self {
        let (bytes_in, records_in, bytes_out, reads) = (SHARD_BYTES_IN, SHARD_RECORDS_IN, SHARD_BYTES_OUT, SHARD_READS);
        Self { at, bytes_in, records_in, bytes_out, reads }
    }

    fn refill(&mut self, now: Timestamp) {
        let seconds = now.since(self.at).as_secs_f64();
        let more = |level: f64, rate: f64| (level + rate * seconds).min(rate);
        self.bytes_in = more(self.bytes_in, SHARD_BYTES_IN);
        self.records_in = more(self.records_in, SHARD_RECORDS_IN);
        self.bytes_out = more(self.bytes_out, SHARD_BYTES_OUT);
        self.reads = more(self.reads, SHARD_READS);
        self.at = now;
    }
}

impl Throttle {
    /// Counts a record that comes; whether there is room for it. A record of more than a second's bytes needs a full
    /// bucket, and the shard then owes.
    pub(crate) fn takes(&mut self, shard: ShardNo, bytes: usize, now: Timestamp) -> bool {
        let (shard, bytes) = (self.shard(shard, now), bytes as f64);
        let room = shard.bytes_in >= bytes.min(SHARD_BYTES_IN) && shard.records_in >= 1.0;
        if room {
            shard.bytes_in -= bytes;
            shard.records_in -= 1.0;
        }
        room
    }

    /// Counts a read; whether it may go on. Told of what it gave with [`Throttle::gave`].
    pub(crate) fn reads(&mut self, shard: ShardNo, now: Timestamp) -> bool {
        let shard = self.shard(shard, now);
        let may = shard.reads >= 1.0 && shard.bytes_out > 0.0;
        if may {
            shard.reads -= 1.0;
        }
        may
    }

    /// What a read gave. Ten megabytes keep the next read waiting for five seconds. Source: GetRecords.
    pub(crate) fn gave(&mut self, shard: ShardNo, bytes: usize, now: Timestamp) {
        let (shard, bytes) = (self.shard(shard, now), bytes as f64);
        shard.bytes_out = if bytes > SHARD_BYTES_OUT { -bytes } else { shard.bytes_out - bytes };
    }

    /// Forgets shards that are gone.
    pub(crate) fn keep(&mut self, there: impl Fn(ShardNo) -> bool) {
        self.0.retain(|shard, _| there(*shard));
    }

    fn shard(&mut self, shard: ShardNo, now: Timestamp) -> &mut Shard {
        let shard = self.0.entry(shard).or_insert_with(|| Shard::full(now));
        shard.refill(now);
        shard
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_secs(1);

    fn later(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    #[test]
    fn a_second_brings_a_thousand_records() {
        let mut throttle = Throttle::default();
        let taken = |throttle: &mut Throttle, at| (0..3_000).filter(|_| throttle.takes(0, 10, at)).count();
        assert_eq!(taken(&mut throttle, START), 1_000);
        assert_eq!(taken(&mut throttle, later(500)), 500);
        assert_eq!(taken(&mut throttle, later(5_000)), 1_000);
        assert!(throttle.takes(1, 10, later(5_000)), "shards are apart");
    }

    #[test]
    fn a_second_brings_a_megabyte() {
        let mut throttle = Throttle::default();
        assert!(throttle.takes(0, 1_048_576, START));
        assert!(!throttle.takes(0, 1, START));
        assert!(throttle.takes(0, 524_288, later(500)));
        assert!(throttle.takes(1, 10_485_760, START), "a large record takes a whole second and more");
        assert!(!throttle.takes(1, 1, later(8_900)));
        assert!(throttle.takes(1, 1, later(9_100)));
    }

    #[test]
    fn five_reads_and_two_megabytes() {
        let mut throttle = Throttle::default();
        assert_eq!((0..9).filter(|_| throttle.reads(0, START)).count(), 5);
        assert!(throttle.reads(0, later(200)));
        throttle.gave(0, 10_485_760, later(200));
        assert!(!throttle.reads(0, later(5_100)));
        assert!(throttle.reads(0, later(5_300)));
    }
}
