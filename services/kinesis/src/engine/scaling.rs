//! Streams in on-demand mode grow with what they are sent: from more than a half of what their shards take on, they double.

use std::collections::HashSet;

use names::Timestamp;
use parking_lot::Mutex;

use super::Engine;
use super::refusal::Refusal;
use super::reshard::rescale;
use super::stream::{Known, Stream};
use crate::limits;
use crate::store::{Mode, StreamNo, StreamRecord};

/// What came in the second that runs. In memory: what is not seen in this second is seen in the next.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    second: i64,
    bytes: f64,
    records: f64,
}

impl Usage {
    /// Counts what came; whether it is more than a half of what so many shards take.
    pub(crate) fn add(&mut self, records: usize, bytes: usize, shards: u32, now: Timestamp) -> bool {
        if self.second != now.secs() {
            *self = Self { second: now.secs(), ..Self::default() };
        }
        self.bytes += bytes as f64;
        self.records += records as f64;
        let half = f64::from(shards) / 2.0;
        self.bytes > half * limits::SHARD_BYTES_IN || self.records > half * limits::SHARD_RECORDS_IN
    }
}

/// Streams that want to grow.
#[derive(Debug, Default)]
pub(crate) struct Growing(Mutex<HashSet<StreamNo>>);

impl Engine {
    /// Counts what a stream was sent, and lets it grow when that is much.
    pub(crate) fn used(&self, stream: &Stream, known: &Known, records: usize, bytes: usize) {
        let record = &known.record;
        if record.mode == Mode::OnDemand
            && stream.usage.lock().add(records, bytes, record.open, self.now())
            && may_grow(record, self.now())
            && self.growing().0.lock().insert(stream.no)
        {
            self.chores().grow.signal();
        }
    }

    /// Doubles the shards of streams that want to grow.
    pub(crate) async fn grow(&self) -> Result<(), Refusal> {
        let wanted = std::mem::take(&mut *self.growing().0.lock());
        if wanted.is_empty() {
            return Ok(());
        }
        for stream in self.everywhere().await?.iter().filter(|stream| wanted.contains(&stream.no)) {
            self.scale_on_demand(stream, 0, true).await?;
        }
        Ok(())
    }

    /// Gives a stream in on-demand mode twice its shards, or at least so many.
    pub(crate) async fn scale_on_demand(&self, stream: &Stream, at_least: u32, double: bool) -> Result<(), Refusal> {
        self.change_with(stream, |known, now| {
            let mut record = known.record.clone();
            let doubled = if double && may_grow(&record, now) { record.open * 2 } else { 0 };
            let target = doubled.min(limits::ON_DEMAND_MOST).max(at_least).max(record.open);
            if record.mode != Mode::OnDemand || target == record.open {
                return Ok((record, Vec::new()));
            }
            if double {
                record.rescales = vec![now];
            }
            let open: Vec<_> = known.open().into_iter().map(|(no, shard)| (no, shard.hashes)).collect();
            let steps = rescale(&open, target, record.next_shard);
            Ok((record, steps))
        })
        .await
    }
}

fn may_grow(record: &StreamRecord, now: Timestamp) -> bool {
    let paused = record.rescales.iter().any(|at| at.plus(limits::ON_DEMAND_PAUSE) > now);
    !paused && record.open < limits::ON_DEMAND_MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_what_shards_take_asks_for_more() {
        let mut usage = Usage::default();
        assert!(!usage.add(2_000, 0, 4, Timestamp::from_secs(1)));
        assert!(usage.add(1, 0, 4, Timestamp::from_secs(1)));
        assert!(!usage.add(1, 2_097_152, 4, Timestamp::from_secs(2)));
        assert!(usage.add(1, 1, 4, Timestamp::from_secs(2)));
    }
}
