//! An EC2 answer: `<XResponse><requestId/>…members…</XResponse>`.

use smithy::{OperationSchema, Shape};

use crate::xml::XmlWriter;
use crate::{Encoded, reply};

/// What EC2 says it sends.
pub(super) const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";

/// Writes the output.
pub(crate) fn encode(op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
    let mut xml = XmlWriter::new();
    xml.declaration("\n");
    xml.root(&format!("{}Response", op.name), op.service.xml_namespace, |xml| {
        xml.leaf("requestId", request_id);
        xml.members(output);
    });
    reply::full(200, CONTENT_TYPE, request_id, xml.finish())
}
