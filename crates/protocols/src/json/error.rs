//! An awsJson error: `{"__type":"namespace#Code","message":"…"}` and the exception's own members.

use smithy::ServiceSchema;

use crate::json_text::{JsonWriter, Names};
use crate::members::{ErrorMembers, message_name};
use crate::{Encoded, ErrorReply, reply};

/// Writes the error.
pub(crate) fn encode(
    service: &'static ServiceSchema,
    content_type: &'static str,
    request_id: &str,
    error: &ErrorReply<'_>,
) -> Encoded {
    let mut answer = reply::full(error.status, content_type, request_id, body(error));
    reply::query_error(&mut answer.headers, service, error);
    answer
}

fn body(error: &ErrorReply<'_>) -> Vec<u8> {
    let mut writer = JsonWriter::new(Names::Wire);
    writer.object(|w| {
        w.entry("__type", &reply::type_name(error));
        if let Some(message) = error.message {
            w.entry(message_name(error), message);
        }
        if let Some(members) = error.members {
            members.write_members(&mut ErrorMembers(w));
        }
    });
    writer.finish()
}
