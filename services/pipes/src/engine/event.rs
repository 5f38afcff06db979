//! Events as pipes pass them on, and opened: with the part that its source encodes made JSON, so that filters and templates
//! look into it. Source: EventBridge user guide, "Implicit body data parsing" and "Event filtering in EventBridge Pipes".

use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::Timestamp;
use serde_json::Value;

/// An event on its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// Its own name within the source: the same however often it is read.
    pub(crate) key: String,
    /// As pipes pass it on.
    pub(crate) value: Value,
    /// With its encoded part opened.
    pub(crate) opened: Value,
    /// What it is kept in order with; none when nothing.
    pub(crate) lane: Option<String>,
    /// When it came to the source.
    pub(crate) at: Timestamp,
    /// Its number in a shard, or the receipt of a message.
    pub(crate) mark: String,
}

/// An event with its encoded member opened: text that is a JSON object or list becomes it, other text stays.
pub(crate) fn open(value: &Value, encoded: Option<&str>) -> Value {
    let mut opened = value.clone();
    let Some(member) = encoded.and_then(|name| opened.get_mut(name)) else { return opened };
    let Some(text) = member.as_str() else { return opened };
    let decoded = match encoded {
        Some("data") => BASE64_STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()),
        _ => Some(text.to_owned()),
    };
    if let Some(text) = decoded {
        *member = structure(&text).unwrap_or_else(|| text.into());
    }
    opened
}

fn structure(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn opens_what_is_encoded() {
        for (event, encoded, expected) in [
            (json!({"body": "{\"a\":1}"}), Some("body"), json!({"body": {"a": 1}})),
            (json!({"body": "12"}), Some("body"), json!({"body": "12"})),
            (json!({"body": "plain"}), Some("body"), json!({"body": "plain"})),
            (json!({"data": "eyJhIjoxfQ=="}), Some("data"), json!({"data": {"a": 1}})),
            (json!({"data": "aGk="}), Some("data"), json!({"data": "hi"})),
            (json!({"data": "/w=="}), Some("data"), json!({"data": "/w=="})),
            (json!({"dynamodb": {"Keys": {}}}), None, json!({"dynamodb": {"Keys": {}}})),
        ] {
            assert_eq!(open(&event, encoded), expected);
        }
    }
}
