//! Smithy's RPC v2 with CBOR: `POST /service/S/operation/O`, CBOR in and out. Every awsJson service speaks it too.

mod error;
mod request;
mod response;

use http::HeaderName;
use http::header::HeaderValue;
use smithy::{Issue, Malformed, OperationSchema, ProtocolKind, ServiceSchema, Shape};

use crate::{Encoded, ErrorReply, Protocol, RequestParts, reply};

/// The protocol.
pub(crate) struct RpcV2Cbor;

impl Protocol for RpcV2Cbor {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::RpcV2Cbor
    }

    fn decode(
        &self,
        _: &'static OperationSchema,
        req: &RequestParts<'_>,
        input: &mut dyn Shape,
    ) -> Result<Vec<Issue>, Malformed> {
        request::decode(req, input)
    }

    fn encode(&self, _: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
        response::encode(request_id, output)
    }

    fn encode_error(&self, service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
        error::encode(service, request_id, error)
    }
}

/// An answer in CBOR; the header tells clients that it is this protocol's.
fn answer(status: u16, content_type: &'static str, request_id: &str, body: Vec<u8>) -> Encoded {
    let mut answer = reply::full(status, content_type, request_id, body);
    mark(&mut answer);
    answer
}

fn mark(answer: &mut Encoded) {
    answer.headers.insert(HeaderName::from_static("smithy-protocol"), HeaderValue::from_static("rpc-v2-cbor"));
}
