//! Writing a REST answer: status and headers here, documents through the protocol.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use smithy::{Kind, Location, Member, OperationSchema, Shape, Timestamp, WriteValue, Writer};

use super::HeaderWriter;
use crate::{Body, Encoded, reply};

/// Status and headers that an output's members ask for.
pub(crate) struct Bindings {
    status: u16,
    headers: HeaderMap,
}

/// Collects the members of `output` that are headers or the status.
pub(crate) fn bindings(op: &'static OperationSchema, output: &dyn Shape) -> Bindings {
    let mut headers = HeaderMap::new();
    let mut writer = HeaderWriter::new(&mut headers);
    output.write_members(&mut writer);
    Bindings { status: writer.status.unwrap_or(op.http.status), headers }
}

impl Bindings {
    /// The answer with a document.
    pub(crate) fn document(self, content_type: &'static str, body: Vec<u8>) -> Encoded {
        self.with(Some(content_type), Body::Full(Bytes::from(body)))
    }

    /// The answer with a body of any kind. A content type among the members wins.
    pub(crate) fn with(mut self, content_type: Option<&'static str>, body: Body) -> Encoded {
        if let Some(content_type) = content_type {
            self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        }
        Encoded { status: reply::status_code(self.status), headers: self.headers, body }
    }

    /// The status these answers have.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Adds these headers and the status to an answer made elsewhere.
    pub(crate) fn onto(self, mut answer: Encoded) -> Encoded {
        answer.headers.extend(self.headers);
        answer.status = reply::status_code(self.status);
        answer
    }
}

/// What an output's payload member is.
pub(crate) enum Payload {
    /// No member is the payload.
    None,
    /// The payload is absent.
    Absent,
    /// Bytes with the content type of their kind.
    Raw(&'static str, Body),
    /// A document: the protocol writes it.
    Document(&'static Member),
}

/// Takes a payload that is no document out of `output`, or tells which member is one.
pub(crate) fn payload(output: &mut dyn Shape) -> Payload {
    let Some(member) = output.schema().members.iter().find(|m| m.location == Location::Payload) else {
        return Payload::None;
    };
    if member.target.kind == Kind::ByteStream {
        let stream = output.take_stream();
        return stream.map_or(Payload::Absent, |s| Payload::Raw("application/octet-stream", Body::Stream(s)));
    }
    let mut raw = RawPayload::default();
    output.write_members(&mut raw);
    match (raw.bytes, raw.is_document) {
        (Some((content_type, bytes)), _) => Payload::Raw(content_type, Body::Full(bytes)),
        (None, true) => Payload::Document(member),
        (None, false) => Payload::Absent,
    }
}

/// Captures a payload of bytes or text.
#[derive(Default)]
struct RawPayload {
    bytes: Option<(&'static str, Bytes)>,
    is_document: bool,
}

impl RawPayload {
    fn document_if(&mut self, member: &Member) {
        self.is_document |= member.location == Location::Payload;
    }

    fn raw_if(&mut self, member: &Member, content_type: &'static str, bytes: impl FnOnce() -> Bytes) {
        if member.location == Location::Payload {
            self.bytes = Some((content_type, bytes()));
        }
    }
}

impl Writer for RawPayload {
    fn boolean(&mut self, member: &'static Member, _: bool) {
        self.document_if(member);
    }
    fn integer(&mut self, member: &'static Member, _: i32) {
        self.document_if(member);
    }
    fn long(&mut self, member: &'static Member, _: i64) {
        self.document_if(member);
    }
    fn double(&mut self, member: &'static Member, _: f64) {
        self.document_if(member);
    }
    fn string(&mut self, member: &'static Member, value: &str) {
        self.raw_if(member, "text/plain", || Bytes::copy_from_slice(value.as_bytes()));
    }
    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        self.raw_if(member, "application/octet-stream", || value.clone());
    }
    fn timestamp(&mut self, member: &'static Member, _: Timestamp) {
        self.document_if(member);
    }
    fn document(&mut self, member: &'static Member, value: &smithy::Document) {
        self.raw_if(member, "application/json", || Bytes::from(value.to_string()));
    }
    fn structure(&mut self, member: &'static Member, _: &dyn Shape) {
        self.document_if(member);
    }
    fn list(&mut self, member: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {
        self.document_if(member);
    }
    fn map(&mut self, member: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        self.document_if(member);
    }
}
