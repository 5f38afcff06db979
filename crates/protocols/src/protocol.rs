//! What the gateway sees of a protocol: bytes of a request in, typed input out; typed output or error in, bytes of an
//! answer out. Nothing here knows a service.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use smithy::{ByteStream, Issue, Malformed, OperationSchema, Party, ProtocolKind, Schema, ServiceSchema, Shape};

use crate::{cbor_1_1, ec2, json, query, rest_json, rest_xml, rpc_v2_cbor};

/// A request whose service and operation are known already.
#[derive(Debug, Clone, Copy)]
pub struct RequestParts<'a> {
    /// The HTTP method.
    pub method: &'a Method,
    /// Path and query string.
    pub uri: &'a Uri,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// Path labels that routing matched, percent-decoded.
    pub labels: &'a [(&'static str, String)],
    /// The whole body; empty when it is streamed.
    pub body: &'a Bytes,
}

/// An answer, ready for HTTP.
#[derive(Debug)]
pub struct Encoded {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, the request id included. `Content-Length` is the server's to add.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Body,
}

/// The body of an answer.
#[derive(Debug)]
pub enum Body {
    /// Held whole.
    Full(Bytes),
    /// Bytes of an object, or frames of an event stream.
    Stream(ByteStream),
}

/// An error on its way to a client, in words that every envelope can be built from.
#[derive(Clone, Copy)]
pub struct ErrorReply<'a> {
    /// The code on JSON and CBOR wires.
    pub code: &'a str,
    /// The Smithy namespace before it (`com.amazonaws.sqs`, `com.amazon.coral.service`); empty for a bare code.
    pub namespace: &'a str,
    /// The code on query, ec2 and XML wires and in `x-amzn-query-error`.
    pub query_code: &'a str,
    /// HTTP status.
    pub status: u16,
    /// HTTP status on query, ec2 and XML wires.
    pub query_status: u16,
    /// Whose fault it is.
    pub party: Party,
    /// The text for the client; AWS sends none with some codes.
    pub message: Option<&'a str>,
    /// The exception as the service's model has it; none for what the framework answers for all services.
    pub shape: Option<&'static Schema>,
    /// The exception's own members.
    pub members: Option<&'a dyn Shape>,
    /// More elements of an S3 error: `BucketName`, `Resource`… The other protocols ignore them.
    pub extra: &'a [(&'a str, String)],
}

/// One wire protocol, server side.
pub trait Protocol: Send + Sync {
    /// Which one.
    fn kind(&self) -> ProtocolKind;

    /// Reads a request into `input` and tells which required members are missing, as far as reading can tell;
    /// [`validate`](crate::validate) adds the rest. A streaming body is put into `input` only when `req.body` holds it.
    fn decode(
        &self,
        op: &'static OperationSchema,
        req: &RequestParts<'_>,
        input: &mut dyn Shape,
    ) -> Result<Vec<Issue>, Malformed>;

    /// Writes a successful answer. Takes streams out of `output`.
    fn encode(&self, op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded;

    /// Writes an error. An answer to a HEAD request keeps its headers; the server drops the body.
    fn encode_error(&self, service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded;
}

/// The codec of a protocol.
pub fn protocol(kind: ProtocolKind) -> &'static dyn Protocol {
    match kind {
        ProtocolKind::Query => &query::Query,
        ProtocolKind::Ec2 => &ec2::Ec2,
        ProtocolKind::Json10 => &json::Json::V1_0,
        ProtocolKind::Json11 => &json::Json::V1_1,
        ProtocolKind::RestJson => &rest_json::RestJson,
        ProtocolKind::RestXml => &rest_xml::RestXml,
        ProtocolKind::RpcV2Cbor => &rpc_v2_cbor::RpcV2Cbor,
        ProtocolKind::Cbor11 => &cbor_1_1::Cbor11,
    }
}
