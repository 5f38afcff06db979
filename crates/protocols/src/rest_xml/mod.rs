//! REST-XML: HTTP bindings around XML documents. S3's answers differ in headers, errors and one unwrapped document.

mod error;
mod request;
mod response;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use smithy::{Issue, Malformed, OperationSchema, ProtocolKind, ServiceSchema, Shape};

use crate::{Encoded, ErrorReply, Protocol, RequestParts, reply};

/// The protocol.
pub(crate) struct RestXml;

impl Protocol for RestXml {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::RestXml
    }

    fn decode(
        &self,
        op: &'static OperationSchema,
        req: &RequestParts<'_>,
        input: &mut dyn Shape,
    ) -> Result<Vec<Issue>, Malformed> {
        request::decode(op, req, input)
    }

    fn encode(&self, op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
        response::encode(op, request_id, output)
    }

    fn encode_error(&self, service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
        error::encode(service, request_id, error)
    }
}

/// Names the request as the service does: S3 with two headers of its own.
fn identify(answer: &mut Encoded, service: &'static ServiceSchema, request_id: &str) {
    if service.signing_name == "s3" {
        answer.headers.remove(reply::REQUEST_ID);
        reply::set(&mut answer.headers, HeaderName::from_static("x-amz-request-id"), request_id);
        reply::set(&mut answer.headers, HeaderName::from_static("x-amz-id-2"), &host_id(request_id));
    } else {
        reply::set(&mut answer.headers, reply::REQUEST_ID, request_id);
    }
}

/// S3's second, opaque name of a request. Nothing more is to be told than the first tells.
fn host_id(request_id: &str) -> String {
    STANDARD.encode(request_id)
}
