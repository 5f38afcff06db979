//! Instants to the second, as records show them, without the cost of a general formatter: every call leaves one.

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days from March 1 of year 0 to the epoch.
const TO_EPOCH: i64 = 719_468;
/// Days of 400 years, after which the calendar repeats.
const CYCLE: i64 = 146_097;

/// `2026-11-23T06:52:23Z`. Years have four digits.
pub(super) fn seconds(secs: i64) -> String {
    let (year, month, day) = date(secs.div_euclid(DAY));
    let time = secs.rem_euclid(DAY);
    let mut text = String::with_capacity(20);
    let mut put = |number: i64, after: char| {
        for digit in [number / 10 % 10, number % 10] {
            text.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
        }
        if after != '\0' {
            text.push(after);
        }
    };
    put(year / 100, '\0');
    put(year % 100, '-');
    put(month, '-');
    put(day, 'T');
    put(time / 3_600, ':');
    put(time / 60 % 60, ':');
    put(time % 60, 'Z');
    text
}

/// Year, month and day of a day since the epoch. Years begin in March here, so that the leap day is the last.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + TO_EPOCH;
    let (cycle, of_cycle) = (day.div_euclid(CYCLE), day.rem_euclid(CYCLE));
    let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (year + cycle * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use names::Timestamp;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_general_formatter_writes_them(secs in -62_000_000_000i64..253_402_300_799) {
            let at = Timestamp::from_secs(secs);
            prop_assume!(!at.iso8601().starts_with('-'));
            prop_assert_eq!(super::seconds(secs), at.iso8601());
        }
    }
}
