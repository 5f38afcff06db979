//! The dates that IAM's older parser takes. It is laxer than any calendar (`01T` passes), and such a date then equals
//! nothing; the forms are those found by trying.

use std::ops::RangeInclusive;

/// The years that a 64-bit count of milliseconds reaches.
const YEARS: RangeInclusive<i64> = -292_275_054..=292_278_993;

pub(crate) fn is_valid(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    if text.contains(['t', '-']) {
        let (date, clock) = text.split_once('t').unwrap_or((&text, ""));
        return is_date(date) && is_clock(clock);
    }
    within(&text, 0..=i64::MAX)
}

fn is_date(date: &str) -> bool {
    let (sign, date) = date.strip_prefix('-').map_or(("", date), |date| ("-", date));
    let parts: Vec<&str> = date.split('-').collect();
    let bounds = [YEARS, 1..=12, 1..=31];
    let year = format!("{sign}{}", parts[0]);
    let rest = parts.iter().zip(&bounds).skip(1);
    parts.len() <= 3 && within(&year, YEARS) && rest.into_iter().all(|(part, bounds)| within(part, bounds.clone()))
}

fn is_clock(clock: &str) -> bool {
    let mut parts = clock.splitn(3, ':');
    let hours = parts.next().is_none_or(|hours| hours.is_empty() || within(hours, 0..=23));
    let minutes = parts.next().is_none_or(|minutes| within(minutes, 0..=59));
    hours && minutes && parts.next().is_none_or(is_seconds)
}

/// Seconds, a fraction of up to nine digits, and `z` or `+hh` or `+hh:mm`.
fn is_seconds(text: &str) -> bool {
    let (seconds, zone_is_valid) = match (text.split_once('z'), text.split_once('+')) {
        (Some((seconds, rest)), _) => (seconds, rest.is_empty()),
        (None, Some((seconds, zone))) => (seconds, is_zone(zone)),
        // A zone west of UTC.
        (None, None) => text.split_once('-').map_or((text, true), |(seconds, zone)| (seconds, is_zone(zone))),
    };
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    zone_is_valid && within(whole, 0..=59) && within(fraction, 0..=999_999_999)
}

fn is_zone(zone: &str) -> bool {
    let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "00"));
    let two = |text: &str, bounds| text.len() == 2 && within(text, bounds);
    two(hours, 0..=23) && two(minutes, 0..=59)
}

fn within(text: &str, bounds: RangeInclusive<i64>) -> bool {
    text.parse().is_ok_and(|number| bounds.contains(&number))
}
