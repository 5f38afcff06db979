//! REST-JSON: HTTP bindings around JSON documents.

mod error;
mod request;
mod response;

use smithy::{Issue, Malformed, OperationSchema, ProtocolKind, ServiceSchema, Shape};

use crate::{Encoded, ErrorReply, Protocol, RequestParts};

/// The protocol.
pub(crate) struct RestJson;

impl Protocol for RestJson {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::RestJson
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

    fn encode_error(&self, _: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
        error::encode(request_id, error)
    }
}
