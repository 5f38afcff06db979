//! Which records are wanted: those that one of the patterns describes, all when there is none. Source: developer guide,
//! "Control which events Lambda sends to your function".

use pattern::{Event, Pattern};
use serde_json::Value;

/// Whether these are patterns.
pub(crate) fn are_patterns(filters: &[String]) -> bool {
    filters.iter().all(|filter| Pattern::parse(filter).is_ok())
}

/// Whether a record passes. `data` is what patterns look into under `field`: JSON is opened, other text is compared as it is.
pub(super) fn passes(filters: &[String], record: &Value, field: &str, data: Option<String>) -> bool {
    if filters.is_empty() {
        return true;
    }
    let mut opened = record.clone();
    if let Some(data) = data {
        opened[field] = serde_json::from_str(&data).ok().filter(Value::is_object).unwrap_or(Value::String(data));
    }
    let event = Event::new(&opened);
    filters.iter().filter_map(|filter| Pattern::parse(filter).ok()).any(|pattern| pattern.matches(&event))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_look_into_json() {
        let filters = [json!({"body": {"a": [1]}}).to_string()];
        let passes = |body: &str| passes(&filters, &json!({"body": body}), "body", Some(body.to_owned()));
        assert!(passes("{\"a\":1}"));
        assert!(!passes("{\"a\":2}") && !passes("plain"));
        assert!(are_patterns(&filters) && !are_patterns(&["{".to_owned()]));
    }
}
