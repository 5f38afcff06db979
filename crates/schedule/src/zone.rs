//! Wall clocks: from an instant to what the clock of a zone shows, and back.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use names::Timestamp;

/// A time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A zone by its name in the tz database, as in `Europe/Vienna`. None for a name that it does not have.
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// What the wall clock shows.
    pub(crate) fn shows(&self, instant: Timestamp) -> Option<DateTime> {
        Some(self.0.to_datetime(jiff::Timestamp::from_microsecond(instant.micros()).ok()?))
    }

    /// When the wall clock first shows this; none when it skips it.
    pub(crate) fn first(&self, shown: DateTime) -> Option<Timestamp> {
        let offset = match self.0.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => offset,
            AmbiguousOffset::Gap { .. } => return None,
        };
        offset.to_timestamp(shown).ok().map(|instant| Timestamp::from_micros(instant.as_microsecond()))
    }
}
