//! Restored copies of archived content: when they come, when they go. Pure.
//! Source: S3 user guide, "Understanding archive retrieval options": the slow end of what AWS says, since that is what holds.

use std::time::Duration;

use names::Timestamp;

use super::lock::DAY;
use super::object::record::{Class, Restore, RestoreTier};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

impl RestoreTier {
    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Expedited => "Expedited",
            Self::Standard => "Standard",
            Self::Bulk => "Bulk",
        }
    }

    /// From AWS's word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Expedited, Self::Standard, Self::Bulk].into_iter().find(|tier| tier.as_str() == text)
    }
}

/// How long a copy takes; none where a class does not know the tier.
pub(crate) fn wait(class: Class, tier: RestoreTier) -> Option<Duration> {
    Some(match (class, tier) {
        (Class::Glacier | Class::TieringArchive, RestoreTier::Expedited) => 5 * MINUTE,
        (Class::Glacier | Class::TieringArchive, RestoreTier::Standard) => 5 * HOUR,
        (Class::Glacier | Class::TieringArchive, RestoreTier::Bulk) => 12 * HOUR,
        (Class::DeepArchive | Class::TieringDeepArchive, RestoreTier::Standard) => 12 * HOUR,
        (Class::DeepArchive | Class::TieringDeepArchive, RestoreTier::Bulk) => 48 * HOUR,
        _ => return None,
    })
}

/// A copy that is asked for now. It goes at the end of the day, in UTC, on which its days are over. In Intelligent-Tiering
/// content comes back to stay.
pub(crate) fn begin(class: Class, tier: RestoreTier, days: Option<u32>, now: Timestamp) -> Option<Restore> {
    let ready = now.plus(wait(class, tier)?);
    Some(Restore { ready, expires: days.map(|days| end(ready, days)), tier })
}

/// The midnight after so many days.
pub(crate) fn end(from: Timestamp, days: u32) -> Timestamp {
    let day = i64::try_from(DAY.as_secs()).expect("a day is short");
    Timestamp::from_secs((from.secs().div_euclid(day) + 1 + i64::from(days)) * day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_come_after_their_tier_and_go_at_midnight() {
        let now = Timestamp::parse_iso8601("2026-01-01T20:00:00Z").unwrap();
        let at = |text: &str| Timestamp::parse_iso8601(text).unwrap();
        for (class, tier, days, ready, expires) in [
            (Class::Glacier, RestoreTier::Expedited, 1, "2026-01-01T20:05:00Z", "2026-01-03T00:00:00Z"),
            (Class::Glacier, RestoreTier::Standard, 1, "2026-01-02T01:00:00Z", "2026-01-04T00:00:00Z"),
            (Class::DeepArchive, RestoreTier::Bulk, 10, "2026-01-03T20:00:00Z", "2026-01-14T00:00:00Z"),
        ] {
            let copy = begin(class, tier, Some(days), now).unwrap();
            assert_eq!((copy.ready, copy.expires), (at(ready), Some(at(expires))), "{class:?} {tier:?}");
        }
        assert_eq!(begin(Class::DeepArchive, RestoreTier::Expedited, Some(1), now), None);
        assert_eq!(begin(Class::Standard, RestoreTier::Bulk, Some(1), now), None);
    }
}
