//! A REST-XML answer.

use bytes::Bytes;
use smithy::{Location, Member, OperationSchema, Shape, TimestampFormat, WriteValue, Writer};

use super::identify;
use crate::http_binding::{Bindings, Payload, bindings, payload};
use crate::members::Only;
use crate::xml::XmlWriter;
use crate::{Body, Encoded, event_stream, text};

/// What S3, Route 53 and CloudFront send documents as.
pub(super) const CONTENT_TYPE: &str = "application/xml";

/// S3's one answer whose root is its only member (`s3UnwrappedXmlOutput` in the models).
const UNWRAPPED: &[&str] = &["GetBucketLocation"];

/// Writes status, headers and body.
pub(crate) fn encode(op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
    let bound = bindings(op, output);
    let mut answer = match output.take_events() {
        Some(events) => bound.onto(event_stream::rest(request_id, event_stream::Payload::Xml, events)),
        None => with_body(op, bound, output),
    };
    identify(&mut answer, op.service, request_id);
    answer
}

fn with_body(op: &'static OperationSchema, bound: Bindings, output: &mut dyn Shape) -> Encoded {
    let in_body = |m: &Member| matches!(m.location, Location::Body | Location::Query | Location::Label);
    let has_document = output.schema().members.iter().any(in_body);
    match payload(output) {
        _ if op.http.method == "HEAD" => bound.with(None, empty()),
        Payload::Raw(content_type, body) => bound.with(Some(content_type), body),
        Payload::Document(member) => bound.document(CONTENT_TYPE, payload_document(op, member, output)),
        Payload::None if has_document => bound.document(CONTENT_TYPE, document(op, output)),
        Payload::None | Payload::Absent => bound.with(None, empty()),
    }
}

fn empty() -> Body {
    Body::Full(Bytes::new())
}

fn namespace(op: &'static OperationSchema) -> &'static str {
    op.output.xml_namespace.unwrap_or(op.service.xml_namespace)
}

/// The document of an output without payload member.
fn document(op: &'static OperationSchema, output: &dyn Shape) -> Vec<u8> {
    let mut xml = XmlWriter::new();
    xml.declaration("\n");
    if UNWRAPPED.contains(&op.name) {
        let mut only = OnlyText::default();
        output.write_members(&mut only);
        let name = op.output.members.first().map_or(op.output.name, |m| m.xml_name);
        xml.root(name, namespace(op), |xml| xml.characters(&only.0));
    } else {
        let name = op.output.xml_name.unwrap_or(op.output.name);
        xml.root_of(name, namespace(op), output, |xml| output.write_members(&mut Only(Location::Body, xml)));
    }
    xml.finish()
}

/// The document of a payload member. Its root is named by the member if that has a name of its own there, else by the
/// shape if that has.
fn payload_document(op: &'static OperationSchema, member: &'static Member, output: &dyn Shape) -> Vec<u8> {
    let mut xml = XmlWriter::new();
    xml.declaration("\n");
    let namespace = member.target.xml_namespace.unwrap_or_else(|| namespace(op));
    let own = Some(member.xml_name).filter(|name| *name != member.name);
    xml.next_root(own.or(member.target.xml_name).unwrap_or(member.xml_name), namespace);
    output.write_members(&mut Only(Location::Payload, &mut xml));
    xml.finish()
}

/// The text of the only member.
#[derive(Default)]
struct OnlyText(String);

impl OnlyText {
    fn text(&mut self, _: &Member, value: &str) {
        value.clone_into(&mut self.0);
    }

    fn format(&self, member: &Member) -> TimestampFormat {
        member.timestamp_format.unwrap_or(TimestampFormat::Iso8601)
    }
}

impl Writer for OnlyText {
    text::write_scalars!();

    fn structure(&mut self, _: &'static Member, _: &dyn Shape) {}
    fn list(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {}
    fn map(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {}
}
