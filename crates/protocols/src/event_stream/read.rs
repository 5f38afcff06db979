//! From frames to events: the way back of `event.rs`, for operations whose input is a stream.

use bytes::Bytes;
use smithy::{Document, Issue, Kind, Location, Malformed, Member, Presence, ReadResult, Reader, Shape, Timestamp};

use super::event::Payload;
use super::frame::{Frame, HeaderValue};
use crate::cbor_data::{CborReader, Instants};
use crate::json_text::{JsonReader, Names};
use crate::xml::{Node, XmlReader};

/// Reads the event in a frame into the union that it is one of.
///
/// # Errors
/// When the frame is no event of the union, or its headers or payload are not of the members' kinds.
pub(crate) fn event(payload: Payload, frame: &Frame, union: &mut dyn Shape) -> ReadResult<()> {
    if text(frame, ":message-type")? != "event" {
        return Err(malformed("a frame is no event"));
    }
    let name = text(frame, ":event-type")?;
    let Some(index) = union.schema().position(name) else {
        return Err(Malformed(format!("{} has no event {name}", union.schema().name)));
    };
    union.read_member(index, &mut Place { payload, frame, held: Held::Event })
}

fn text<'f>(frame: &'f Frame, name: &str) -> ReadResult<&'f str> {
    match header(frame, name) {
        Some(HeaderValue::String(text)) => Ok(text),
        _ => Err(Malformed(format!("a frame has no {name}"))),
    }
}

fn header<'f>(frame: &'f Frame, name: &str) -> Option<&'f HeaderValue> {
    frame.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

/// Where in a frame a value is read from.
struct Place<'f> {
    payload: Payload,
    frame: &'f Frame,
    held: Held<'f>,
}

enum Held<'f> {
    /// The event itself: headers and payload.
    Event,
    /// One header.
    Header(&'f HeaderValue),
    /// The payload, as one member.
    Payload,
}

impl Place<'_> {
    /// Headers and the payload go to the members that are bound to them, the document in the payload to all others.
    fn fill(&self, shape: &mut dyn Shape) -> ReadResult<()> {
        let members = shape.schema().members;
        for (index, member) in members.iter().enumerate() {
            let held = match member.location {
                Location::EventHeader => header(self.frame, member.location_name).map(Held::Header),
                Location::EventPayload => Some(Held::Payload),
                _ => None,
            };
            if let Some(held) = held {
                shape.read_member(index, &mut Place { payload: self.payload, frame: self.frame, held })?;
            }
        }
        let in_document = members.iter().any(|member| member.location == Location::Body);
        if in_document { self.document(shape) } else { Ok(()) }
    }

    fn document(&self, shape: &mut dyn Shape) -> ReadResult<()> {
        let bytes: &[u8] = &self.frame.payload;
        match self.payload {
            Payload::Json => JsonReader::read(bytes, Names::Wire, shape).map(drop),
            Payload::Cbor => CborReader::read(bytes, shape).map(drop),
            Payload::AmzCbor => CborReader::read_with(Instants::Millis, bytes, shape).map(drop),
            Payload::Xml if bytes.is_empty() => Ok(()),
            Payload::Xml => {
                let root = Node::parse(bytes)?;
                let mut presence = Presence::new(shape.schema());
                XmlReader::new(&root).members(shape, &mut presence, |member| member.location == Location::Body)
            }
        }
    }

    fn header(&self) -> ReadResult<&HeaderValue> {
        match self.held {
            Held::Header(value) => Ok(value),
            _ => Err(malformed("a payload is no number")),
        }
    }
}

impl Reader for Place<'_> {
    fn boolean(&mut self, member: &'static Member) -> ReadResult<bool> {
        match self.header()? {
            HeaderValue::Boolean(value) => Ok(*value),
            _ => Err(other_kind(member)),
        }
    }

    fn integer(&mut self, member: &'static Member) -> ReadResult<i32> {
        match self.header()? {
            HeaderValue::Byte(value) => Ok((*value).into()),
            HeaderValue::Short(value) => Ok((*value).into()),
            HeaderValue::Integer(value) => Ok(*value),
            _ => Err(other_kind(member)),
        }
    }

    fn long(&mut self, member: &'static Member) -> ReadResult<i64> {
        match self.header()? {
            HeaderValue::Long(value) => Ok(*value),
            _ => self.integer(member).map(i64::from),
        }
    }

    fn double(&mut self, member: &'static Member) -> ReadResult<f64> {
        Err(other_kind(member))
    }

    fn string(&mut self, member: &'static Member) -> ReadResult<String> {
        match &self.held {
            Held::Header(HeaderValue::String(value)) => Ok(value.clone()),
            Held::Payload => match std::str::from_utf8(&self.frame.payload) {
                Ok(value) => Ok(value.to_owned()),
                Err(_) => Err(malformed("an event's text is not UTF-8")),
            },
            _ => Err(other_kind(member)),
        }
    }

    fn blob(&mut self, member: &'static Member) -> ReadResult<Bytes> {
        match &self.held {
            Held::Header(HeaderValue::Bytes(value)) => Ok(value.clone()),
            Held::Payload => Ok(self.frame.payload.clone()),
            _ => Err(other_kind(member)),
        }
    }

    fn timestamp(&mut self, member: &'static Member) -> ReadResult<Timestamp> {
        match self.header()? {
            HeaderValue::Timestamp(value) => Ok(*value),
            _ => Err(other_kind(member)),
        }
    }

    fn document(&mut self, member: &'static Member) -> ReadResult<Document> {
        Err(other_kind(member))
    }

    fn structure(&mut self, member: &'static Member, shape: &mut dyn Shape) -> ReadResult<()> {
        match self.held {
            Held::Event => self.fill(shape),
            Held::Payload if matches!(member.target.kind, Kind::Structure | Kind::Union) => {
                Place::document(self, shape)
            }
            _ => Err(other_kind(member)),
        }
    }

    fn list(
        &mut self,
        member: &'static Member,
        _: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        Err(other_kind(member))
    }

    fn map(
        &mut self,
        member: &'static Member,
        _: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        Err(other_kind(member))
    }

    /// Constraints are looked at when the whole event is there.
    fn issue(&mut self, _: Issue) {}
}

fn other_kind(member: &Member) -> Malformed {
    Malformed(format!("an event's {} is of another kind", member.name))
}

fn malformed(reason: &str) -> Malformed {
    Malformed::new(reason)
}
