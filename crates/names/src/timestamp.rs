//! An instant, and the three ways AWS writes one: epoch seconds, ISO 8601, HTTP date.

use std::fmt;
use std::time::Duration;

use jiff::fmt::strtime;
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. Covers the years 0001 to 9999, as AWS's clients do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Timestamp(i64);

/// The text or number is not an instant between the years 0001 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidTimestamp;

const MICROS: i64 = 1_000_000;
/// 0001-01-01T00:00:00Z.
const EARLIEST: i64 = -62_135_596_800_000_000;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The last instant that can be written.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis * 1_000)
    }

    /// From whole seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs * MICROS)
    }

    /// From epoch seconds with a fraction, as JSON and CBOR carry them. Refuses what has no date.
    pub fn from_secs_f64(secs: f64) -> Result<Self, InvalidTimestamp> {
        let micros = (secs * MICROS as f64).round();
        let within = micros.is_finite() && (EARLIEST as f64..=Self::MAX.0 as f64).contains(&micros);
        within.then_some(Self(micros as i64)).ok_or(InvalidTimestamp)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(MICROS)
    }

    /// Epoch seconds with a fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / MICROS as f64
    }

    /// Later by `duration`, stopping at [`Timestamp::MAX`].
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros).min(Self::MAX.0))
    }

    /// Earlier by `duration`.
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// `2026-11-23T06:52:23Z`, with milliseconds when there are any.
    pub fn iso8601(self) -> String {
        let pattern = if self.0.rem_euclid(MICROS) < 1_000 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S.%3fZ" };
        self.format(pattern)
    }

    /// `Mon, 23 Nov 2026 06:52:23 GMT`.
    pub fn http_date(self) -> String {
        self.format("%a, %d %b %Y %H:%M:%S GMT")
    }

    /// `20261123T065223Z`, the form of `X-Amz-Date`.
    pub fn basic(self) -> String {
        self.format("%Y%m%dT%H%M%SZ")
    }

    /// Reads ISO 8601 with any offset and fraction.
    pub fn parse_iso8601(text: &str) -> Result<Self, InvalidTimestamp> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        Self::within(instant)
    }

    /// Reads an HTTP date (IMF-fixdate), a fraction of a second allowed as Smithy does.
    pub fn parse_http_date(text: &str) -> Result<Self, InvalidTimestamp> {
        let read = |pattern| strtime::parse(pattern, text).and_then(|t| t.to_datetime()).ok();
        let when = read("%a, %d %b %Y %H:%M:%S%.f GMT").or_else(|| read("%a, %d %b %Y %H:%M:%S GMT"));
        Self::from_utc(when.ok_or(InvalidTimestamp)?)
    }

    /// Reads `20261123T065223Z`.
    pub fn parse_basic(text: &str) -> Result<Self, InvalidTimestamp> {
        let when = strtime::parse("%Y%m%dT%H%M%SZ", text).and_then(|t| t.to_datetime());
        Self::from_utc(when.map_err(|_| InvalidTimestamp)?)
    }

    fn from_utc(when: jiff::civil::DateTime) -> Result<Self, InvalidTimestamp> {
        let zoned = when.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| InvalidTimestamp)?;
        Self::within(zoned.timestamp())
    }

    /// The calendar used here reaches further back than AWS's clients do.
    fn within(instant: jiff::Timestamp) -> Result<Self, InvalidTimestamp> {
        let micros = instant.as_microsecond();
        (EARLIEST..=Self::MAX.0).contains(&micros).then_some(Self(micros)).ok_or(InvalidTimestamp)
    }

    fn format(self, pattern: &str) -> String {
        let instant = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        instant.strftime(pattern).to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso8601())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an instant between the years 0001 and 9999")
    }
}

impl std::error::Error for InvalidTimestamp {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_each_form() {
        let t = Timestamp::from_millis(1_795_416_743_120);
        assert_eq!(t.iso8601(), "2026-11-23T06:52:23.120Z");
        assert_eq!(t.http_date(), "Mon, 23 Nov 2026 06:52:23 GMT");
        assert_eq!(t.basic(), "20261123T065223Z");
        assert_eq!(Timestamp::from_secs(0).iso8601(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn refuses_what_has_no_date() {
        assert!(Timestamp::from_secs_f64(f64::NAN).is_err());
        assert!(Timestamp::from_secs_f64(1e300).is_err());
        assert!(Timestamp::parse_http_date("yesterday").is_err());
        assert!(Timestamp::parse_basic("20261340T000000Z").is_err());
        assert!(Timestamp::parse_iso8601("2026-11-23").is_err());
        for before in ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "-000001-01-01T00:00:00Z"] {
            assert!(Timestamp::parse_iso8601(before).is_err(), "{before}");
        }
        assert!(Timestamp::parse_http_date("Fri, 31 Dec 0000 23:59:59 GMT").is_err());
        assert!(Timestamp::parse_basic("00001231T235959Z").is_err());
    }

    #[test]
    fn reads_a_fractional_http_date() {
        let t = Timestamp::parse_http_date("Sun, 02 Jan 2000 20:34:56.456 GMT").unwrap();
        assert_eq!(t.millis(), 946_845_296_456);
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(secs in -62_135_596_800i64..253_402_300_799) {
            let t = Timestamp::from_secs(secs);
            prop_assert_eq!(Timestamp::parse_iso8601(&t.iso8601()), Ok(t));
            prop_assert_eq!(Timestamp::parse_http_date(&t.http_date()), Ok(t));
            prop_assert_eq!(Timestamp::parse_basic(&t.basic()), Ok(t));
            prop_assert_eq!(Timestamp::from_secs_f64(t.as_secs_f64()), Ok(t));
        }
    }
}
