//! Streams: switched on and off, and what they hold until a day later.
//!
//! The order of changes is that of their sequence numbers, which are made of the clock's microseconds: a shard is the span of
//! numbers of four hours, and needs no record. Numbers are given out while their transaction runs; a reader must not pass a
//! number whose transaction may still commit, so that [`Sequencer`] knows which are under way.

use std::collections::BTreeMap;

use names::{Arn, Timestamp};
use parking_lot::Mutex;
use store::{Batch, Order, Span, StoreError};

use super::Engine;
use super::refusal::Refusal;
use super::table::{Home, Table};
use crate::limits;
use crate::store::{CHANGES, ChangeRecord, STREAMS, SequenceNo, StreamRecord, StreamSetting, TableRecord};

/// Sequence numbers in a microsecond.
const IN_A_MICROSECOND: u64 = 1_000;

/// Gives out sequence numbers and knows which are under way.
#[derive(Debug, Default)]
pub(crate) struct Sequencer(Mutex<Given>);

#[derive(Debug, Default)]
struct Given {
    last: SequenceNo,
    under_way: BTreeMap<SequenceNo, ()>,
}

/// A sequence number whose transaction is under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay<'a> {
    sequencer: &'a Sequencer,
    /// The number.
    pub no: SequenceNo,
}

impl Sequencer {
    /// The next number, by the clock.
    pub(crate) fn next(&self, now: Timestamp) -> UnderWay<'_> {
        self.next_of(now, 1)
    }

    /// The first of `count` numbers in a row.
    pub(crate) fn next_of(&self, now: Timestamp, count: usize) -> UnderWay<'_> {
        let mut given = self.0.lock();
        let no = first_at(now).max(given.last + 1);
        given.last = no + u64::try_from(count.max(1)).unwrap_or(1) - 1;
        given.under_way.insert(no, ());
        UnderWay { sequencer: self, no }
    }

    /// Everything up to this number is settled: it has committed, or never will.
    pub(crate) fn settled(&self, now: Timestamp) -> SequenceNo {
        let mut given = self.0.lock();
        // Numbers given out from now on are higher, as those of another process on the same clock would be.
        given.last = given.last.max(first_at(now).saturating_sub(1));
        given.under_way.first_key_value().map_or(given.last, |(first, ())| first - 1)
    }

    /// No number up to this one is given out again: it was read from the store.
    pub(crate) fn seen(&self, no: SequenceNo) {
        let mut given = self.0.lock();
        given.last = given.last.max(no);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.sequencer.0.lock().under_way.remove(&self.no);
    }
}

/// The first sequence number of an instant.
pub(crate) fn first_at(at: Timestamp) -> SequenceNo {
    u64::try_from(at.micros()).unwrap_or_default().saturating_mul(IN_A_MICROSECOND)
}

/// The instant of a sequence number.
pub(crate) fn instant_of(no: SequenceNo) -> Timestamp {
    Timestamp::from_micros(i64::try_from(no / IN_A_MICROSECOND).unwrap_or(i64::MAX))
}

/// The ARN of a stream.
pub(crate) fn arn(home: &Home, label: &str) -> String {
    format!("{}/stream/{label}", home.arn())
}

/// The table and the label of a stream's ARN.
pub(crate) fn of_arn(text: &str) -> Option<(Home, String)> {
    let home = Home::of_arn(text)?;
    let arn: Arn = text.parse().ok()?;
    let label = arn.resource.strip_prefix("table/")?.strip_prefix(home.name.as_str())?.strip_prefix("/stream/")?;
    Some((home, label.to_owned()))
}

impl Engine {
    /// Makes streams follow a change of what a table is: one begins, one ends.
    pub(crate) async fn follow_stream(
        &self,
        home: &Home,
        before: Option<&TableRecord>,
        after: &mut TableRecord,
        batch: &Batch,
    ) -> Result<(), Refusal> {
        let running = |setting: &Option<StreamSetting>| setting.as_ref().is_some_and(|setting| setting.on);
        let (was, is) = (before.is_some_and(|before| running(&before.stream)), running(&after.stream));
        if was && !is {
            self.close_stream(home, before.and_then(|before| before.stream.as_ref()), batch).await?;
        }
        if let (false, true, Some(setting)) = (was, is, &mut after.stream) {
            let now = self.now();
            setting.no = self.number().await?;
            setting.label = label(now);
            let record = StreamRecord {
                no: setting.no,
                table: after.no,
                view: setting.view,
                begun: now,
                ended: None,
                key: after.key.clone(),
                kinds: after.attributes.clone(),
            };
            STREAMS.put(batch, &home.scope(), &(home.name.as_str(), setting.label.as_str()), &record)?;
        }
        Ok(())
    }

    async fn close_stream(&self, home: &Home, setting: Option<&StreamSetting>, batch: &Batch) -> Result<(), Refusal> {
        let Some(setting) = setting else { return Ok(()) };
        let (scope, key) = (home.scope(), (home.name.as_str(), setting.label.as_str()));
        if let Some(record) = STREAMS.get(&self.store().read().await?, &scope, &key).await? {
            STREAMS.put(batch, &scope, &key, &StreamRecord { ended: Some(self.now()), ..record })?;
        }
        Ok(())
    }

    /// Ends the stream of a table that is deleted.
    pub(crate) async fn end_stream(&self, table: &Table, record: &TableRecord, batch: &Batch) -> Result<(), Refusal> {
        let setting = record.stream.as_ref().filter(|setting| setting.on);
        self.close_stream(&table.home, setting, batch).await
    }

    /// A stream by its table's name and its label, as long as anything of it can be read.
    pub(crate) async fn stream(&self, home: &Home, label: &str) -> Result<Option<StreamRecord>, Refusal> {
        let view = self.store().read().await?;
        let found = STREAMS.get(&view, &home.scope(), &(home.name.as_str(), label)).await?;
        Ok(found.filter(|record| !self.is_over(record)))
    }

    /// Streams of a place in order, of one table or of all, from after one on.
    pub(crate) async fn streams(
        &self,
        home: &Home,
        table: Option<&str>,
        after: Option<(&str, &str)>,
        limit: usize,
    ) -> Result<Vec<(String, String, StreamRecord)>, Refusal> {
        let view = self.store().read().await?;
        let span = table.map_or(Span::all(), |table| Span::prefix(&(table,)));
        let span = after.map_or(span.clone(), |after| span.after(&after));
        let rows = STREAMS.scan(&view, &home.scope(), &span, Order::Ascending, limit).await?;
        let alive = rows.into_iter().filter(|(_, record)| !self.is_over(record));
        Ok(alive.map(|((name, label), record)| (name, label, record)).collect())
    }

    /// Removes what streams no longer tell.
    pub(crate) async fn trim_streams(&self) -> Result<(), Refusal> {
        let horizon = self.horizon();
        let view = self.store().read().await?;
        for (scope, (name, label), record) in STREAMS.scan_everywhere(&view).await? {
            let old = Span::prefix(&(record.no,)).until(&(record.no, horizon));
            self.store().delete_range(CHANGES.range(&scope, &old)).await?;
            if self.is_over(&record) {
                self.store().delete_range(CHANGES.range(&scope, &Span::prefix(&(record.no,)))).await?;
                let batch = Batch::new();
                STREAMS.delete(&batch, &scope, &(name.as_str(), label.as_str()));
                self.store().write(batch).await?;
            }
        }
        Ok(())
    }

    /// The first sequence number that streams still tell.
    pub(crate) fn horizon(&self) -> SequenceNo {
        first_at(self.now().minus(limits::STREAM_LIFE))
    }

    /// What a stream tells from a sequence number on, before another one; and where to read on. What may still come before
    /// what is there is waited for.
    pub(crate) async fn changes(
        &self,
        home: &Home,
        stream: &StreamRecord,
        from: SequenceNo,
        end: Option<SequenceNo>,
        limit: usize,
    ) -> Result<(Vec<(SequenceNo, ChangeRecord)>, SequenceNo), Refusal> {
        let settled = self.writer().await?.0.sequencer.settled(self.now()).saturating_add(1);
        let until = end.map_or(settled, |end| end.min(settled));
        let from = from.max(self.horizon());
        let view = self.store().read().await?;
        let span = Span::prefix(&(stream.no,)).from(&(stream.no, from)).until(&(stream.no, until));
        let rows = CHANGES.scan(&view, &home.scope(), &span, Order::Ascending, limit).await?;
        let full = rows.len() == limit;
        let rows: Vec<_> = rows.into_iter().map(|((_, no), record)| (no, record)).collect();
        let next = match rows.last() {
            Some((last, _)) if full => last + 1,
            _ => from.max(until),
        };
        Ok((rows, next))
    }

    /// The number from which on everything is new.
    pub(crate) async fn newest(&self) -> Result<SequenceNo, Refusal> {
        Ok(self.writer().await?.0.sequencer.settled(self.now()).saturating_add(1))
    }

    fn is_over(&self, record: &StreamRecord) -> bool {
        record.ended.is_some_and(|ended| ended.plus(limits::STREAM_LIFE) <= self.now())
    }

    /// Learns the last sequence number in the store, so that none is given out twice, whatever became of the clock.
    pub(crate) async fn learn_sequence(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        for (scope, _, record) in STREAMS.scan_everywhere(&view).await? {
            let span = Span::prefix(&(record.no,));
            let last = CHANGES.scan(&view, &scope, &span, Order::Descending, 1).await?;
            last.iter().for_each(|((_, no), _)| self.0.sequencer.seen(*no));
        }
        Ok(())
    }
}

/// `2026-01-01T00:00:00.000`: the instant at which a stream began.
fn label(at: Timestamp) -> String {
    let text = at.iso8601();
    let stem = text.trim_end_matches('Z');
    let (seconds, fraction) = stem.split_once('.').unwrap_or((stem, ""));
    format!("{seconds}.{:0<3.3}", fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_stop_before_what_may_still_commit() {
        let (sequencer, now) = (Sequencer::default(), Timestamp::from_secs(1_000));
        let first = sequencer.next(now);
        let second = sequencer.next(now);
        assert_eq!((first.no, second.no), (first_at(now), first_at(now) + 1));
        assert_eq!(sequencer.settled(now), first.no - 1);
        let (one, two) = (first.no, second.no);
        drop(second);
        assert_eq!(sequencer.settled(now), one - 1);
        drop(first);
        assert_eq!(sequencer.settled(now), two);
        assert!(sequencer.next(now).no > two);
    }

    #[test]
    fn numbers_grow_when_the_clock_does_not() {
        let (sequencer, now) = (Sequencer::default(), Timestamp::from_secs(1_000));
        let first = sequencer.next_of(now, 10).no;
        assert_eq!(sequencer.next(Timestamp::from_secs(900)).no, first + 10);
        sequencer.seen(first + 100);
        assert_eq!(sequencer.next(now).no, first + 101);
        assert_eq!(instant_of(first_at(now)), now);
    }

    #[test]
    fn labels_are_instants() {
        assert_eq!(label(Timestamp::from_secs(1_767_225_600)), "2026-01-01T00:00:00.000");
    }
}
