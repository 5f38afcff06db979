//! Clock skew and expiry, on a clock that may have been moved.

use std::time::Duration;

use names::Timestamp;

use crate::identify::Form;
use crate::{SignatureError, Style, V4};

/// How old a signature may be, and for S3 how far ahead.
pub(crate) const SKEW: Duration = Duration::from_secs(15 * 60);
/// How far ahead of the clock a signature may be for services other than S3: their error text says "+ 5 min.".
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// The two clocks of a comparison.
///
/// Clients sign with the real time; the cloud may run on a clock that was advanced, frozen or set. So a signature's timestamp is never compared as it
/// stands: `at_real` first maps it to the virtual instant at which it was made, by the history of jumps. A presigned URL made before a jump of two hours is
/// two hours old after it; one made after the jump is fresh. Errors show the mapped instants, so that their arithmetic holds.
#[derive(Clone, Copy)]
pub struct TimeCheck<'a> {
    /// The virtual present.
    pub now: Timestamp,
    /// Maps a real instant to the virtual one that was current then.
    pub at_real: &'a dyn Fn(Timestamp) -> Timestamp,
}

/// The mapping of a clock that never jumped.
pub const HOST_CLOCK: &dyn Fn(Timestamp) -> Timestamp = &|real| real;

/// Refuses a signature that is too old, not yet valid, or presigned and expired.
pub(crate) fn check(v4: &V4<'_>, time: &TimeCheck<'_>, style: Style) -> Result<(), SignatureError> {
    let made = (time.at_real)(v4.signed_at);
    match (style, v4.form) {
        (Style::S3, Form::Query { expires }) => check_presigned(made, expires, time.now),
        (Style::S3, Form::Header) => check_skew(made, time.now),
        (Style::General, Form::Header) => check_window(made, SKEW, time.now),
        (Style::General, Form::Query { expires }) => {
            check_window(made, expires.map_or(SKEW, |secs| Duration::from_secs(secs.into())), time.now)
        }
    }
}

fn check_presigned(made: Timestamp, expires: Option<u32>, now: Timestamp) -> Result<(), SignatureError> {
    let seconds = expires.unwrap_or(0);
    let expires_at = made.plus(Duration::from_secs(seconds.into()));
    if made > now.plus(SKEW) {
        return Err(SignatureError::PresignedNotYetValid { now });
    }
    if expires_at < now {
        return Err(SignatureError::PresignedExpired { seconds: Some(seconds), expires_at, now });
    }
    Ok(())
}

/// S3's rule for a signed header: fifteen minutes either way.
pub(crate) fn check_skew(made: Timestamp, now: Timestamp) -> Result<(), SignatureError> {
    if made.minus(SKEW) > now || made.plus(SKEW) < now {
        return Err(SignatureError::TimeTooSkewed { request: made, now });
    }
    Ok(())
}

fn check_window(made: Timestamp, window: Duration, now: Timestamp) -> Result<(), SignatureError> {
    if made < now.minus(window) {
        return Err(SignatureError::Expired { made, window, now });
    }
    if made > now.plus(AHEAD) {
        return Err(SignatureError::NotYetCurrent { made, ahead: AHEAD, now });
    }
    Ok(())
}

/// Reads `20150830T123600Z` at the price of a few comparisons, since every request pays it.
pub(crate) fn parse_basic(text: &str) -> Option<Timestamp> {
    let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
    if bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    let days = days_since_epoch(year, month, day)?;
    (hour < 24 && minute < 60 && second < 60)
        .then(|| Timestamp::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

/// Reads the `Date` header: the basic form, an HTTP date (with `+0000` for `GMT`, as older clients write), or ISO 8601.
pub(crate) fn parse_date(text: &str) -> Option<Timestamp> {
    let http = || match text.strip_suffix("+0000") {
        Some(rest) => Timestamp::parse_http_date(&format!("{rest}GMT")).ok(),
        None => Timestamp::parse_http_date(text).ok(),
    };
    parse_basic(text).or_else(http).or_else(|| Timestamp::parse_iso8601(text).ok())
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, years 1 to 9999.
fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    const BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    const LENGTH: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let index = usize::try_from(month - 1).ok()?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = LENGTH.get(index)? + i64::from(leap && month == 2);
    if year == 0 || day == 0 || day > longest {
        return None;
    }
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400;
    let in_year = BEFORE_MONTH[index] + i64::from(leap && month > 2) + day - 1;
    Some(before * 365 + leap_days + in_year - 719_162)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_basic(text).unwrap()
    }

    #[test]
    fn reads_only_real_instants() {
        for good in ["20240229T235959Z", "00010101T000000Z", "20000229T000000Z"] {
            assert_eq!(parse_basic(good), Some(at(good)), "{good}");
        }
        for bad in
            ["", "20230229T000000Z", "19000229T000000Z", "20230001T000000Z", "20231301T000000Z", "20230100T000000Z"]
        {
            assert_eq!(parse_basic(bad), None, "{bad}");
        }
        for bad in ["20230101T240000Z", "20230101T006000Z", "20230101T000060Z", "2023010 T000000Z", "00000101T000000Z"]
        {
            assert_eq!(parse_basic(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_edges_of_each_window() {
        let now = at("20260101T120000Z");
        assert!(check_window(at("20260101T114500Z"), SKEW, now).is_ok());
        assert!(check_window(at("20260101T114459Z"), SKEW, now).is_err());
        assert!(check_window(at("20260101T120500Z"), SKEW, now).is_ok());
        assert!(check_window(at("20260101T120501Z"), SKEW, now).is_err());
        assert!(check_skew(at("20260101T121500Z"), now).is_ok());
        assert!(check_skew(at("20260101T121501Z"), now).is_err());
        assert!(check_skew(at("20260101T114459Z"), now).is_err());
        assert!(check_presigned(at("20260101T115958Z"), Some(2), now).is_ok());
        assert!(check_presigned(at("20260101T115957Z"), Some(2), now).is_err());
        assert!(check_presigned(at("20260101T121501Z"), Some(9), now).is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_the_calendar(secs in -62_135_596_800i64..253_402_200_000) {
            let instant = Timestamp::from_secs(secs);
            prop_assert_eq!(parse_basic(&instant.basic()), Some(instant));
        }

        #[test]
        fn never_panics(text in "\\PC{0,20}") {
            let _ = parse_basic(&text);
        }
    }
}
