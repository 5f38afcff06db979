//! Dates of conditions: ISO 8601 in the forms of the W3C's profile, or seconds since 1970.
//!
//! Source: IAM User Guide, "Date condition operators": "ISO 8601 date formats or in epoch (UNIX) time".

const DAY: i64 = 86_400;
const MICROS: i64 = 1_000_000;

/// Microseconds since 1970-01-01T00:00:00Z; none for what is no date.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.find(['T', 't']) {
        Some(at) => moment(text.get(..at)?, text.get(at + 1..)?),
        None if text.get(1..).is_some_and(|rest| rest.contains('-')) => day(text)?.checked_mul(DAY * MICROS),
        None => epoch_or_year(text),
    }
}

/// Four digits are a year, anything else counts seconds.
fn epoch_or_year(text: &str) -> Option<i64> {
    if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
        return day(text)?.checked_mul(DAY * MICROS);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    seconds.checked_mul(MICROS)?.checked_add(micros(fraction)?)
}

/// Days since 1970 of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; years before 0 or with more than six digits are no dates here.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year: i64 = number(parts.next()?, 1, 6)?;
    let month = parts.next().map_or(Some(1), |month| number(month, 1, 2))?;
    let day = parts.next().map_or(Some(1), |day| number(day, 1, 2))?;
    let valid = parts.next().is_none() && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    valid.then(|| days_from_civil(year, month, day))
}

/// `hh:mm`, `hh:mm:ss`, `hh:mm:ss.fff`, with `Z`, an offset, or nothing (which is UTC).
fn moment(date: &str, clock: &str) -> Option<i64> {
    let (clock, offset) = match clock.find(['Z', 'z', '+', '-']) {
        Some(at) => (&clock[..at], offset(&clock[at..])?),
        None => (clock, 0),
    };
    let mut parts = clock.split(':');
    let hours = parts.next().filter(|hours| !hours.is_empty()).map_or(Some(0), |hours| number(hours, 1, 2))?;
    let minutes = parts.next().map_or(Some(0), |minutes| number(minutes, 1, 2))?;
    let seconds = parts.next().unwrap_or("0");
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let seconds = number(seconds, 1, 2)?;
    let valid = parts.next().is_none() && hours <= 24 && minutes < 60 && seconds <= 60;
    let in_day = hours * 3_600 + minutes * 60 + seconds - offset;
    valid.then_some(())?;
    day(date)?.checked_mul(DAY)?.checked_add(in_day)?.checked_mul(MICROS)?.checked_add(micros(fraction)?)
}

/// Seconds east of UTC of `Z`, `+hh`, `+hhmm` or `+hh:mm`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits, 2, 2)?, 0),
        4 => (number(digits.get(..2)?, 2, 2)?, number(digits.get(2..)?, 2, 2)?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// A fraction of a second in microseconds; further digits are dropped.
fn micros(fraction: &str) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    number(fraction, 1, 18)?;
    let six: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    six.parse().ok()
}

fn number(text: &str, least: usize, most: usize) -> Option<i64> {
    let digits = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar: years begin in March, so that the leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_every_form() {
        let new_year_2026 = Some(1_767_225_600_000_000);
        for text in [
            "2026",
            "2026-01",
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00Z",
            "2026-01-01t00:00:00.000z",
            "2026-01-01T01:00:00+01:00",
            "2025-12-31T20:30:00-0330",
            "2026-01-01T02:00:00+02",
            "2026-01-01T00:00:00",
            "1767225600",
            "1767225600.0",
        ] {
            assert_eq!(parse(text), new_year_2026, "{text}");
        }
        assert_eq!(parse("2026-01-01T00:00:00.25Z"), Some(1_767_225_600_250_000));
        assert_eq!(parse("2024-02-29"), Some(1_709_164_800_000_000));
        assert_eq!(parse("1969-12-31T23:59:59Z"), Some(-1_000_000));
        assert_eq!(parse("-1"), Some(-1_000_000));
        assert_eq!(parse("0"), Some(0));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "T",
            "x",
            "2026-13",
            "2026-02-29",
            "2026-1-1-1",
            "2026-01-01T25:00Z",
            "2026-01-01T00:61Z",
            "2026-01-01T00:00:00+1",
            "9999999999999999999",
            "2026-01-01T00:00:00.xZ",
            "--",
            "é-é",
            "2026-01-01T00:00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
