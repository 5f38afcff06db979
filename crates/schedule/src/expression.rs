//! An expression, and when it is due next.

use std::time::Duration;

use jiff::civil::DateTime;
use names::Timestamp;

use crate::{Cron, Zone};

/// A schedule expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// `at(2024-02-29T10:00:00)`: once, by the wall clock.
    At(DateTime),
    /// `rate(5 minutes)`: again and again after as long, counted from the schedule's start.
    Rate(Duration),
    /// `cron(0 10 * * ? *)`: at minutes of the wall clock.
    Cron(Cron),
}

/// How strictly the unit of a rate must agree with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plural {
    /// `1 minute`, `2 minutes`, and nothing else: rules.
    Strict,
    /// Either form with any number: schedules.
    Either,
}

impl Expression {
    /// Reads an expression. None for what is none.
    pub fn parse(text: &str, plural: Plural) -> Option<Self> {
        let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(fields) = inside("cron") {
            return Cron::parse(fields).map(Self::Cron);
        }
        if let Some(rate) = inside("rate") {
            return self::rate(rate, plural).map(Self::Rate);
        }
        inside("at").and_then(at).map(Self::At)
    }

    /// The first instant after `after` at which it is due. Rates count from `start`.
    pub fn next(&self, after: Timestamp, start: Timestamp, zone: &Zone) -> Option<Timestamp> {
        match self {
            Self::At(shown) => zone.first(*shown).filter(|at| *at > after),
            Self::Rate(every) => Some(next_multiple(after, start, *every)),
            Self::Cron(cron) => next_shown(cron, after, zone),
        }
    }
}

/// `start` and every multiple of `every` after it; the first of them that is after `after`.
fn next_multiple(after: Timestamp, start: Timestamp, every: Duration) -> Timestamp {
    if after < start {
        return start;
    }
    let (every, passed) = (every.as_micros().max(1), after.since(start).as_micros());
    let next = (passed / every + 1) * every;
    start.plus(Duration::from_micros(u64::try_from(next).unwrap_or(u64::MAX)))
}

fn next_shown(cron: &Cron, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let mut shown = zone.shows(after)?;
    loop {
        shown = cron.next(shown)?;
        // A minute that the clock skips has no instant; of one that it shows twice only the first counts, and that may
        // have passed.
        if let Some(instant) = zone.first(shown).filter(|instant| *instant > after) {
            return Some(instant);
        }
    }
}

fn rate(text: &str, plural: Plural) -> Option<Duration> {
    let (number, unit) = text.split_once(' ')?;
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|number| digits && *number > 0)?;
    let (single, many, seconds) = match unit {
        "minute" | "minutes" => ("minute", "minutes", 60),
        "hour" | "hours" => ("hour", "hours", 3_600),
        "day" | "days" => ("day", "days", 86_400),
        _ => return None,
    };
    let agrees = unit == if number == 1 { single } else { many };
    (plural == Plural::Either || agrees).then(|| Duration::from_secs(number.saturating_mul(seconds)))
}

/// `2024-02-29T10:00:00`, and nothing shorter or longer.
fn at(text: &str) -> Option<DateTime> {
    let form = "0000-00-00T00:00:00";
    let alike = |(a, b): (char, char)| a == b || (a.is_ascii_digit() && b == '0');
    let formed = text.len() == form.len() && text.chars().zip(form.chars()).all(alike);
    if formed { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        Timestamp::parse_iso8601(text).unwrap()
    }

    fn runs(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let expression = Expression::parse(expression, Plural::Either).expect(expression);
        let zone = Zone::named(zone).unwrap();
        let (mut after, start) = (instant(after), instant("2024-01-01T00:00:00Z"));
        let mut runs = Vec::new();
        while let Some(next) = expression.next(after, start, &zone).filter(|_| runs.len() < count) {
            runs.push(next.iso8601());
            after = next;
        }
        runs
    }

    #[test]
    fn rates_count_from_the_start() {
        let expected = ["2024-01-01T01:00:00Z", "2024-01-01T01:05:00Z"];
        assert_eq!(runs("rate(5 minutes)", "UTC", "2024-01-01T00:57:00Z", 2), expected);
        assert_eq!(runs("rate(1 day)", "UTC", "2023-06-01T00:00:00Z", 1), ["2024-01-01T00:00:00Z"]);
    }

    #[test]
    fn once() {
        assert_eq!(
            runs("at(2024-07-01T12:00:00)", "Europe/Vienna", "2024-01-01T00:00:00Z", 5),
            ["2024-07-01T10:00:00Z"]
        );
        assert!(runs("at(2024-07-01T12:00:00)", "UTC", "2024-07-01T12:00:00Z", 5).is_empty());
        assert!(runs("at(2024-03-31T02:30:00)", "Europe/Vienna", "2024-01-01T00:00:00Z", 5).is_empty());
    }

    /// In Vienna 2024-03-31 has no hour from 2 to 3, and 2024-10-27 has it twice.
    #[test]
    fn daylight_saving() {
        let half_past_two = "cron(30 2 * * ? *)";
        assert_eq!(
            runs(half_past_two, "Europe/Vienna", "2024-03-29T12:00:00Z", 2),
            ["2024-03-30T01:30:00Z", "2024-04-01T00:30:00Z"]
        );
        assert_eq!(
            runs(half_past_two, "Europe/Vienna", "2024-10-26T12:00:00Z", 2),
            ["2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"]
        );
        assert_eq!(
            runs("cron(0/30 * * * ? *)", "Europe/Vienna", "2024-10-27T00:15:00Z", 3),
            ["2024-10-27T00:30:00Z", "2024-10-27T02:00:00Z", "2024-10-27T02:30:00Z"]
        );
    }

    #[test]
    fn refused() {
        for text in [
            "rate(10 seconds)",
            "rate(10 years)",
            "rate()",
            "rate(10)",
            "rate(10 minutess)",
            "rate(foo minutes)",
            "rate(-10 minutes)",
            "rate(0 minutes)",
            "rate( 10 minutes )",
            " rate(10 minutes)",
            "cron()",
            "at(2021-12-31T23:59:59Z)",
            "at(2021-12-31)",
            "at(2021-13-31T00:00:00)",
            "",
            "every(1 day)",
        ] {
            assert_eq!(Expression::parse(text, Plural::Either), None, "{text}");
        }
        for text in ["rate(1 minutes)", "rate(2 minute)"] {
            assert_eq!(Expression::parse(text, Plural::Strict), None, "{text}");
            assert!(Expression::parse(text, Plural::Either).is_some(), "{text}");
        }
    }
}
