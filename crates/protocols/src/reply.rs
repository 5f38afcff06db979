//! The parts of an answer that all protocols share: status, content type, request id, the old query code.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use smithy::{Party, ServiceSchema};

use crate::{Body, Encoded, ErrorReply};

/// Where most protocols say which request this was.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// An answer with a body held whole.
pub(crate) fn full(status: u16, content_type: &'static str, request_id: &str, body: Vec<u8>) -> Encoded {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    set(&mut headers, REQUEST_ID, request_id);
    Encoded { status: status_code(status), headers, body: Body::Full(Bytes::from(body)) }
}

/// Sets a header unless the value cannot be one (a control character in a handler's text).
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// A status as HTTP has it; a number that is none is our mistake, a 500.
pub(crate) fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Tells clients that still know the query protocol's codes which one this error had there.
pub(crate) fn query_error(headers: &mut HeaderMap, service: &'static ServiceSchema, error: &ErrorReply<'_>) {
    if service.query_compatible {
        set(headers, QUERY_ERROR, &format!("{};{}", error.query_code, party(error.party)));
    }
}

/// A party as error documents name it.
pub(crate) fn party(party: Party) -> &'static str {
    match party {
        Party::Sender => "Sender",
        Party::Receiver => "Receiver",
    }
}

/// `namespace#Code`, or the bare code.
pub(crate) fn type_name(error: &ErrorReply<'_>) -> String {
    if error.namespace.is_empty() { error.code.to_owned() } else { format!("{}#{}", error.namespace, error.code) }
}
