//! Durations as people write them: `90s`, `15m`, `1h30m`, `60d`, `1w`, one after the other.

use std::time::Duration;

/// Seconds of each unit but `ms`, longest first.
const UNITS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// The longest duration: a clock cannot be moved past the year 9999 anyway.
const LONGEST: Duration = Duration::from_secs(8_000 * 366 * 86_400);

/// Reads a duration of one or more parts, each a whole number and a unit: `ms`, `s`, `m`, `h`, `d`, `w`.
///
/// # Errors
/// Says what is wrong and shows what is right.
pub fn parse(text: &str) -> Result<Duration, String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut rest = compact.as_str();
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let (part, after) = take_part(rest).ok_or_else(|| wrong(text))?;
        sum = sum.checked_add(part).filter(|sum| *sum <= LONGEST).ok_or_else(|| format!("'{text}' is too long"))?;
        rest = after;
    }
    if compact.is_empty() { Err(wrong(text)) } else { Ok(sum) }
}

fn take_part(text: &str) -> Option<(Duration, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let letters = text[digits..].bytes().take_while(u8::is_ascii_alphabetic).count();
    let (unit, rest) = text[digits..].split_at(letters);
    if unit == "ms" {
        return Some((Duration::from_millis(number), rest));
    }
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    Some((Duration::from_secs(number.saturating_mul(*seconds)), rest))
}

fn wrong(text: &str) -> String {
    format!("'{text}' is not a duration; write numbers with units, as in 90s, 15m, 1h30m, 60d or 1w")
}

/// Writes it to the nearest second, days first: `60d`, `2d3h`; `0s` for less than half a second.
pub fn show(duration: Duration) -> String {
    let mut left = duration.as_secs() + u64::from(duration.subsec_millis() >= 500);
    let mut text = String::new();
    for (unit, seconds) in &UNITS[1..] {
        let count = left / seconds;
        left %= seconds;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("2h", 7_200),
            ("60d", 5_184_000),
            ("1w", 604_800),
            ("1h30m", 5_400),
            ("1d 2h 3m 4s", 93_784),
            ("1500ms", 1),
            ("0s", 0),
        ] {
            assert_eq!(parse(text).unwrap().as_secs(), seconds, "{text}");
        }
        assert_eq!(parse("1m500ms").unwrap(), Duration::from_millis(60_500));
    }

    #[test]
    fn refuses_what_it_cannot_mean() {
        for text in ["", " ", "60", "d", "-1h", "1.5h", "1x", "1h30", "99999999999999999999s", "9999999w", "1H", "é"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read() {
        for seconds in [0, 1, 59, 60, 3_661, 86_400, 5_184_001, 700_000] {
            let shown = show(Duration::from_secs(seconds));
            assert_eq!(parse(&shown).unwrap().as_secs(), seconds, "{shown}");
        }
    }
}
