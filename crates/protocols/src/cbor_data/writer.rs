//! Writes typed values as CBOR in one pass. Structures have indefinite length, since how many members are present is
//! only known after writing them; lists and maps have definite lengths.

use bytes::Bytes;
use smithy::{Document, Kind, Member, Shape, Timestamp, WriteValue, Writer};

use super::Instants;

const BYTES: u8 = 2 << 5;
const TEXT: u8 = 3 << 5;
const ARRAY: u8 = 4 << 5;
const MAP: u8 = 5 << 5;
const NULL: u8 = 0xf6;

/// A CBOR item being written.
pub(crate) struct CborWriter {
    out: Vec<u8>,
    /// The next value is a member of a structure: its name comes first.
    keyed: bool,
    instants: Instants,
}

impl CborWriter {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::with(Instants::Seconds)
    }

    /// Nothing yet, with instants written so.
    pub(crate) fn with(instants: Instants) -> Self {
        Self { out: Vec::with_capacity(512), keyed: false, instants }
    }

    /// Writes a map whose entries `members` writes.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push(MAP | 31);
        let outer = std::mem::replace(&mut self.keyed, true);
        members(self);
        self.keyed = outer;
        self.out.push(0xff);
    }

    /// Writes a text member that no schema describes.
    pub(crate) fn entry(&mut self, name: &str, value: &str) {
        self.text(name);
        self.text(value);
    }

    /// The item.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    fn begin(&mut self, member: &'static Member) {
        if self.keyed {
            self.text(member.name);
        }
    }

    fn text(&mut self, value: &str) {
        self.head(TEXT, value.len() as u64);
        self.out.extend_from_slice(value.as_bytes());
    }

    /// The shortest head with this argument.
    fn head(&mut self, major: u8, argument: u64) {
        match argument {
            0..=23 => self.out.push(major | argument as u8),
            24..=0xff => self.out.extend_from_slice(&[major | 24, argument as u8]),
            0x100..=0xffff => self.wide_head(major | 25, &(argument as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => self.wide_head(major | 26, &(argument as u32).to_be_bytes()),
            _ => self.wide_head(major | 27, &argument.to_be_bytes()),
        }
    }

    fn wide_head(&mut self, initial: u8, argument: &[u8]) {
        self.out.push(initial);
        self.out.extend_from_slice(argument);
    }

    fn number(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(0, value),
            // -1 - value cannot overflow for a negative value.
            Err(_) => self.head(1 << 5, (-1 - value) as u64),
        }
    }

    fn float(&mut self, value: f64) {
        self.wide_head(0xfb, &value.to_be_bytes());
    }

    fn any(&mut self, value: &Document) {
        match value {
            Document::Null => self.out.push(NULL),
            Document::Bool(value) => self.out.push(0xf4 | u8::from(*value)),
            Document::Number(value) => match (value.as_i64(), value.as_u64()) {
                (Some(whole), _) => self.number(whole),
                (None, Some(whole)) => self.head(0, whole),
                (None, None) => self.float(value.as_f64().unwrap_or(f64::NAN)),
            },
            Document::String(value) => self.text(value),
            Document::Array(values) => {
                self.head(ARRAY, values.len() as u64);
                values.iter().for_each(|value| self.any(value));
            }
            Document::Object(entries) => {
                self.head(MAP, entries.len() as u64);
                for (key, value) in entries {
                    self.text(key);
                    self.any(value);
                }
            }
        }
    }

    /// Writes values without names.
    fn unkeyed(&mut self, write: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.keyed, false);
        write(self);
        self.keyed = outer;
    }
}

impl Writer for CborWriter {
    fn boolean(&mut self, member: &'static Member, value: bool) {
        self.begin(member);
        self.out.push(0xf4 | u8::from(value));
    }

    fn integer(&mut self, member: &'static Member, value: i32) {
        self.long(member, value.into());
    }

    fn long(&mut self, member: &'static Member, value: i64) {
        self.begin(member);
        self.number(value);
    }

    fn double(&mut self, member: &'static Member, value: f64) {
        self.begin(member);
        match member.target.kind {
            Kind::Float => self.wide_head(0xfa, &(value as f32).to_be_bytes()),
            _ => self.float(value),
        }
    }

    fn string(&mut self, member: &'static Member, value: &str) {
        self.begin(member);
        self.text(value);
    }

    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        self.begin(member);
        self.head(BYTES, value.len() as u64);
        self.out.extend_from_slice(value);
    }

    fn timestamp(&mut self, member: &'static Member, value: Timestamp) {
        self.begin(member);
        self.head(6 << 5, 1);
        match self.instants {
            Instants::Seconds => self.float(value.as_secs_f64()),
            Instants::Millis => self.number(value.millis()),
        }
    }

    fn document(&mut self, member: &'static Member, value: &Document) {
        self.begin(member);
        self.any(value);
    }

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        self.begin(member);
        self.object(|writer| shape.write_members(writer));
    }

    fn list(&mut self, member: &'static Member, length: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        self.begin(member);
        self.head(ARRAY, length as u64);
        self.unkeyed(|writer| elements.for_each(|element| element.write(&member.target.members[0], writer)));
    }

    fn map(
        &mut self,
        member: &'static Member,
        length: usize,
        entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>,
    ) {
        self.begin(member);
        self.head(MAP, length as u64);
        self.unkeyed(|writer| {
            for (key, value) in entries {
                writer.text(key);
                value.write(&member.target.members[1], writer);
            }
        });
    }
}
