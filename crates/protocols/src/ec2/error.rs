//! An EC2 error: `<Response><Errors><Error><Code/><Message/></Error></Errors><RequestID/></Response>`.

use super::response::CONTENT_TYPE;
use crate::members::ErrorMembers;
use crate::xml::XmlWriter;
use crate::{Encoded, ErrorReply, reply};

/// Writes the error.
pub(crate) fn encode(request_id: &str, error: &ErrorReply<'_>) -> Encoded {
    let mut xml = XmlWriter::new();
    xml.declaration("\n");
    xml.element("Response", |xml| {
        xml.element("Errors", |xml| xml.element("Error", |xml| describe(xml, error)));
        xml.leaf("RequestID", request_id);
    });
    reply::full(error.query_status, CONTENT_TYPE, request_id, xml.finish())
}

fn describe(xml: &mut XmlWriter, error: &ErrorReply<'_>) {
    xml.leaf("Code", error.query_code);
    if let Some(message) = error.message {
        xml.leaf("Message", message);
    }
    if let Some(members) = error.members {
        members.write_members(&mut ErrorMembers(xml));
    }
}
