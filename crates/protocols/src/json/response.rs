//! An awsJson answer: the body is the output.

use http::HeaderName;
use smithy::{OperationSchema, Shape};

use crate::json_text::{JsonWriter, Names};
use crate::{Encoded, event_stream, reply};

/// Old SDKs for DynamoDB check this sum of the body.
const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");

/// Writes the output, or the events it hands out.
pub(crate) fn encode(
    op: &'static OperationSchema,
    content_type: &'static str,
    request_id: &str,
    output: &mut dyn Shape,
) -> Encoded {
    if let Some(events) = output.take_events() {
        return event_stream::rpc_json(request_id, content_type, output, events);
    }
    let mut writer = JsonWriter::new(Names::Wire);
    writer.object(|w| output.write_members(w));
    let body = writer.finish();
    let sum = op.service.signing_name.eq("dynamodb").then(|| crc32fast::hash(&body));
    let mut answer = reply::full(200, content_type, request_id, body);
    if let Some(sum) = sum {
        answer.headers.insert(CRC32, sum.into());
    }
    answer
}
