//! An RPC v2 answer: the body is the output.

use smithy::Shape;

use super::{answer, mark};
use crate::cbor_data::CborWriter;
use crate::{Encoded, event_stream};

/// Writes the output, or the events it hands out.
pub(crate) fn encode(request_id: &str, output: &mut dyn Shape) -> Encoded {
    if let Some(events) = output.take_events() {
        let mut answer = event_stream::rpc_cbor(request_id, output, events);
        mark(&mut answer);
        return answer;
    }
    let mut writer = CborWriter::new();
    writer.object(|w| output.write_members(w));
    answer(200, "application/cbor", request_id, writer.finish())
}
