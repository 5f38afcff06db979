//! Inputs and outputs of REST operations as heads and bodies of plain HTTP: for forms, websites and whatever else leads to
//! an operation without being one of its requests.

use bytes::Bytes;
use http::{HeaderMap, Method, Response, Uri};
use protocols::{Body, RequestParts};
use smithy::{ByteStream, Operation, ProtocolKind};

use crate::{Fault, WebResponse};

/// The input of an operation that headers, labels of a path and a body make, held against its model.
///
/// # Errors
/// [`Fault::Malformed`] and [`Fault::Validation`], as for a request.
pub fn input_of<O: Operation>(
    headers: &HeaderMap,
    labels: &[(&'static str, String)],
    body: &Bytes,
) -> Result<O::Input, Fault> {
    let (method, uri) = (Method::POST, Uri::from_static("/"));
    let parts = RequestParts { method: &method, uri: &uri, headers, labels, body };
    let mut input = O::Input::default();
    let read = protocols::protocol(protocol::<O>()).decode(O::SCHEMA, &parts, &mut input);
    let missing = read.map_err(|malformed| Fault::Malformed { reason: malformed.0 })?;
    let issues = protocols::validate(O::SCHEMA, &input, missing);
    if issues.is_empty() { Ok(input) } else { Err(Fault::Validation(issues)) }
}

/// The answer that an operation's output makes.
pub fn answer_of<O: Operation>(request_id: &str, mut output: O::Output) -> WebResponse {
    let encoded = protocols::protocol(protocol::<O>()).encode(O::SCHEMA, request_id, &mut output);
    let body = match encoded.body {
        Body::Full(bytes) => ByteStream::from(bytes),
        Body::Stream(stream) => stream,
    };
    let mut response = Response::new(body);
    *response.status_mut() = encoded.status;
    *response.headers_mut() = encoded.headers;
    response
}

fn protocol<O: Operation>() -> ProtocolKind {
    O::SCHEMA.service.protocols.first().copied().unwrap_or(ProtocolKind::RestXml)
}
