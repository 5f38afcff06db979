//! An RPC v2 request: the body is the input.

use smithy::{Issue, Malformed, Shape};

use crate::RequestParts;
use crate::cbor_data::CborReader;

/// Reads the body. An empty one is an input without members.
pub(crate) fn decode(req: &RequestParts<'_>, input: &mut dyn Shape) -> Result<Vec<Issue>, Malformed> {
    CborReader::read(req.body, input)
}
