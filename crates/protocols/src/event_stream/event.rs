//! From events to frames: an event is a union with one member; the members of that one are headers, or the payload, or
//! members of the document that is the payload.

use bytes::Bytes;
use smithy::{ApiError, Document, Kind, Location, Member, ProtocolKind, Shape, Timestamp, WriteValue, Writer};

use super::frame::{Frame, HeaderValue};
use crate::cbor_data::{CborWriter, Instants};
use crate::json_text::{JsonWriter, Names};
use crate::members::{ErrorMembers, Only};
use crate::xml::XmlWriter;

/// How documents inside frames are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payload {
    /// By the JSON protocols.
    Json,
    /// By REST-XML.
    Xml,
    /// By RPC v2.
    Cbor,
    /// By awsJson in CBOR.
    AmzCbor,
}

impl Payload {
    /// That of a protocol.
    pub(super) fn of(protocol: ProtocolKind) -> Self {
        match protocol {
            ProtocolKind::RpcV2Cbor => Self::Cbor,
            ProtocolKind::Cbor11 => Self::AmzCbor,
            ProtocolKind::RestXml | ProtocolKind::Query | ProtocolKind::Ec2 => Self::Xml,
            ProtocolKind::Json10 | ProtocolKind::Json11 | ProtocolKind::RestJson => Self::Json,
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::Cbor => "application/cbor",
            Self::AmzCbor => "application/x-amz-cbor-1.1",
        }
    }

    /// A document with the members that `write` writes; `name` is its XML root.
    fn document(self, name: &str, write: impl FnOnce(&mut dyn Writer)) -> Bytes {
        Bytes::from(match self {
            Self::Json => {
                let mut writer = JsonWriter::new(Names::Wire);
                writer.object(|w| write(w));
                writer.finish()
            }
            Self::Xml => {
                let mut writer = XmlWriter::new();
                writer.element(name, |w| write(w));
                writer.finish()
            }
            Self::Cbor | Self::AmzCbor => {
                let millis = self == Self::AmzCbor;
                let mut writer = CborWriter::with(if millis { Instants::Millis } else { Instants::Seconds });
                writer.object(|w| write(w));
                writer.finish()
            }
        })
    }
}

/// The frame that carries the output's own members.
pub(super) fn initial_response(payload: Payload, content_type: &str, output: &dyn Shape) -> Frame {
    let frame = Frame::default()
        .with(":message-type", "event")
        .with(":event-type", "initial-response")
        .with(":content-type", content_type);
    Frame { payload: payload.document(output.schema().name, |w| output.write_members(w)), ..frame }
}

/// The frame of an event.
pub(super) fn event(payload: Payload, union: &dyn Shape) -> Frame {
    let mut writer = EventWriter { payload, frame: Frame::default().with(":message-type", "event") };
    union.write_members(&mut writer);
    writer.frame
}

/// The frame of an exception; it ends the stream.
pub(super) fn exception(payload: Payload, error: &ApiError) -> Frame {
    let frame = Frame::default()
        .with(":message-type", "exception")
        .with(":exception-type", error.schema.code)
        .with(":content-type", payload.content_type());
    let document = payload.document(error.schema.code, |writer| {
        writer.string(message_member(error), &error.message);
        if let Some(details) = &error.details {
            details.write_members(&mut ErrorMembers(writer));
        }
    });
    Frame { payload: document, ..frame }
}

/// The exception's message member, or one called `message`.
fn message_member(error: &ApiError) -> &'static Member {
    static TEXT: smithy::Schema = smithy::Schema::new("String", Kind::String);
    static MESSAGE: Member = Member::new("message", &TEXT);
    let members = error.schema.shape.members.iter();
    members.into_iter().find(|m| m.name.eq_ignore_ascii_case("message")).unwrap_or(&MESSAGE)
}

/// Writes the one member of the union.
struct EventWriter {
    payload: Payload,
    frame: Frame,
}

impl EventWriter {
    fn fill(&mut self, shape: &dyn Shape) {
        shape.write_members(&mut EventHeaders(&mut self.frame));
        let members = shape.schema().members;
        if let Some(member) = members.iter().find(|m| m.location == Location::EventPayload) {
            self.content_type(match member.target.kind {
                Kind::Blob => "application/octet-stream",
                Kind::String | Kind::Enum => "text/plain",
                _ => self.payload.content_type(),
            });
            shape.write_members(&mut EventPayload { payload: self.payload, out: &mut self.frame.payload });
        } else if members.iter().any(|m| m.location == Location::Body) {
            self.content_type(self.payload.content_type());
            let write = |w: &mut dyn Writer| shape.write_members(&mut Only(Location::Body, w));
            self.frame.payload = self.payload.document(shape.schema().name, write);
        }
    }

    fn content_type(&mut self, value: &str) {
        self.frame.headers.push((":content-type".to_owned(), HeaderValue::String(value.to_owned())));
    }
}

/// Methods that a writer of this kind is never asked for, or that have nothing to write.
macro_rules! ignore {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(&mut self, _: &'static Member, _: $type) {})*
    };
}

impl Writer for EventWriter {
    ignore!(boolean: bool, integer: i32, long: i64, double: f64, string: &str, blob: &Bytes, timestamp: Timestamp, document: &Document);

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        self.frame.headers.push((":event-type".to_owned(), HeaderValue::String(member.name.to_owned())));
        self.fill(shape);
    }

    fn list(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {}
    fn map(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {}
}

/// Writes the members of an event that are headers.
struct EventHeaders<'a>(&'a mut Frame);

impl EventHeaders<'_> {
    fn push(&mut self, member: &'static Member, value: HeaderValue) {
        if member.location == Location::EventHeader {
            self.0.headers.push((member.name.to_owned(), value));
        }
    }
}

impl Writer for EventHeaders<'_> {
    fn boolean(&mut self, member: &'static Member, value: bool) {
        self.push(member, HeaderValue::Boolean(value));
    }
    fn integer(&mut self, member: &'static Member, value: i32) {
        self.push(member, HeaderValue::Integer(value));
    }
    fn long(&mut self, member: &'static Member, value: i64) {
        self.push(member, HeaderValue::Long(value));
    }
    fn string(&mut self, member: &'static Member, value: &str) {
        self.push(member, HeaderValue::String(value.to_owned()));
    }
    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        self.push(member, HeaderValue::Bytes(value.clone()));
    }
    fn timestamp(&mut self, member: &'static Member, value: Timestamp) {
        self.push(member, HeaderValue::Timestamp(value));
    }

    ignore!(double: f64, document: &Document);

    fn structure(&mut self, _: &'static Member, _: &dyn Shape) {}
    fn list(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {}
    fn map(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {}
}

/// Writes the member of an event that is the payload.
struct EventPayload<'a> {
    payload: Payload,
    out: &'a mut Bytes,
}

impl Writer for EventPayload<'_> {
    ignore!(boolean: bool, integer: i32, long: i64, double: f64, timestamp: Timestamp, document: &Document);

    fn string(&mut self, member: &'static Member, value: &str) {
        if member.location == Location::EventPayload {
            *self.out = Bytes::copy_from_slice(value.as_bytes());
        }
    }

    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        if member.location == Location::EventPayload {
            *self.out = value.clone();
        }
    }

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        if member.location == Location::EventPayload {
            let name = member.target.xml_name.unwrap_or(member.target.name);
            *self.out = self.payload.document(name, |w| shape.write_members(w));
        }
    }

    fn list(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {}
    fn map(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {}
}
