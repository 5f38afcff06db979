//! An RPC v2 error: a map with `__type`, the message and the exception's own members.

use smithy::ServiceSchema;

use super::answer;
use crate::cbor_data::CborWriter;
use crate::members::{ErrorMembers, message_name};
use crate::{Encoded, ErrorReply, reply};

/// Writes the error.
pub(crate) fn encode(service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
    let mut answer = answer(error.status, "application/cbor", request_id, body(error));
    reply::query_error(&mut answer.headers, service, error);
    answer
}

fn body(error: &ErrorReply<'_>) -> Vec<u8> {
    let mut writer = CborWriter::new();
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
