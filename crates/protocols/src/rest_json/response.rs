//! A REST-JSON answer.

use bytes::Bytes;
use smithy::{Location, OperationSchema, Shape};

use crate::http_binding::{Bindings, Payload, bindings, payload};
use crate::json_text::{JsonWriter, Names};
use crate::members::Only;
use crate::{Body, Encoded, event_stream, reply};

const CONTENT_TYPE: &str = "application/json";

/// Writes status, headers and body.
pub(crate) fn encode(op: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
    let bound = bindings(op, output);
    let mut answer = match output.take_events() {
        Some(events) => bound.onto(event_stream::rest(request_id, event_stream::Payload::Json, events)),
        None => with_body(op, bound, output),
    };
    reply::set(&mut answer.headers, reply::REQUEST_ID, request_id);
    answer
}

fn with_body(op: &'static OperationSchema, bound: Bindings, output: &mut dyn Shape) -> Encoded {
    match payload(output) {
        _ if op.http.method == "HEAD" || bound.status() == 204 => bound.with(None, Body::Full(Bytes::new())),
        Payload::Raw(content_type, body) => bound.with(Some(content_type), body),
        Payload::Document(_) => bound.document(CONTENT_TYPE, payload_document(output)),
        Payload::Absent => bound.with(None, Body::Full(Bytes::new())),
        Payload::None => {
            let mut writer = JsonWriter::new(Names::Wire);
            writer.object(|w| output.write_members(&mut Only(Location::Body, w)));
            bound.document(CONTENT_TYPE, writer.finish())
        }
    }
}

/// The payload without its name.
fn payload_document(output: &dyn Shape) -> Vec<u8> {
    let mut writer = JsonWriter::new(Names::Wire);
    output.write_members(&mut Only(Location::Payload, &mut writer));
    writer.finish()
}
