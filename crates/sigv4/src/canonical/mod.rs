//! The canonical request: six lines of which the SHA-256 is signed.

mod encode;
mod headers;
mod path;
mod query;

pub(crate) use encode::{decode, encode};
pub(crate) use headers::HOST_NAMES;
pub(crate) use query::split_pairs;

use crate::{Request, Style};

/// What differs between the canonical requests of one request.
pub(crate) struct Shape<'a> {
    /// Whose rules for the path.
    pub style: Style,
    /// Whether `.`, `..` and `//` are resolved; S3's rules never do.
    pub normalise: bool,
    /// Decoded names of query parameters that are not signed.
    pub unsigned_parameters: &'a [&'a str],
    /// Lower-case header names, sorted, joined with semicolons.
    pub signed_headers: &'a str,
    /// The last line: a hash or one of the literals.
    pub payload: &'a str,
}

/// The canonical request. Bytes, not text: header values need not be UTF-8.
pub(crate) fn canonical_request(request: &Request<'_>, shape: &Shape<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(512 + request.query().len());
    out.extend_from_slice(request.method.as_str().as_bytes());
    out.push(b'\n');
    path::push(&mut out, request.uri.path(), shape.style, shape.normalise);
    out.push(b'\n');
    query::push(&mut out, request.query(), shape.unsigned_parameters);
    out.push(b'\n');
    headers::push(&mut out, request, shape.signed_headers);
    out.push(b'\n');
    out.extend_from_slice(shape.signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(shape.payload.as_bytes());
    out
}
