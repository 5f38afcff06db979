//! EC2's dialect of query: lists without wrapper in requests, its own envelopes.

mod error;
mod response;

use smithy::{Issue, Malformed, OperationSchema, ProtocolKind, ServiceSchema, Shape};

use crate::{Encoded, ErrorReply, Protocol, RequestParts, query};

/// The protocol.
pub(crate) struct Ec2;

impl Protocol for Ec2 {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::Ec2
    }

    /// Requests differ from query's only in the members' names, which the schemas hold.
    fn decode(
        &self,
        _: &'static OperationSchema,
        req: &RequestParts<'_>,
        input: &mut dyn Shape,
    ) -> Result<Vec<Issue>, Malformed> {
        query::decode(req, input)
    }

    fn encode(&self, op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
        response::encode(op, request_id, output)
    }

    fn encode_error(&self, _: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
        error::encode(request_id, error)
    }
}
