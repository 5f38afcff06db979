//! An awsJson request: the body is the input.

use smithy::{Issue, Malformed, Shape};

use crate::RequestParts;
use crate::json_text::{JsonReader, Names};

/// Reads the body. An empty one is an input without members.
pub(crate) fn decode(req: &RequestParts<'_>, input: &mut dyn Shape) -> Result<Vec<Issue>, Malformed> {
    JsonReader::read(req.body, Names::Wire, input)
}
