//! An awsJson request: the body is the input.

use smithy::{Issue, Malformed, OperationSchema, Shape};

use crate::RequestParts;
use crate::json_text::{JsonReader, Names};

/// Reads the body. An empty one is an input without members.
pub(crate) fn decode(
    op: &'static OperationSchema,
    req: &RequestParts<'_>,
    input: &mut dyn Shape,
) -> Result<Vec<Issue>, Malformed> {
    JsonReader::new(req.body, Names::Wire)?.of(op.service.namespace).whole_document(input)
}
