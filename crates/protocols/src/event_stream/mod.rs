//! Event streams (`application/vnd.amazon.eventstream`): each event is one frame, written (`event.rs`) or read (`read.rs`).

mod event;
mod frame;
mod read;

use bytes::Bytes;
use futures_util::{StreamExt as _, future, stream};
use smithy::{ApiError, ByteStream, EventStream, ProtocolKind, ReadResult, Shape};

pub(crate) use event::Payload;
pub use frame::{Frame, HeaderValue};

use crate::{Body, Encoded, reply};

const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Reads the event in a frame, as a client of a protocol sends it, into the union that it is one of. A frame whose
/// `:message-type` is no event is malformed. No operation of today's models takes a stream of events.
///
/// # Errors
/// When the frame is no event of the union, or its headers or payload are not of the members' kinds.
pub fn read_event(protocol: ProtocolKind, frame: &Frame, union: &mut dyn Shape) -> ReadResult<()> {
    read::event(Payload::of(protocol), frame, union)
}

/// What an output hands out.
pub(crate) type Events = EventStream<Box<dyn Shape>>;

/// The answer of an awsJson operation: its first frame is the output itself.
pub(crate) fn rpc_json(request_id: &str, document_type: &'static str, output: &dyn Shape, events: Events) -> Encoded {
    rpc(request_id, document_type, Payload::Json, output, events)
}

/// The answer of an RPC v2 operation: its first frame is the output itself.
pub(crate) fn rpc_cbor(request_id: &str, output: &dyn Shape, events: Events) -> Encoded {
    rpc(request_id, "application/cbor", Payload::Cbor, output, events)
}

/// The answer of an awsJson operation in CBOR: its first frame is the output itself.
pub(crate) fn rpc_amz_cbor(request_id: &str, output: &dyn Shape, events: Events) -> Encoded {
    rpc(request_id, "application/x-amz-cbor-1.1", Payload::AmzCbor, output, events)
}

fn rpc(request_id: &str, document_type: &'static str, payload: Payload, output: &dyn Shape, events: Events) -> Encoded {
    let first = event::initial_response(payload, document_type, output).encode();
    answer(request_id, frames(Some(first), payload, events))
}

/// The answer of a REST operation, whose other members are headers.
pub(crate) fn rest(request_id: &str, payload: Payload, events: Events) -> Encoded {
    answer(request_id, frames(None, payload, events))
}

fn answer(request_id: &str, stream: ByteStream) -> Encoded {
    let mut answer = reply::full(200, CONTENT_TYPE, request_id, Vec::new());
    answer.body = Body::Stream(stream);
    answer
}

/// The frames of `events`; the first error is the last frame.
fn frames(first: Option<Bytes>, payload: Payload, events: Events) -> ByteStream {
    let ended_after = |ended: &mut bool, event: Result<Box<dyn Shape>, ApiError>| {
        let open = !std::mem::replace(ended, event.is_err());
        future::ready(open.then_some(event))
    };
    let rest = events.0.scan(false, ended_after).map(move |event| Ok(one(payload, event).encode()));
    ByteStream::new(None, stream::iter(first.map(Ok)).chain(rest))
}

fn one(payload: Payload, event: Result<Box<dyn Shape>, ApiError>) -> Frame {
    match event {
        Ok(event) => event::event(payload, &*event),
        Err(error) => event::exception(payload, &error),
    }
}
