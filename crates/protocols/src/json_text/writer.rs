//! Writes typed values as JSON in one pass.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use smithy::{Document, Member, Shape, Timestamp, TimestampFormat, WriteValue, Writer};

use super::Names;
use super::plain::plain_prefix;
use crate::text;

/// A JSON document being written.
pub(crate) struct JsonWriter {
    out: Vec<u8>,
    names: Names,
    /// What stands for a sensitive value; none to show it.
    hidden: Option<&'static str>,
    /// The next value is a member of a structure: its name comes first.
    keyed: bool,
    /// The next value is not the first of its structure, list or map.
    comma: bool,
}

impl JsonWriter {
    /// An empty document.
    pub(crate) fn new(names: Names) -> Self {
        Self { out: Vec::with_capacity(512), names, hidden: None, keyed: false, comma: false }
    }

    /// An empty document that shows `text` in place of each sensitive value.
    pub(crate) fn hiding(names: Names, text: &'static str) -> Self {
        Self { hidden: Some(text), ..Self::new(names) }
    }

    /// Writes an object whose members `members` writes.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        let outer = std::mem::replace(&mut self.keyed, true);
        self.comma = false;
        members(self);
        self.out.push(b'}');
        (self.keyed, self.comma) = (outer, true);
    }

    /// Writes a text member that no schema describes.
    pub(crate) fn entry(&mut self, name: &str, value: &str) {
        self.separate();
        self.quoted(name);
        self.out.push(b':');
        self.quoted(value);
    }

    /// The document.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    fn separate(&mut self) {
        if std::mem::replace(&mut self.comma, true) {
            self.out.push(b',');
        }
    }

    /// What comes before each value. False when the value must not be shown and its stand-in was written.
    fn begin(&mut self, member: &'static Member) -> bool {
        self.separate();
        if self.keyed {
            self.name(member);
        }
        match self.hidden.filter(|_| member.target.sensitive) {
            Some(text) => {
                self.quoted(text);
                false
            }
            None => true,
        }
    }

    /// Names in models need no escapes.
    fn name(&mut self, member: &'static Member) {
        self.out.push(b'"');
        let start = self.out.len();
        let name = if self.names == Names::Wire { member.json_name } else { member.name };
        self.out.extend_from_slice(name.as_bytes());
        if self.names == Names::LowerCamel {
            self.out[start..=start].make_ascii_lowercase();
        }
        self.out.extend_from_slice(b"\":");
    }

    fn quoted(&mut self, value: &str) {
        self.out.push(b'"');
        let mut rest = value.as_bytes();
        loop {
            let (plain, special) = rest.split_at(plain_prefix(rest));
            self.out.extend_from_slice(plain);
            let Some((byte, after)) = special.split_first() else { break };
            self.escape(*byte);
            rest = after;
        }
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
            b'\n' => self.out.extend_from_slice(b"\\n"),
            b'\r' => self.out.extend_from_slice(b"\\r"),
            b'\t' => self.out.extend_from_slice(b"\\t"),
            _ => self.display(format_args!("\\u{byte:04x}")),
        }
    }

    fn display(&mut self, value: std::fmt::Arguments<'_>) {
        self.out.write_fmt(value).expect("writing to a Vec cannot fail");
    }
}

impl Writer for JsonWriter {
    fn boolean(&mut self, member: &'static Member, value: bool) {
        if self.begin(member) {
            self.out.extend_from_slice(if value { b"true" } else { b"false" });
        }
    }

    fn integer(&mut self, member: &'static Member, value: i32) {
        if self.begin(member) {
            self.display(format_args!("{value}"));
        }
    }

    fn long(&mut self, member: &'static Member, value: i64) {
        if self.begin(member) {
            self.display(format_args!("{value}"));
        }
    }

    fn double(&mut self, member: &'static Member, value: f64) {
        if self.begin(member) {
            let mut digits = String::new();
            text::push_double(&mut digits, member, value);
            if value.is_finite() {
                self.out.extend_from_slice(digits.as_bytes());
            } else {
                self.quoted(&digits);
            }
        }
    }

    fn string(&mut self, member: &'static Member, value: &str) {
        if self.begin(member) {
            self.quoted(value);
        }
    }

    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        if self.begin(member) {
            self.out.push(b'"');
            let start = self.out.len();
            self.out.resize(start + value.len().div_ceil(3) * 4, 0);
            STANDARD.encode_slice(value, &mut self.out[start..]).expect("base64 is four bytes for each three");
            self.out.push(b'"');
        }
    }

    fn timestamp(&mut self, member: &'static Member, value: Timestamp) {
        if self.begin(member) {
            let default =
                if self.names == Names::LowerCamel { TimestampFormat::Iso8601 } else { TimestampFormat::EpochSeconds };
            let format = member.timestamp_format.unwrap_or(default);
            let mut written = String::new();
            text::push_timestamp(&mut written, value, format);
            match format {
                TimestampFormat::EpochSeconds => self.out.extend_from_slice(written.as_bytes()),
                _ => self.quoted(&written),
            }
        }
    }

    fn document(&mut self, member: &'static Member, value: &Document) {
        if self.begin(member) {
            serde_json::to_writer(&mut self.out, value).expect("a document always has a text");
        }
    }

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        if self.begin(member) {
            self.object(|writer| shape.write_members(writer));
        }
    }

    fn list(&mut self, member: &'static Member, _: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        if !self.begin(member) {
            return;
        }
        self.out.push(b'[');
        let outer = std::mem::replace(&mut self.keyed, false);
        self.comma = false;
        elements.for_each(|element| element.write(&member.target.members[0], self));
        self.out.push(b']');
        (self.keyed, self.comma) = (outer, true);
    }

    fn map(&mut self, member: &'static Member, _: usize, entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        if !self.begin(member) {
            return;
        }
        self.out.push(b'{');
        let outer = std::mem::replace(&mut self.keyed, false);
        self.comma = false;
        for (key, value) in entries {
            self.separate();
            self.quoted(key);
            self.out.push(b':');
            self.comma = false;
            value.write(&member.target.members[1], self);
        }
        self.out.push(b'}');
        (self.keyed, self.comma) = (outer, true);
    }
}
