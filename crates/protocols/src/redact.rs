//! Inputs and outputs for logs: neutral JSON with `***` in place of sensitive values. Streams are not shown.

use smithy::Shape;

use crate::json_text::{JsonWriter, Names};

/// Writes `shape` as one line of JSON that may be logged.
pub fn for_log(shape: &dyn Shape) -> Vec<u8> {
    let mut writer = JsonWriter::hiding(Names::Model, "***");
    writer.object(|w| shape.write_members(w));
    writer.finish()
}
