//! The query protocol: a form with `Action` and `Version` in, XML out.

mod error;
mod request;
mod response;

use smithy::{Issue, Malformed, OperationSchema, ProtocolKind, ServiceSchema, Shape};

use crate::{Encoded, ErrorReply, Protocol, RequestParts};

pub(crate) use request::decode;

/// The protocol.
pub(crate) struct Query;

impl Protocol for Query {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::Query
    }

    fn decode(
        &self,
        _: &'static OperationSchema,
        req: &RequestParts<'_>,
        input: &mut dyn Shape,
    ) -> Result<Vec<Issue>, Malformed> {
        decode(req, input)
    }

    fn encode(&self, op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
        response::encode(op, request_id, output)
    }

    fn encode_error(&self, service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
        error::encode(service, request_id, error)
    }
}
