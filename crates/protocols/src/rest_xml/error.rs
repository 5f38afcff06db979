//! A REST-XML error: S3's bare `<Error>`, or `<ErrorResponse>` around it, or Route 53's document for a refused batch.

use smithy::ServiceSchema;

use super::response::CONTENT_TYPE;
use super::{host_id, identify};
use crate::http_binding::HeaderWriter;
use crate::members::ErrorMembers;
use crate::xml::XmlWriter;
use crate::{Encoded, ErrorReply, reply};

/// The one error that is a document of its own, in Route 53.
const OWN_ROOT: &str = "InvalidChangeBatch";

/// Writes the error.
pub(crate) fn encode(service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
    let mut xml = XmlWriter::new();
    xml.declaration("\n");
    if service.id == "s3" {
        xml.element("Error", |xml| s3(xml, request_id, error));
    } else if error.query_code == OWN_ROOT && error.members.is_some() {
        xml.root(OWN_ROOT, service.xml_namespace, |xml| own(xml, request_id, error));
    } else {
        xml.root("ErrorResponse", service.xml_namespace, |xml| wrapped(xml, request_id, error));
    }
    let mut answer = reply::full(error.query_status, CONTENT_TYPE, request_id, xml.finish());
    if let Some(members) = error.members {
        members.write_members(&mut HeaderWriter::new(&mut answer.headers));
    }
    identify(&mut answer, service, request_id);
    answer
}

fn s3(xml: &mut XmlWriter, request_id: &str, error: &ErrorReply<'_>) {
    describe(xml, error);
    error.extra.iter().for_each(|(name, value)| xml.leaf(name, value));
    xml.leaf("RequestId", request_id);
    xml.leaf("HostId", &host_id(request_id));
}

fn own(xml: &mut XmlWriter, request_id: &str, error: &ErrorReply<'_>) {
    if let Some(members) = error.members {
        members.write_members(&mut ErrorMembers(xml));
    }
    if let Some(message) = error.message {
        xml.leaf("Message", message);
    }
    xml.leaf("RequestId", request_id);
}

fn wrapped(xml: &mut XmlWriter, request_id: &str, error: &ErrorReply<'_>) {
    xml.element("Error", |xml| {
        xml.leaf("Type", reply::party(error.party));
        describe(xml, error);
    });
    xml.leaf("RequestId", request_id);
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
