//! Which events of a batch are taken: in order of time, within a day, not too old and not of the future. Source: PutLogEvents
//! of the API reference.

use names::Timestamp;

use crate::limits;
use crate::store::Millis;

/// An event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// When it happened, by its writer.
    pub at: Millis,
    /// What.
    pub message: String,
}

/// Why a batch is not taken at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    /// An event is before the one in front of it.
    Unordered,
    /// More than a day lies between the first and the last.
    TooLong,
    /// Too many bytes.
    TooLarge(usize),
    /// One event of too many bytes.
    EventTooLarge(usize),
}

/// Which events are not taken, by their places in the batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// The first that is too far in the future; all after it are too.
    pub too_new_from: Option<usize>,
    /// The one after the last that is too old.
    pub too_old_until: Option<usize>,
    /// The one after the last that the group no longer keeps.
    pub expired_until: Option<usize>,
}

/// Bytes that an event counts.
pub(crate) fn weight(message: &str) -> usize {
    message.len() + limits::EVENT_OVERHEAD
}

/// Which places of a batch are taken, and what is told of the others.
pub(crate) fn accept(
    lines: &[Line],
    now: Timestamp,
    horizon: Option<Millis>,
) -> Result<(std::ops::Range<usize>, Rejected), Whole> {
    whole(lines)?;
    let (now, span) = (now.millis(), |duration: std::time::Duration| duration.as_millis() as Millis);
    let (oldest, newest) = (now - span(limits::OLDEST), now + span(limits::NEWEST));
    let before = |first: Millis| lines.partition_point(|line| line.at < first);
    let (too_old, expired) = (before(oldest), horizon.map_or(0, before));
    let end = lines.partition_point(|line| line.at <= newest);
    let rejected = Rejected {
        too_new_from: (end < lines.len()).then_some(end),
        too_old_until: (too_old > 0).then_some(too_old),
        expired_until: (expired > too_old).then_some(expired),
    };
    let start = too_old.max(expired).min(end);
    Ok((start..end, rejected))
}

fn whole(lines: &[Line]) -> Result<(), Whole> {
    if let Some(line) = lines.iter().find(|line| weight(&line.message) > limits::EVENT_BYTES) {
        return Err(Whole::EventTooLarge(weight(&line.message)));
    }
    let bytes = lines.iter().map(|line| weight(&line.message)).sum();
    if bytes > limits::BATCH_BYTES {
        return Err(Whole::TooLarge(bytes));
    }
    if lines.windows(2).any(|pair| pair[1].at < pair[0].at) {
        return Err(Whole::Unordered);
    }
    let (first, last) = (lines.first().map_or(0, |line| line.at), lines.last().map_or(0, |line| line.at));
    let day = limits::BATCH_SPAN.as_millis() as Millis;
    if last.saturating_sub(first) > day { Err(Whole::TooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: Millis = 3_600_000;
    const NOW: Millis = 1_700_000_000_000;

    fn lines(ats: &[Millis]) -> Vec<Line> {
        ats.iter().map(|at| Line { at: *at, message: "m".into() }).collect()
    }

    fn taken(ats: &[Millis], days: Option<i64>) -> (std::ops::Range<usize>, Rejected) {
        let horizon = days.map(|days| NOW - days * 24 * HOUR);
        accept(&lines(ats), Timestamp::from_millis(NOW), horizon).unwrap()
    }

    #[test]
    fn each_end_is_told() {
        let day = 24 * HOUR;
        assert_eq!(taken(&[NOW - HOUR, NOW], None), (0..2, Rejected::default()));
        let new = Rejected { too_new_from: Some(1), ..Rejected::default() };
        assert_eq!(taken(&[NOW, NOW + 2 * HOUR + 1], None), (0..1, new));
        let old = Rejected { too_old_until: Some(1), ..Rejected::default() };
        assert_eq!(taken(&[NOW - 14 * day - 1, NOW - 14 * day], None), (1..2, old));
        let expired = Rejected { expired_until: Some(1), ..Rejected::default() };
        assert_eq!(taken(&[NOW - 3 * day - 1, NOW - 3 * day], Some(3)), (1..2, expired));
        let both = Rejected { expired_until: Some(2), too_old_until: Some(1), ..Rejected::default() };
        assert_eq!(taken(&[NOW - 14 * day - HOUR, NOW - 14 * day + HOUR], Some(3)), (2..2, both));
        assert_eq!(taken(&[NOW + 3 * HOUR], None), (0..0, Rejected { too_new_from: Some(0), ..Rejected::default() }));
    }

    #[test]
    fn batches_that_are_not_taken_at_all() {
        let at = Timestamp::from_millis(NOW);
        let why = |ats: &[Millis]| accept(&lines(ats), at, None).unwrap_err();
        assert_eq!(why(&[NOW, NOW - 1]), Whole::Unordered);
        assert_eq!(why(&[NOW - 24 * HOUR - 1, NOW]), Whole::TooLong);
        let large = |message: usize, count: usize| {
            let line = Line { at: NOW, message: "x".repeat(message) };
            accept(&vec![line; count], at, None).map(|_| ())
        };
        assert_eq!(large(limits::EVENT_BYTES - 26, 1), Ok(()));
        assert_eq!(large(limits::EVENT_BYTES - 25, 1), Err(Whole::EventTooLarge(limits::EVENT_BYTES + 1)));
        assert_eq!(large(limits::BATCH_BYTES / 2 - 26, 2), Ok(()));
        assert_eq!(large(limits::BATCH_BYTES / 2 - 25, 2), Err(Whole::TooLarge(limits::BATCH_BYTES + 2)));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_each_rule_lets_pass(
            mut offsets in proptest::collection::vec(-16 * 24i64..4, 1..20),
            days in proptest::option::of(1i64..30),
        ) {
            offsets.sort_unstable();
            let first = offsets[0];
            offsets.retain(|at| at - first <= 24);
            let ats: Vec<_> = offsets.iter().map(|at| NOW + at * HOUR).collect();
            let (range, _) = taken(&ats, days);
            for (place, at) in offsets.iter().enumerate() {
                let kept = *at >= -14 * 24 && *at <= 2 && days.is_none_or(|days| *at >= -days * 24);
                prop_assert_eq!(range.contains(&place), kept);
            }
        }
    }
}
