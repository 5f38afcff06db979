//! Shards of a stream: spans of four hours of its sequence numbers, each the child of the one before. Pure.

use names::Timestamp;

use super::stream::{first_at, instant_of};
use crate::limits;
use crate::store::{SequenceNo, StreamRecord};

/// What every sequence number is shown on top of, so that it has AWS's 21 digits.
const SHOWN_FROM: u128 = 100_000_000_000_000_000_000;

/// One shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Which of its stream's.
    pub at: u64,
    /// Its first sequence number.
    pub first: SequenceNo,
    /// The first one after it; none while it is open.
    pub end: Option<SequenceNo>,
}

/// Sequence numbers of a shard.
fn span() -> u64 {
    u64::try_from(limits::SHARD_LIFE.as_micros()).unwrap_or(u64::MAX) * 1_000
}

/// The shards that can still be read: those with an end less than a day ago, and the open one.
pub(crate) fn readable(stream: &StreamRecord, now: Timestamp) -> Vec<Shard> {
    let begun = first_at(stream.begun);
    let until = first_at(stream.ended.unwrap_or(now)).max(begun);
    let (newest, horizon) = ((until - begun) / span(), first_at(now.minus(limits::STREAM_LIFE)));
    let oldest = horizon.saturating_sub(begun) / span();
    let shard = |at: u64| {
        let first = begun + at * span();
        let open = at == newest && stream.ended.is_none();
        Shard { at, first, end: (!open).then_some(first + span()) }
    };
    (oldest.min(newest)..=newest).map(shard).collect()
}

impl Shard {
    /// Its name.
    pub(crate) fn id(&self, stream: &StreamRecord) -> String {
        id_of(self.first, stream)
    }

    /// The name of the one before.
    pub(crate) fn parent(&self, stream: &StreamRecord) -> Option<String> {
        (self.at > 0).then(|| id_of(self.first - span(), stream))
    }
}

fn id_of(first: SequenceNo, stream: &StreamRecord) -> String {
    format!("shardId-{:020}-{:08x}", instant_of(first).micros() / 1_000, stream.no & 0xffff_ffff)
}

/// A sequence number as the API shows it.
pub(crate) fn shown(no: SequenceNo) -> String {
    (SHOWN_FROM + u128::from(no)).to_string()
}

/// A sequence number from the API.
pub(crate) fn read(text: &str) -> Option<SequenceNo> {
    let no: u128 = text.parse().ok()?;
    SequenceNo::try_from(no.checked_sub(SHOWN_FROM)?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{KeyNames, View};

    const BEGUN: Timestamp = Timestamp::from_secs(1_767_225_600);

    fn stream(ended: Option<Timestamp>) -> StreamRecord {
        let key = KeyNames { hash: "k".to_owned(), range: None };
        StreamRecord { no: 7, table: 1, view: View::Both, begun: BEGUN, ended, key, kinds: Vec::new() }
    }

    fn hours(hours: u64) -> Timestamp {
        BEGUN.plus(Duration::from_secs(hours * 3_600))
    }

    #[test]
    fn a_shard_follows_the_other_and_goes_a_day_after_its_end() {
        let ats = |now| readable(&stream(None), now).iter().map(|shard| shard.at).collect::<Vec<_>>();
        assert_eq!(ats(BEGUN), [0]);
        assert_eq!(ats(hours(9)), [0, 1, 2]);
        assert_eq!(ats(hours(27)), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(ats(hours(29)), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(ats(hours(24 * 365)).len(), 7);
        let all = readable(&stream(None), hours(9));
        assert!(all[2].end.is_none() && all[..2].iter().all(|shard| shard.end.is_some()));
        assert_eq!(all[1].parent(&stream(None)), Some(all[0].id(&stream(None))));
        assert_eq!(all[0].end, Some(all[1].first));
    }

    #[test]
    fn the_last_shard_of_an_ended_stream_is_closed() {
        let all = readable(&stream(Some(hours(5))), hours(6));
        assert_eq!((all.len(), all[1].end.is_some()), (2, true));
    }

    #[test]
    fn numbers_are_read_as_they_are_shown() {
        for no in [0, 1, first_at(BEGUN), u64::MAX] {
            assert_eq!((read(&shown(no)), shown(no).len()), (Some(no), 21));
        }
        assert_eq!((read("1"), read("x")), (None, None));
    }
}
