//! Where objects lie: prefixes with expressions in them. Pure.
//!
//! `!{timestamp:yyyy/MM/dd}` is the instant at which the first record of the object came, in the words of Java's
//! `DateTimeFormatter`; `!{firehose:…}` and `!{partitionKeyFromQuery:…}` name other things. Source: developer guide, "Custom
//! prefixes for Amazon S3 objects".

use std::collections::BTreeMap;

use jiff::Zoned;
use jiff::tz::TimeZone;
use names::Timestamp;

/// What a prefix that says nothing ends with.
const HOURLY: &str = "yyyy/MM/dd/HH/";

/// A prefix, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Expression(String, String),
}

/// Why a prefix cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// `!{` without its end, or without its colon.
    Unclosed,
    /// An expression that nothing is known of.
    Unknown,
}

/// What expressions stand for.
pub(crate) struct Facts<'a> {
    /// When the first record came.
    pub at: Timestamp,
    /// The time zone.
    pub zone: &'a str,
    /// What went wrong, for prefixes of errors.
    pub error: Option<&'a str>,
    /// Keys of the partition, by name; those from a function begin with `lambda:`.
    pub keys: &'a BTreeMap<String, String>,
    /// A text that is another each time it is asked for.
    pub random: &'a dyn Fn() -> String,
}

impl Template {
    /// Takes a prefix apart; what is no expression is text.
    pub(crate) fn read(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|_| Self(vec![Part::Text(text.to_owned())]))
    }

    /// Takes a prefix apart, or tells what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, Flaw> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("!{") {
            let (inside, left) = after.split_once('}').ok_or(Flaw::Unclosed)?;
            let (space, value) = inside.split_once(':').ok_or(Flaw::Unclosed)?;
            let known = match space {
                "firehose" => matches!(value, "error-output-type" | "random-string"),
                "timestamp" | "partitionKeyFromQuery" | "partitionKeyFromLambda" => !value.is_empty(),
                _ => false,
            };
            if !known {
                return Err(Flaw::Unknown);
            }
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Expression(space.to_owned(), value.to_owned()));
            rest = left;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self(parts))
    }

    /// Whether there are expressions in it.
    pub(crate) fn has_expressions(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Expression(..)))
    }

    /// Whether there is an expression of this kind in it.
    pub(crate) fn has(&self, space: &str, value: Option<&str>) -> bool {
        let is = |part: &Part| match part {
            Part::Expression(s, v) => s == space && value.is_none_or(|value| v == value),
            Part::Text(_) => false,
        };
        self.0.iter().any(is)
    }

    /// The prefix that it stands for. Without expressions the hour is added, and what went wrong before it.
    pub(crate) fn fill(&self, facts: &Facts<'_>) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out += text,
                Part::Expression(space, value) => out += &facts.value(space, value),
            }
        }
        if !self.has_expressions() {
            if let Some(error) = facts.error {
                out += error;
                out.push('/');
            }
            out += &facts.time(HOURLY);
        }
        out
    }
}

impl Facts<'_> {
    fn value(&self, space: &str, value: &str) -> String {
        match (space, value) {
            ("timestamp", pattern) => self.time(pattern),
            ("firehose", "random-string") => (self.random)(),
            ("firehose", _) => self.error.unwrap_or_default().to_owned(),
            ("partitionKeyFromLambda", key) => self.keys.get(&format!("lambda:{key}")).cloned().unwrap_or_default(),
            (_, key) => self.keys.get(key).cloned().unwrap_or_default(),
        }
    }

    fn time(&self, pattern: &str) -> String {
        written(&local(self.at, self.zone), pattern)
    }
}

/// An instant in a time zone; in UTC when nothing is known of the zone.
pub(crate) fn local(at: Timestamp, zone: &str) -> Zoned {
    let instant = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
}

/// Whether a time zone is one.
pub(crate) fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

/// An instant in the words of a Java pattern: runs of one letter, texts in quotes, everything else as it is.
pub(crate) fn written(at: &Zoned, pattern: &str) -> String {
    let letters: Vec<char> = pattern.chars().collect();
    let (mut out, mut i) = (String::new(), 0);
    while i < letters.len() {
        let letter = letters[i];
        if letter == '\'' {
            let end = letters[i + 1..].iter().position(|c| *c == '\'').map_or(letters.len(), |at| i + 1 + at);
            let quoted: String = letters[i + 1..end].iter().collect();
            out += if quoted.is_empty() { "'" } else { &quoted };
            i = end + 1;
            continue;
        }
        let run = letters[i..].iter().take_while(|c| **c == letter).count();
        out += &field(at, letter, run);
        i += run;
    }
    out
}

fn field(at: &Zoned, letter: char, width: usize) -> String {
    let padded = |number: i64| format!("{number:0width$}");
    let twelve = |hour: i8| i64::from(if hour % 12 == 0 { 12 } else { hour % 12 });
    match letter {
        'y' | 'u' | 'Y' if width == 2 => format!("{:02}", at.year() % 100),
        'y' | 'u' | 'Y' => padded(at.year().into()),
        'M' | 'L' if width == 3 => at.strftime("%b").to_string(),
        'M' | 'L' if width >= 4 => at.strftime("%B").to_string(),
        'M' | 'L' => padded(at.month().into()),
        'd' => padded(at.day().into()),
        'D' => padded(at.day_of_year().into()),
        'H' => padded(at.hour().into()),
        'k' => padded(i64::from(if at.hour() == 0 { 24 } else { at.hour() })),
        'K' => padded(i64::from(at.hour() % 12)),
        'h' => padded(twelve(at.hour())),
        'm' => padded(at.minute().into()),
        's' => padded(at.second().into()),
        'S' => format!("{:09}", at.subsec_nanosecond())[..width.min(9)].to_owned(),
        'a' => (if at.hour() < 12 { "AM" } else { "PM" }).to_owned(),
        'E' if width >= 4 => at.strftime("%A").to_string(),
        'E' => at.strftime("%a").to_string(),
        'w' => padded(at.date().iso_week_date().week().into()),
        'Q' | 'q' => padded(i64::from((at.month() - 1) / 3 + 1)),
        'z' => at.strftime("%Z").to_string(),
        'Z' => at.strftime("%z").to_string(),
        'X' if at.offset().is_zero() => "Z".to_owned(),
        'X' | 'x' => at.strftime("%:z").to_string(),
        other => other.to_string().repeat(width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-05T07:08:09.123456Z, a Monday.
    const AT: Timestamp = Timestamp::from_micros(1_767_596_889_123_456);

    fn filled(text: &str, zone: &str, error: Option<&str>) -> String {
        let keys = [("customer", "c1"), ("lambda:year", "2025")];
        let keys = keys.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let random = || "r".to_owned();
        Template::parse(text).unwrap().fill(&Facts { at: AT, zone, error, keys: &keys, random: &random })
    }

    #[test]
    fn prefixes_are_filled() {
        for (text, expected) in [
            ("", "2026/01/05/07/"),
            ("in/", "in/2026/01/05/07/"),
            ("in/!{timestamp:yyyy}/x-", "in/2026/x-"),
            ("!{timestamp:yyyy-MM-dd'T'HH:mm:ss.SSS}", "2026-01-05T07:08:09.123"),
            ("!{timestamp:yy/M/d/D/h a/E/EEEE/MMM}", "26/1/5/5/7 AM/Mon/Monday/Jan"),
            ("!{firehose:random-string}/", "r/"),
            ("c=!{partitionKeyFromQuery:customer}/y=!{partitionKeyFromLambda:year}/", "c=c1/y=2025/"),
            ("!{partitionKeyFromQuery:nobody}/", "/"),
        ] {
            assert_eq!(filled(text, "UTC", None), expected, "{text}");
        }
        assert_eq!(filled("!{timestamp:HH}", "Asia/Tokyo", None), "16");
        assert_eq!(filled("e/", "UTC", Some("processing-failed")), "e/processing-failed/2026/01/05/07/");
        assert_eq!(filled("e/!{firehose:error-output-type}/", "UTC", Some("splunk-failed")), "e/splunk-failed/");
    }

    #[test]
    fn prefixes_that_cannot_be() {
        for (text, flaw) in [
            ("!{timestamp:yyyy", Flaw::Unclosed),
            ("!{timestamp}", Flaw::Unclosed),
            ("!{x:y}", Flaw::Unknown),
            ("!{firehose:y}", Flaw::Unknown),
            ("!{partitionKeyFromQuery:}", Flaw::Unknown),
        ] {
            assert_eq!(Template::parse(text), Err(flaw), "{text}");
        }
        assert!(is_zone("Europe/Berlin") && !is_zone("Europe/Nowhere"));
    }
}
