//! awsJson 1.0 and 1.1: `POST /` with `X-Amz-Target`, JSON in and out. The two differ in their content type only.

mod error;
mod request;
mod response;

use smithy::{Issue, Malformed, OperationSchema, ProtocolKind, ServiceSchema, Shape};

use crate::{Encoded, ErrorReply, Protocol, RequestParts};

/// One version of awsJson.
pub(crate) struct Json {
    kind: ProtocolKind,
    content_type: &'static str,
}

impl Json {
    pub(crate) const V1_0: Self = Self { kind: ProtocolKind::Json10, content_type: "application/x-amz-json-1.0" };
    pub(crate) const V1_1: Self = Self { kind: ProtocolKind::Json11, content_type: "application/x-amz-json-1.1" };
}

impl Protocol for Json {
    fn kind(&self) -> ProtocolKind {
        self.kind
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
        response::encode(op, self.content_type, request_id, output)
    }

    fn encode_error(&self, service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
        error::encode(service, self.content_type, request_id, error)
    }
}
