//! Events packed together: one row holds all that an account and region saw in a moment, another tells what these events are
//! found by. An event of its own row, with an index row for each of its attributes, cost more than the call it tells of.
//!
//! A chunk is named by its newest event. None spans more than [`SPAN`], so whoever looks for what happened before an instant
//! knows how far beyond it to begin. An event may stand in two chunks, when a commit was tried again; it is one event.

use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use serde::Serialize;
use store::StoreError;

use super::attribute::Attribute;
use super::event::uuid;
use crate::store::{EventId, EventRecord, FilterRecord};

/// Events of a chunk at most.
const MOST: usize = 512;
/// Time between the events of a chunk at most.
pub(crate) const SPAN: Duration = Duration::from_secs(1);
/// Chunks shorter than this are kept as they are: there is little to gain.
const WORTH_PACKING: usize = 4_096;
/// The first byte of a chunk: as it is.
const PLAIN: u8 = 1;
/// The first byte of a chunk: LZ4, after its length.
const LZ4: u8 = 2;

/// The place of an event in the order of the history.
pub(crate) type Place = (Timestamp, EventId);
/// An event with its place.
pub(crate) type Placed = (Timestamp, EventId, EventRecord);

/// Events ready to be kept.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// The place of its newest event.
    pub(crate) newest: Place,
    pub(crate) filter: FilterRecord,
    pub(crate) body: Bytes,
}

/// Packs events of one account and region, in whatever order they come.
pub(crate) fn pack(mut events: Vec<(Timestamp, EventId, &EventRecord)>) -> Result<Vec<Chunk>, StoreError> {
    events.sort_unstable_by_key(|(at, id, _)| (*at, *id));
    let mut chunks = Vec::new();
    let mut rest = &events[..];
    while let Some((oldest, ..)) = rest.first() {
        let near = rest.iter().take(MOST).take_while(|(at, ..)| at.since(*oldest) <= SPAN).count();
        let (these, others) = rest.split_at(near);
        chunks.push(chunk(these)?);
        rest = others;
    }
    Ok(chunks)
}

fn chunk(events: &[(Timestamp, EventId, &EventRecord)]) -> Result<Chunk, StoreError> {
    let place = |event: Option<&(Timestamp, EventId, &EventRecord)>| event.map(|(at, id, _)| (*at, *id));
    let ends = place(events.first()).zip(place(events.last()));
    let (oldest, newest) = ends.ok_or_else(|| StoreError::corrupt("a chunk without events"))?;
    Ok(Chunk { newest, filter: FilterRecord { oldest, marks: marks(events) }, body: body(events)? })
}

fn body(events: &[(Timestamp, EventId, &EventRecord)]) -> Result<Bytes, StoreError> {
    #[derive(Serialize)]
    struct Events<'a>(&'a [(Timestamp, EventId, &'a EventRecord)]);
    let start = Vec::with_capacity(1_280 * events.len());
    let plain = postcard::to_extend(&Events(events), {
        let mut start = start;
        start.push(PLAIN);
        start
    });
    let plain = plain.map_err(|error| StoreError::corrupt(format!("an event cannot be written: {error}")))?;
    if plain.len() < WORTH_PACKING {
        return Ok(plain.into());
    }
    let mut packed = vec![0; 5 + lz4_flex::block::get_maximum_output_size(plain.len() - 1)];
    let length = u32::try_from(plain.len() - 1).map_err(|_| StoreError::corrupt("events of gigabytes"))?;
    packed[0] = LZ4;
    packed[1..5].copy_from_slice(&length.to_le_bytes());
    let written = lz4_flex::block::compress_into(&plain[1..], &mut packed[5..]);
    packed.truncate(5 + written.map_err(|error| StoreError::corrupt(format!("events cannot be packed: {error}")))?);
    Ok(packed.into())
}

/// The events of a chunk, oldest first.
pub(crate) fn unpack(body: &[u8]) -> Result<Vec<Placed>, StoreError> {
    let broken = || StoreError::corrupt("a chunk of events");
    let (form, rest) = body.split_first().ok_or_else(broken)?;
    match *form {
        PLAIN => postcard::from_bytes(rest).map_err(|_| broken()),
        LZ4 => {
            let plain = lz4_flex::block::decompress_size_prepended(rest).map_err(|_| broken())?;
            postcard::from_bytes(&plain).map_err(|_| broken())
        }
        version => Err(StoreError::NewerRecord { table: "cloudtrail/event-chunk".into(), version }),
    }
}

impl FilterRecord {
    /// Whether the chunk may hold an event of this attribute. Seldom wrong, and never when it says no.
    pub(crate) fn may_hold(&self, attribute: Attribute, value: &str) -> bool {
        self.marks.binary_search(&mark(attribute, value)).is_ok()
    }
}

/// What the events are found by, sorted, each once.
fn marks(events: &[(Timestamp, EventId, &EventRecord)]) -> Vec<u32> {
    let mut marks = Vec::with_capacity(events.len() + 16);
    let mut last: Option<&EventRecord> = None;
    for (_, id, record) in events {
        marks.push(mark(Attribute::EventId, &uuid(id)));
        // Most events are like the one before.
        if last.is_none_or(|last| !record.is_found_as(last)) {
            found_by(record, |attribute, value| marks.push(mark(attribute, value)));
        }
        last = Some(record);
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// What an event of the history is found by, beside its id.
pub(crate) fn found_by<'a>(record: &'a EventRecord, mut found: impl FnMut(Attribute, &'a str)) {
    found(Attribute::EventName, &record.name);
    found(Attribute::EventSource, &record.source);
    found(Attribute::ReadOnly, if record.read_only { "true" } else { "false" });
    record.access_key.iter().for_each(|key| found(Attribute::AccessKeyId, key));
    record.user.iter().for_each(|user| found(Attribute::Username, user));
    for (kind, name) in &record.resources {
        found(Attribute::ResourceName, name);
        found(Attribute::ResourceType, kind);
    }
}

/// Whether an event has an attribute of this value.
pub(crate) fn has((_, id, record): &Placed, attribute: Attribute, value: &str) -> bool {
    if attribute == Attribute::EventId {
        return uuid(id) == value;
    }
    let mut has = false;
    found_by(record, |own, held| has |= own == attribute && held == value);
    has
}

impl EventRecord {
    fn is_found_as(&self, other: &Self) -> bool {
        self.name == other.name
            && self.source == other.source
            && self.read_only == other.read_only
            && self.user == other.user
            && self.access_key == other.access_key
            && self.resources == other.resources
    }
}

/// FNV-1a, folded: it is kept, so it must be the same in every version of this program.
fn mark(attribute: Attribute, value: &str) -> u32 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = value.bytes().fold(step(0xcbf2_9ce4_8422_2325, attribute as u8), step);
    #[expect(clippy::cast_possible_truncation, reason = "both halves count")]
    let folded = (hash ^ (hash >> 32)) as u32;
    folded
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn record(n: u8) -> EventRecord {
        EventRecord {
            name: format!("Call{}", n % 3).into(),
            source: "sqs.amazonaws.com".into(),
            read_only: n.is_multiple_of(2),
            user: n.is_multiple_of(5).then(|| format!("user{n}")),
            access_key: None,
            resources: (0..n % 3).map(|r| ("AWS::SQS::Queue".into(), format!("q{r}"))).collect(),
            json: "{}".repeat(usize::from(n)),
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_in_order_and_is_found(
            events in proptest::collection::btree_set((0..5_000_000i64, any::<[u8; 16]>(), any::<u8>()), 1..700),
        ) {
            let placed: Vec<Placed> =
                events.iter().map(|(at, id, n)| (Timestamp::from_micros(*at), *id, record(*n))).collect();
            let shuffled = placed.iter().rev().map(|(at, id, record)| (*at, *id, record)).collect();
            let chunks = pack(shuffled).unwrap();
            let mut out = Vec::new();
            for chunk in &chunks {
                let inside = unpack(&chunk.body).unwrap();
                prop_assert!(inside.len() <= MOST);
                let (first, last) = (inside.first().unwrap(), inside.last().unwrap());
                prop_assert_eq!(((first.0, first.1), (last.0, last.1)), (chunk.filter.oldest, chunk.newest));
                prop_assert!(last.0.since(first.0) <= SPAN);
                for event in &inside {
                    prop_assert!(chunk.filter.may_hold(Attribute::EventId, &uuid(&event.1)));
                    found_by(&event.2, |attribute, value| {
                        assert!(chunk.filter.may_hold(attribute, value) && has(event, attribute, value));
                    });
                }
                out.extend(inside);
            }
            prop_assert_eq!(out, placed);
        }
    }

    #[test]
    fn many_alike_take_little_room() {
        let events: Vec<_> = (0..MOST)
            .map(|n| {
                let id = (n as u128).to_be_bytes();
                (
                    Timestamp::from_micros(n as i64),
                    id,
                    EventRecord { json: "{\"eventVersion\":\"1.11\"}".repeat(40), ..record(1) },
                )
            })
            .collect();
        let chunks = pack(events.iter().map(|(at, id, record)| (*at, *id, record)).collect()).unwrap();
        assert_eq!(chunks.len(), 1);
        assert!(chunks[0].body.len() < MOST * 80, "{}", chunks[0].body.len());
    }

    #[test]
    fn marks_never_change() {
        // They are in stores.
        assert_eq!(mark(Attribute::EventName, "CreateQueue"), mark(Attribute::EventName, "CreateQueue"));
        let kept: BTreeSet<u32> = [
            mark(Attribute::EventName, "CreateQueue"),
            mark(Attribute::Username, "alice"),
            mark(Attribute::EventId, ""),
        ]
        .into();
        assert_eq!(kept.len(), 3);
    }

    #[test]
    fn what_is_broken_is_an_error() {
        for broken in [&b""[..], &[PLAIN, 9], &[LZ4, 1, 0], &[LZ4, 4, 0, 0, 0, 1], &[77]] {
            assert!(unpack(broken).is_err(), "{broken:?}");
        }
    }
}
