//! A query error: `<ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>`.

use smithy::ServiceSchema;

use crate::members::ErrorMembers;
use crate::xml::XmlWriter;
use crate::{Encoded, ErrorReply, reply};

/// Services whose errors have an empty `<Detail/>` (seen in recorded answers of SQS).
const WITH_DETAIL: &[&str] = &["sqs"];

/// What AWS's front end says, outside of every envelope, to a request that names no operation.
const BARE: &str = "UnknownOperationException";

/// Writes the error.
pub(crate) fn encode(service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
    if error.query_code == BARE && error.message.is_none() {
        return reply::full(error.query_status, "text/xml", request_id, format!("<{BARE}/>").into());
    }
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

#[cfg(test)]
mod tests {
    use smithy::Party;

    use super::*;
    use crate::Body;

    static SERVICE: ServiceSchema = ServiceSchema { id: "s", ..ServiceSchema::EMPTY };

    fn written(code: &str, message: Option<&str>) -> String {
        let error = ErrorReply {
            code,
            namespace: "",
            query_code: code,
            status: 404,
            query_status: 404,
            party: Party::Sender,
            message,
            shape: None,
            members: None,
            extra: &[],
        };
        match encode(&SERVICE, "id", &error).body {
            Body::Full(bytes) => String::from_utf8(bytes.into()).unwrap(),
            Body::Stream(_) => panic!("errors are held whole"),
        }
    }

    #[test]
    fn only_a_request_without_operation_is_answered_without_envelope() {
        assert_eq!(written(BARE, None), "<UnknownOperationException/>");
        assert!(written(BARE, Some("why")).starts_with("<ErrorResponse><Error>"));
        assert!(written("Other", None).starts_with("<ErrorResponse><Error>"));
    }
}
