//! Answers of the cloud's own endpoints: JSON, and refusals that say why.

use gateway::{ResponseBody, full};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::report::Refusal;

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Response<ResponseBody> {
    with_status(StatusCode::OK, value)
}

/// A refusal.
pub(super) fn refuse(status: StatusCode, why: impl Into<String>) -> Response<ResponseBody> {
    with_status(status, &Refusal { message: why.into() })
}

/// The path is right and the method is not.
pub(super) fn allow_only(methods: &'static str) -> Response<ResponseBody> {
    let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, format!("this endpoint takes {methods}"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// Text of another kind.
pub(super) fn text(kind: &'static str, text: String) -> Response<ResponseBody> {
    let mut response = Response::new(full(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn with_status(status: StatusCode, value: &impl Serialize) -> Response<ResponseBody> {
    let body = serde_json::to_vec(value).expect("reports have no maps with keys that are not text");
    let mut response = Response::new(full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}
