//! A query error: `<ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>`.

use smithy::ServiceSchema;

use crate::members::ErrorMembers;
use crate::xml::XmlWriter;
use crate::{Encoded, ErrorReply, reply};

/// Services whose errors have an empty `<Detail/>` (seen in recorded answers of SQS).
const WITH_DETAIL: &[&str] = &["sqs"];

/// Writes the error.
pub(crate) fn encode(service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
    let mut xml = XmlWriter::new();
    xml.root("ErrorResponse", service.xml_namespace, |xml| {
        xml.element("Error", |xml| describe(xml, service, error));
        xml.leaf("RequestId", request_id);
    });
    let mut answer = reply::full(error.query_status, "text/xml", request_id, xml.finish());
    reply::query_error(&mut answer.headers, service, error);
    answer
}

/// The parts of the error element.
fn describe(xml: &mut XmlWriter, service: &'static ServiceSchema, error: &ErrorReply<'_>) {
    xml.leaf("Type", reply::party(error.party));
    xml.leaf("Code", error.query_code);
    if let Some(message) = error.message {
        xml.leaf("Message", message);
    }
    if let Some(members) = error.members {
        members.write_members(&mut ErrorMembers(xml));
    }
    if WITH_DETAIL.contains(&service.id) {
        xml.element("Detail", |_| ());
    }
}
