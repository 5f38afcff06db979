//! A query answer: `<XResponse><XResult>…</XResult><ResponseMetadata>…`.

use smithy::{OperationSchema, Shape};

use crate::xml::XmlWriter;
use crate::{Encoded, reply};

/// Writes the output. An operation without output has no result element.
pub(crate) fn encode(op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
    let mut xml = XmlWriter::new();
    xml.root(&format!("{}Response", op.name), op.service.xml_namespace, |xml| {
        match op.result_wrapper {
            Some(wrapper) => xml.element(wrapper, |xml| xml.members(output)),
            None => xml.members(output),
        }
        xml.element("ResponseMetadata", |xml| xml.leaf("RequestId", request_id));
    });
    reply::full(200, "text/xml", request_id, xml.finish())
}
