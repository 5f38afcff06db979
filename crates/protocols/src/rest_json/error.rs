//! A REST-JSON error: the code in `x-amzn-ErrorType`, the exception's members where they belong.

use http::HeaderName;

use crate::http_binding::HeaderWriter;
use crate::json_text::{JsonWriter, Names};
use crate::members::{ErrorMembers, message_name};
use crate::{Encoded, ErrorReply, reply};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Writes the error.
pub(crate) fn encode(request_id: &str, error: &ErrorReply<'_>) -> Encoded {
    let mut answer = reply::full(error.status, "application/json", request_id, body(error));
    reply::set(&mut answer.headers, ERROR_TYPE, error.code);
    if let Some(members) = error.members {
        members.write_members(&mut HeaderWriter::new(&mut answer.headers));
    }
    answer
}

fn body(error: &ErrorReply<'_>) -> Vec<u8> {
    let mut writer = JsonWriter::new(Names::Wire);
    writer.object(|w| {
        if let Some(message) = error.message {
            w.entry(message_name(error), message);
        }
        if let Some(members) = error.members {
            members.write_members(&mut ErrorMembers(w));
        }
    });
    writer.finish()
}
