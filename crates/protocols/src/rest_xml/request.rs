//! A REST-XML request.

use smithy::{Issue, Location, Malformed, OperationSchema, Presence, ReadResult, Shape};

use crate::RequestParts;
use crate::http_binding::{self, Document};
use crate::xml::{Node, XmlReader};

/// Reads labels, query, headers and the XML body.
pub(crate) fn decode(
    op: &'static OperationSchema,
    req: &RequestParts<'_>,
    input: &mut dyn Shape,
) -> Result<Vec<Issue>, Malformed> {
    http_binding::decode(op, req, input, &Xml)
}

struct Xml;

impl Document for Xml {
    fn members(&self, body: &[u8], shape: &mut dyn Shape, presence: &mut Presence) -> ReadResult<Vec<Issue>> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Vec::new());
        }
        let root = Node::parse(body)?;
        let mut reader = XmlReader::new(&root);
        reader.members(shape, presence, |m| m.location == Location::Body)?;
        Ok(reader.finish())
    }

    fn payload(&self, body: &[u8], shape: &mut dyn Shape, index: usize) -> ReadResult<Vec<Issue>> {
        let root = Node::parse(body)?;
        let mut reader = XmlReader::new(&root);
        reader.payload(shape, index)?;
        Ok(reader.finish())
    }
}
