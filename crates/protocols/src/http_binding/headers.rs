//! Lists in headers, both ways, and the writer of header-bound members.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use smithy::{Kind, Location, Member, Shape, TimestampFormat, WriteValue, Writer};

use crate::text;

/// The elements of a list header. Elements may be quoted; dates have a comma of their own.
pub(super) fn split<'a>(value: &'a str, element: &Member) -> Vec<Cow<'a, str>> {
    let is_date = element.target.kind == Kind::Timestamp
        && matches!(element.timestamp_format, None | Some(TimestampFormat::HttpDate));
    let mut elements = Vec::new();
    let mut rest = value.trim();
    while !rest.is_empty() {
        let (element, after) = if rest.starts_with('"') { quoted(rest) } else { bare(rest, is_date) };
        elements.push(element);
        rest = after.trim_start().strip_prefix(',').unwrap_or_default().trim_start();
    }
    elements
}

fn bare(rest: &str, is_date: bool) -> (Cow<'_, str>, &str) {
    let mut commas = rest.match_indices(',').map(|(at, _)| at);
    let end = commas.nth(usize::from(is_date)).unwrap_or(rest.len());
    (Cow::Borrowed(rest[..end].trim_end()), &rest[end..])
}

fn quoted(rest: &str) -> (Cow<'_, str>, &str) {
    let mut out = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (Cow::Owned(out), &rest[at + 1..]),
            '\\' => out.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => out.push(c),
        }
    }
    (Cow::Owned(out), "")
}

/// Writes the members of an output or exception that are headers, or the status.
pub(crate) struct HeaderWriter<'a> {
    headers: &'a mut HeaderMap,
    /// The status that a member set.
    pub(crate) status: Option<u16>,
    /// The elements of the list being written.
    list: Option<Vec<String>>,
    /// The name of the map entry being written.
    entry: Option<String>,
}

impl<'a> HeaderWriter<'a> {
    /// Writes into `headers`.
    pub(crate) fn new(headers: &'a mut HeaderMap) -> Self {
        Self { headers, status: None, list: None, entry: None }
    }

    fn text(&mut self, member: &Member, value: &str) {
        if let Some(list) = &mut self.list {
            list.push(escape_element(member, value));
        } else if let Some(name) = self.entry.take() {
            self.set(&name, value);
        } else if member.location == Location::StatusCode {
            self.status = value.parse().ok();
        } else if member.location == Location::Header && member.json_value {
            self.set(member.location_name, &text::base64(value.as_bytes()));
        } else if member.location == Location::Header {
            self.set(member.location_name, value);
        }
    }

    /// A value that cannot be a header (a control character in a handler's text) is left out.
    fn set(&mut self, name: &str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            self.headers.insert(name, value);
        }
    }

    fn format(&self, member: &Member) -> TimestampFormat {
        member.timestamp_format.unwrap_or(TimestampFormat::HttpDate)
    }
}

/// Text with a comma or quote is quoted; other elements are plain.
fn escape_element(member: &Member, value: &str) -> String {
    let needs = matches!(member.target.kind, Kind::String | Kind::Enum) && value.contains([',', '"']);
    if needs { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) } else { value.to_owned() }
}

impl Writer for HeaderWriter<'_> {
    text::write_scalars!();

    fn structure(&mut self, _: &'static Member, _: &dyn Shape) {}

    fn list(&mut self, member: &'static Member, _: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        if member.location != Location::Header {
            return;
        }
        self.list = Some(Vec::new());
        elements.for_each(|element| element.write(&member.target.members[0], self));
        let joined = self.list.take().unwrap_or_default().join(", ");
        if !joined.is_empty() {
            self.set(member.location_name, &joined);
        }
    }

    fn map(&mut self, member: &'static Member, _: usize, entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        if member.location != Location::Headers {
            return;
        }
        for (key, value) in entries {
            self.entry = Some(format!("{}{key}", member.location_name));
            value.write(&member.target.members[1], self);
        }
    }
}

#[cfg(test)]
mod tests {
    use smithy::Schema;

    use super::*;

    #[test]
    fn splits_lists() {
        static TEXT: Schema = Schema::new("Text", Kind::String);
        static TIME: Schema = Schema::new("Time", Kind::Timestamp);
        let text = Member::new("member", &TEXT);
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a, b,c", &["a", "b", "c"]),
            ("\"a,b\", \"c\\\"d\" ,e", &["a,b", "c\"d", "e"]),
            ("\"open", &["open"]),
            ("a,,b", &["a", "", "b"]),
        ];
        for (value, want) in table {
            assert_eq!(split(value, &text), *want, "{value}");
        }
        let dates = "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT";
        assert_eq!(split(dates, &Member::new("member", &TIME)).len(), 2);
    }
}
