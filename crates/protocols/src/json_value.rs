//! Neutral JSON: the model's member names whatever the protocol, blobs in base64, instants as epoch seconds or ISO 8601.
//! In-process calls and templates that name an operation and give its input as JSON speak it.

use smithy::{Issue, ReadResult, Shape};

use crate::json_text::{JsonReader, JsonWriter, Names};

/// Reads a JSON object into `shape`; unknown names are passed over. Gives the required members that are missing.
pub fn read(text: &[u8], shape: &mut dyn Shape) -> ReadResult<Vec<Issue>> {
    JsonReader::read(text, Names::Model, shape)
}

/// Writes `shape` as a JSON object, sensitive values included.
pub fn write(shape: &dyn Shape) -> Vec<u8> {
    let mut writer = JsonWriter::new(Names::Model);
    writer.object(|w| shape.write_members(w));
    writer.finish()
}
