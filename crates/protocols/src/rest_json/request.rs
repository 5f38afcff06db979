//! A REST-JSON request.

use smithy::{Issue, Location, Malformed, OperationSchema, Presence, ReadResult, Shape};

use crate::RequestParts;
use crate::http_binding::{self, Document};
use crate::json_text::{JsonReader, Names};

/// Reads labels, query, headers and the JSON body.
pub(crate) fn decode(
    op: &'static OperationSchema,
    req: &RequestParts<'_>,
    input: &mut dyn Shape,
) -> Result<Vec<Issue>, Malformed> {
    http_binding::decode(op, req, input, &Json)
}

struct Json;

impl Document for Json {
    fn members(&self, body: &[u8], shape: &mut dyn Shape, presence: &mut Presence) -> ReadResult<Vec<Issue>> {
        let mut reader = JsonReader::new(body, Names::Wire)?;
        reader.document_members(shape, presence, |m| m.location == Location::Body)?;
        Ok(reader.finish())
    }

    fn payload(&self, body: &[u8], shape: &mut dyn Shape, index: usize) -> ReadResult<Vec<Issue>> {
        let mut reader = JsonReader::new(body, Names::Wire)?;
        reader.payload(shape, index)?;
        Ok(reader.finish())
    }
}
