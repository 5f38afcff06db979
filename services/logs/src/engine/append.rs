//! A batch, written: its events, what its stream was last written, what subscribers are to get and what metric filters
//! counted, in one transaction. What was acknowledged is all there, and what was not is not there at all.

use std::sync::Arc;

use bytes::Bytes;
use delivery::{Consignment, Enqueued};
use store::{Cipher, OnceOnly, Raw, Scope, Tx};

use super::Engine;
use super::accept::{Line, weight};
use super::group::Group;
use super::passing::{Departure, Sample};
use super::refusal::Refusal;
use crate::store::{
    EVENTS, EventNo, EventRow, GROUPS, LINES, METRICS, MetricRecord, Millis, RECENT, STREAMS, StreamRecord, TAILS,
};

/// What groups' own keys are derived by. What lies in stores was sealed under them: it never changes.
pub(crate) const KIND: &str = "logs/group";
/// Bytes by which a sealed message is longer.
const SEALED_BY: usize = size_of::<OnceOnly>() + 16;

/// What a batch is sealed with.
#[derive(Debug, Clone)]
pub(crate) struct Sealing {
    /// The key at work.
    pub cipher: Arc<Cipher>,
    /// Its number; 0 is the group's own.
    pub key: u64,
}

/// A batch that was accepted.
pub(crate) struct Batch<'a> {
    /// Its group.
    pub group: &'a Group,
    /// The name of its stream.
    pub name: &'a str,
    /// The stream.
    pub stream: &'a StreamRecord,
    /// The events that are taken.
    pub lines: &'a [Line],
    /// What they are sealed with.
    pub sealing: &'a Sealing,
    /// What subscribers get.
    pub departures: &'a [Departure],
    /// What metric filters counted.
    pub samples: &'a [Sample],
}

/// What a row's message is bound to.
pub(crate) fn bound_to(group: u64, at: Millis, no: EventNo) -> [u8; 24] {
    let mut place = [0; 24];
    place[..8].copy_from_slice(&group.to_be_bytes());
    place[8..16].copy_from_slice(&at.to_be_bytes());
    place[16..].copy_from_slice(&no.to_be_bytes());
    place
}

impl Engine {
    /// Numbers for a batch; the first of them.
    pub(crate) async fn event_numbers(&self, count: usize) -> Result<EventNo, Refusal> {
        Ok(self.numbers(count.max(1) as u64).await?)
    }

    /// Writes a batch, whose events have the numbers from `first` on.
    pub(crate) async fn append(&self, batch: &Batch<'_>, first: EventNo) -> Result<(), Refusal> {
        let rows = self.rows(batch, first);
        let enqueued = self.store().transact(|tx| self.write(tx, batch, first, &rows)).await?;
        enqueued.into_iter().for_each(Enqueued::depart);
        Ok(())
    }

    fn rows(&self, batch: &Batch<'_>, first: EventNo) -> Vec<EventRow> {
        let (group, ingested) = (batch.group.no(), self.now().millis());
        let row = |(no, line): (EventNo, &Line)| {
            let once = self.runtime().random.bytes();
            let message = line.message.as_bytes();
            let mut sealed = Vec::with_capacity(message.len() + SEALED_BY);
            let bound = bound_to(group, line.at, no);
            batch.sealing.cipher.seal(once, &bound, &mut sealed, |out| out.extend_from_slice(message));
            EventRow { stream: batch.stream.no, ingested, key: batch.sealing.key, sealed: sealed.into() }
        };
        (first..).zip(batch.lines).map(row).collect()
    }

    async fn write(
        &self,
        tx: Tx,
        batch: &Batch<'_>,
        first: EventNo,
        rows: &[EventRow],
    ) -> Result<Vec<Enqueued>, Refusal> {
        let (scope, no) = (batch.group.home.scope(), batch.group.no());
        let there = GROUPS.get(&tx, &scope, &batch.group.name.as_str()).await?;
        there.filter(|there| there.no == no).ok_or(Refusal::NoSuchGroup)?;
        let stream = STREAMS.get(&tx, &scope, &(no, batch.name)).await?;
        stream.filter(|there| there.no == batch.stream.no).ok_or(Refusal::NoSuchStream)?;
        self.write_tail(&tx, &scope, batch).await?;
        for ((event, line), row) in (first..).zip(batch.lines).zip(rows) {
            EVENTS.put(&tx, &scope, &(no, line.at, event), row)?;
            LINES.put(&tx, &scope, &(no, batch.stream.no, line.at, event), &Raw(Bytes::new()))?;
        }
        for sample in batch.samples {
            count(&tx, &scope, sample).await?;
        }
        let mut enqueued = Vec::with_capacity(batch.departures.len());
        for departure in batch.departures {
            let lane = [Consignment::new(departure.lane.clone(), departure.partition.clone().into_bytes())];
            let body = self.seal().close(&self.runtime().random, b"parcel", departure.envelope.as_bytes());
            enqueued.push(self.deliveries().enqueue(&tx, body, &lane).await?);
        }
        Ok(enqueued)
    }

    async fn write_tail(&self, tx: &Tx, scope: &Scope, batch: &Batch<'_>) -> Result<(), Refusal> {
        let (Some(last), key) = (batch.lines.last(), (batch.group.no(), batch.stream.no)) else { return Ok(()) };
        let mut tail = TAILS.get(tx, scope, &key).await?.unwrap_or_default();
        let before = tail.last.unwrap_or(0);
        tail.last = Some(tail.last.map_or(last.at, |known| known.max(last.at)));
        tail.ingested = self.now().millis();
        tail.bytes += batch.lines.iter().map(|line| weight(&line.message) as u64).sum::<u64>();
        tail.events += batch.lines.len() as u64;
        TAILS.put(tx, scope, &key, &tail)?;
        let after = tail.last.unwrap_or(0);
        if before != after {
            RECENT.delete(tx, scope, &(key.0, before, batch.name));
            RECENT.put(tx, scope, &(key.0, after, batch.name), &Raw(Bytes::new()))?;
        }
        Ok(())
    }
}

/// Adds to the values of a metric in a minute.
async fn count(tx: &Tx, scope: &Scope, sample: &Sample) -> Result<(), Refusal> {
    let key = (sample.namespace.as_str(), sample.name.as_str(), sample.minute, sample.rest.as_str());
    let there = METRICS.get(tx, scope, &key).await?;
    let empty = MetricRecord { count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY, default: None };
    let mut record = there.unwrap_or(empty);
    match sample.value {
        Some(value) => {
            record.count += 1;
            record.sum += value;
            record.min = record.min.min(value);
            record.max = record.max.max(value);
        }
        None => record.default = sample.default,
    }
    Ok(METRICS.put(tx, scope, &key, &record)?)
}

#[cfg(test)]
mod tests {
    use store::{Ciphers, Vault};

    use super::*;

    /// Computed apart from this code: HKDF and HMAC with SHA-256, AES-256-GCM.
    #[test]
    fn what_was_sealed_before_opens() {
        let cipher = Ciphers::new(&Vault::new(&[7; 32]), KIND).of(42);
        let mut sealed = Vec::new();
        cipher.seal([9; 12], &bound_to(42, 1_700, 5), &mut sealed, |out| out.extend_from_slice(b"hello"));
        let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "09".repeat(12) + "f7aba2074ff0e18a85479519c5eedfb818116d5415");
    }
}
