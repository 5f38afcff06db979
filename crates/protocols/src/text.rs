//! Scalars as text: in forms, XML, headers, labels and query strings they look the same. Readers and writers of those
//! wires give access to the text and get their scalar methods from here.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use smithy::{Kind, Malformed, Member, ReadResult, Timestamp, TimestampFormat};

/// Reads `true` or `false`, in any case as AWS does.
pub(crate) fn boolean(text: &str) -> ReadResult<bool> {
    match text.trim() {
        t if t.eq_ignore_ascii_case("true") => Ok(true),
        t if t.eq_ignore_ascii_case("false") => Ok(false),
        t => Err(invalid(t, "a boolean")),
    }
}

/// Reads an integer of 32 or 64 bits.
pub(crate) fn integer<T: std::str::FromStr>(text: &str) -> ReadResult<T> {
    text.trim().parse().map_err(|_| invalid(text, "an integer"))
}

/// Reads a number with a fraction, or one of the three that have no digits.
pub(crate) fn double(text: &str) -> ReadResult<f64> {
    match text.trim() {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        t if t.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => {
            t.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(|| invalid(t, "a number"))
        }
        t => Err(invalid(t, "a number")),
    }
}

/// Reads standard base64 with padding.
pub(crate) fn blob(text: &str) -> ReadResult<Bytes> {
    let decoded = STANDARD.decode(text.trim());
    decoded.map(Bytes::from).map_err(|_| Malformed::new("a value is not valid base64"))
}

/// Reads an instant in `format`.
pub(crate) fn timestamp(text: &str, format: TimestampFormat) -> ReadResult<Timestamp> {
    let text = text.trim();
    let read = match format {
        TimestampFormat::Iso8601 => Timestamp::parse_iso8601(text),
        TimestampFormat::HttpDate => Timestamp::parse_http_date(text),
        TimestampFormat::EpochSeconds => Timestamp::from_secs_f64(double(text)?),
    };
    read.map_err(|_| invalid(text, "a timestamp"))
}

/// Writes a number with a fraction in the fewest digits that read back the same; floats as floats.
pub(crate) fn push_double(out: &mut String, member: &Member, value: f64) {
    let written = match member.target.kind {
        Kind::Float => push_shortest(out, value as f32, value),
        _ => push_shortest(out, value, value),
    };
    written.expect("writing to a String cannot fail");
}

/// `1e300` rather than three hundred zeros.
fn push_shortest(out: &mut String, value: impl std::fmt::Display + std::fmt::LowerExp, size: f64) -> std::fmt::Result {
    match size.abs() {
        s if s.is_nan() => write!(out, "NaN"),
        s if s.is_infinite() => write!(out, "{}Infinity", if size < 0.0 { "-" } else { "" }),
        s if s != 0.0 && !(1e-6..1e17).contains(&s) => write!(out, "{value:e}"),
        _ => write!(out, "{value}"),
    }
}

/// Writes an instant in `format`.
pub(crate) fn push_timestamp(out: &mut String, value: Timestamp, format: TimestampFormat) {
    match format {
        TimestampFormat::Iso8601 => out.push_str(&value.iso8601()),
        TimestampFormat::HttpDate => out.push_str(&value.http_date()),
        TimestampFormat::EpochSeconds => push_epoch(out, value),
    }
}

/// Seconds, and as many digits of a fraction as there are.
fn push_epoch(out: &mut String, value: Timestamp) {
    let micros = value.micros();
    let (whole, fraction) = ((micros / 1_000_000).unsigned_abs(), (micros % 1_000_000).unsigned_abs());
    let sign = if micros < 0 { "-" } else { "" };
    let written = match fraction {
        0 => write!(out, "{sign}{whole}"),
        _ => write!(out, "{sign}{whole}.{}", format!("{fraction:06}").trim_end_matches('0')),
    };
    written.expect("writing to a String cannot fail");
}

/// Writes standard base64 with padding.
pub(crate) fn base64(value: &[u8]) -> String {
    STANDARD.encode(value)
}

/// The reason for refusing a text, without repeating more of it than a log line bears.
pub(crate) fn invalid(text: &str, wanted: &str) -> Malformed {
    let shown: String = text.chars().take(40).collect();
    Malformed(format!("'{shown}' is not {wanted}"))
}

/// The scalar methods of a [`smithy::Reader`] over `self.text(member)? -> Cow<str>` and `self.format(member)`.
macro_rules! read_scalars {
    () => {
        fn boolean(&mut self, member: &'static Member) -> ReadResult<bool> {
            crate::text::boolean(&self.text(member)?)
        }
        fn integer(&mut self, member: &'static Member) -> ReadResult<i32> {
            crate::text::integer(&self.text(member)?)
        }
        fn long(&mut self, member: &'static Member) -> ReadResult<i64> {
            crate::text::integer(&self.text(member)?)
        }
        fn double(&mut self, member: &'static Member) -> ReadResult<f64> {
            crate::text::double(&self.text(member)?)
        }
        fn string(&mut self, member: &'static Member) -> ReadResult<String> {
            self.text(member).map(|text| text.into_owned())
        }
        fn blob(&mut self, member: &'static Member) -> ReadResult<bytes::Bytes> {
            crate::text::blob(&self.text(member)?)
        }
        fn timestamp(&mut self, member: &'static Member) -> ReadResult<smithy::Timestamp> {
            crate::text::timestamp(&self.text(member)?, self.format(member))
        }
        fn document(&mut self, member: &'static Member) -> ReadResult<smithy::Document> {
            crate::json_text::document(self.text(member)?.as_bytes())
        }
    };
}

/// The scalar methods of a [`smithy::Writer`] over `self.text(member, &str)` and `self.format(member)`.
macro_rules! write_scalars {
    () => {
        fn boolean(&mut self, member: &'static Member, value: bool) {
            self.text(member, if value { "true" } else { "false" });
        }
        fn integer(&mut self, member: &'static Member, value: i32) {
            self.text(member, &value.to_string());
        }
        fn long(&mut self, member: &'static Member, value: i64) {
            self.text(member, &value.to_string());
        }
        fn double(&mut self, member: &'static Member, value: f64) {
            let mut text = String::new();
            crate::text::push_double(&mut text, member, value);
            self.text(member, &text);
        }
        fn string(&mut self, member: &'static Member, value: &str) {
            self.text(member, value);
        }
        fn blob(&mut self, member: &'static Member, value: &bytes::Bytes) {
            self.text(member, &crate::text::base64(value));
        }
        fn timestamp(&mut self, member: &'static Member, value: smithy::Timestamp) {
            let mut text = String::new();
            crate::text::push_timestamp(&mut text, value, self.format(member));
            self.text(member, &text);
        }
        fn document(&mut self, member: &'static Member, value: &smithy::Document) {
            self.text(member, &value.to_string());
        }
    };
}

pub(crate) use {read_scalars, write_scalars};
