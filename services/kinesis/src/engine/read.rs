//! Reading a shard in order, from a position on.

use names::Timestamp;
use store::{Order, Raw, ReadView, Span, Store};

use super::refusal::Refusal;
use super::segment::{Entry, Stored};
use super::sequence::{first_at, instant_of};
use super::stream::Stream;
use crate::store::{Position, SEGMENTS, ShardNo, TAILS};

/// Segments read at once to begin with: each may be as large as the largest record.
const FIRST_PAGE: usize = 4;
/// A page of fewer bytes is followed by one of four times as many segments.
const SMALL_PAGE: usize = 1_024 * 1_024;

/// How much to read at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// Records.
    pub records: usize,
    /// Bytes, data and partition keys. The first record counts as fitting.
    pub bytes: usize,
}

/// What a shard holds from a position on, still sealed.
#[derive(Debug)]
pub(crate) struct Found {
    /// Segments, in order; the first may begin before the position.
    pub segments: Vec<Stored>,
    /// The position from which on it was read: where it was asked for, or later when that has expired.
    pub from: Position,
    /// The last position of the shard.
    pub last: Position,
    /// Whether the shard takes records.
    pub open: bool,
    /// Whether that is all there is, up to the last position.
    pub complete: bool,
}

/// Reads segments until as much is found as asked for, or more. [`Picked`] takes what was asked for.
pub(crate) async fn find(
    store: &Store,
    stream: &Stream,
    shard: ShardNo,
    from: Position,
    most: Most,
    now: Timestamp,
) -> Result<Found, Refusal> {
    let from = from.max(stream.known().horizon(now));
    let view = store.read().await?;
    let tail = TAILS.get(&view, &stream.scope, &(stream.no, shard)).await?.ok_or(Refusal::NoSuchStream)?;
    let mut found = Found { segments: Vec::new(), from, last: tail.last, open: tail.open, complete: true };
    if tail.last < from {
        return Ok(found);
    }
    found.segments.extend(holding(&view, stream, shard, from).await?.filter(|segment| segment.end() > from));
    let (mut next, mut records, mut bytes, mut page) = (from, 0, 0, FIRST_PAGE);
    while records <= most.records && bytes <= most.bytes {
        let span = Span::prefix(&(stream.no, shard)).from(&(stream.no, shard, next.saturating_add(1)));
        let rows = SEGMENTS.scan(&view, &stream.scope, &span, Order::Ascending, page).await?;
        let (ended, before) = (rows.len() < page, bytes);
        for ((_, _, first), Raw(row)) in rows {
            bytes += row.len();
            next = first;
            let segment = Stored::read(first, row)?;
            records += segment.count as usize;
            found.segments.push(segment);
        }
        if ended {
            return Ok(found);
        }
        page *= if bytes - before < SMALL_PAGE { 4 } else { 1 };
    }
    found.complete = false;
    Ok(found)
}

/// The last segment that begins at a position or before.
async fn holding(
    view: &ReadView,
    stream: &Stream,
    shard: ShardNo,
    position: Position,
) -> Result<Option<Stored>, Refusal> {
    let span = Span::prefix(&(stream.no, shard)).until(&(stream.no, shard, position.saturating_add(1)));
    let row = SEGMENTS.scan(view, &stream.scope, &span, Order::Descending, 1).await?.pop();
    row.map(|((_, _, first), Raw(row))| Stored::read(first, row)).transpose().map_err(Refusal::from)
}

/// Records picked from segments as they are opened.
#[derive(Debug)]
pub(crate) struct Picked {
    /// The records, in order.
    pub entries: Vec<Entry>,
    /// The position to read on from.
    pub next: Position,
    /// Bytes of the records.
    pub bytes: usize,
    most: Most,
    full: bool,
}

impl Picked {
    /// Nothing yet, of records from a position on.
    pub(crate) fn new(from: Position, most: Most) -> Self {
        Self { entries: Vec::new(), next: from, bytes: 0, most, full: false }
    }

    /// Whether nothing more is wanted.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Goes behind the last position when nothing is left before it: positions without records are passed over.
    pub(crate) fn finish(mut self, found: &Found) -> Self {
        if found.complete && !self.full {
            self.next = self.next.max(found.last + 1);
        }
        self
    }

    /// Takes of the records of the next segment what is wanted.
    pub(crate) fn take(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let (weight, wanted) = (entry.key.len() + entry.data.len(), entry.position >= self.next);
            if !wanted || self.full {
                continue;
            }
            self.full = !self.entries.is_empty()
                && (self.entries.len() >= self.most.records || self.bytes + weight > self.most.bytes);
            if !self.full {
                self.next = entry.position + 1;
                self.bytes += weight;
                self.entries.push(entry);
            }
        }
        self.full = self.full || self.entries.len() >= self.most.records;
    }
}

/// How many milliseconds before now the first position lies that is not read yet, of a shard that holds records up to `last`.
pub(crate) fn behind(next: Position, last: Position, now: Timestamp) -> i64 {
    if next > last { 0 } else { i64::try_from(now.since(instant_of(next)).as_millis()).unwrap_or(i64::MAX) }
}

/// Where reading begins that wants what comes from an instant on.
pub(crate) fn at_instant(at: Timestamp) -> Position {
    // Clients tell milliseconds: what came within one is asked for with its beginning.
    first_at(Timestamp::from_millis(at.millis()))
}
