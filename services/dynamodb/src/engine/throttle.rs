//! What a table and its indexes may consume: a bucket each for reads and writes, refilled by the clock, that holds five
//! minutes' worth for bursts; and what one partition key may, whatever its table was given. Pure but for its locks.

use std::collections::HashMap;
use std::sync::OnceLock;

use names::Timestamp;
use parking_lot::Mutex;

use crate::limits;
use crate::store::IndexNo;

/// Reading or writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// The buckets of one table.
#[derive(Debug, Default)]
pub(crate) struct Meters(Mutex<HashMap<(IndexNo, Way), Bucket>>);

/// What partition keys may consume. Keys share a bucket with those whose hash is alike, which is no loss: a thousand keys that
/// are each as hot as a partition can bear are more than a table can.
#[derive(Debug, Default)]
pub(crate) struct KeyRanges {
    reads: OnceLock<Cells>,
    writes: OnceLock<Cells>,
}

/// The buckets of all partition keys.
type Cells = Box<[Mutex<Bucket>]>;

/// Units that can be consumed now.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    units: f64,
    rate: u64,
    at: Timestamp,
    /// All that was ever consumed.
    spent: f64,
}

/// Buckets of partition keys.
const CELLS: usize = 1_024;

impl Meters {
    /// Consumes units, when there are any left; what is consumed last may be more than that. Units come at `rate` a second.
    pub(crate) fn take(&self, index: IndexNo, way: Way, units: f64, rate: u64, now: Timestamp) -> bool {
        let mut buckets = self.0.lock();
        buckets.entry((index, way)).or_insert_with(|| Bucket::full(rate, now)).take(units, rate, now)
    }

    /// All that was ever consumed.
    pub(crate) fn spent(&self) -> Vec<((IndexNo, Way), f64)> {
        self.0.lock().iter().map(|(which, bucket)| (*which, bucket.spent)).collect()
    }
}

impl KeyRanges {
    /// Consumes units of a partition key, told by its hash, when there are any left.
    pub(crate) fn take(&self, way: Way, hash: [u8; 4], units: f64, now: Timestamp) -> bool {
        let (cells, rate) = match way {
            Way::Read => (&self.reads, limits::PARTITION_READS),
            Way::Write => (&self.writes, limits::PARTITION_WRITES),
        };
        let cell = u32::from_be_bytes(hash) as usize % CELLS;
        let fresh = || (0..CELLS).map(|_| Mutex::new(Bucket::full(rate, now))).collect();
        cells.get_or_init(fresh)[cell].lock().take(units, rate, now)
    }
}

impl Bucket {
    fn full(rate: u64, now: Timestamp) -> Self {
        Self { units: capacity(rate), rate, at: now, spent: 0.0 }
    }

    fn take(&mut self, units: f64, rate: u64, now: Timestamp) -> bool {
        self.refill(rate, now);
        let enough = self.units > 0.0;
        if enough {
            self.units -= units;
            self.spent += units;
        }
        enough
    }

    fn refill(&mut self, rate: u64, now: Timestamp) {
        if rate > self.rate {
            self.units += capacity(rate) - capacity(self.rate);
        }
        let come = now.since(self.at).as_secs_f64() * as_f64(rate);
        self.units = (self.units + come).min(capacity(rate));
        self.rate = rate;
        self.at = self.at.max(now);
    }
}

fn capacity(rate: u64) -> f64 {
    as_f64(rate) * limits::BURST.as_secs_f64()
}

#[allow(clippy::cast_precision_loss, reason = "units are far below 2^53")]
fn as_f64(units: u64) -> f64 {
    units as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn five_minutes_of_unused_capacity_can_be_spent_at_once() {
        let (meters, start) = (Meters::default(), Timestamp::from_secs(1_000));
        let spend = |count: u32, at| (0..count).filter(|_| meters.take(0, Way::Write, 1.0, 2, at)).count();
        assert_eq!(spend(1_000, start), 600);
        assert_eq!(spend(1_000, start.plus(Duration::from_secs(10))), 20);
        assert_eq!(spend(1_000, start.plus(Duration::from_secs(3_600))), 600);
        assert!(meters.take(0, Way::Read, 1.0, 2, start), "reads are apart");
        assert!(meters.take(1, Way::Write, 1.0, 2, start), "indexes are apart");
    }

    #[test]
    fn the_last_one_may_take_more_than_is_left() {
        let (meters, start) = (Meters::default(), Timestamp::from_secs(1_000));
        assert!(meters.take(0, Way::Write, 299.5, 1, start));
        assert!(meters.take(0, Way::Write, 100.0, 1, start));
        assert!(!meters.take(0, Way::Write, 1.0, 1, start));
        assert!(!meters.take(0, Way::Write, 1.0, 1, start.plus(Duration::from_secs(99))));
        assert!(meters.take(0, Way::Write, 1.0, 1, start.plus(Duration::from_secs(101))));
    }
}
