//! `requestParameters` and `responseElements` of CloudTrail's records: names begin in lower case, sensitive values are
//! replaced by the text that CloudTrail has for them.

use smithy::Shape;

use crate::json_text::{JsonWriter, Names};

/// What CloudTrail shows in place of a value.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Writes `shape` as a JSON object for a record.
pub fn for_record(shape: &dyn Shape) -> Vec<u8> {
    let mut writer = JsonWriter::hiding(Names::LowerCamel, HIDDEN);
    writer.object(|w| shape.write_members(w));
    writer.finish()
}
