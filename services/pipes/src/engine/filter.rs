//! Which events pass: those that one of the patterns describes, all when there is none. Source: EventBridge user guide,
//! "Event filtering in Amazon EventBridge Pipes".

use pattern::{Event, Pattern};
use serde_json::Value;

/// The patterns of a pipe.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter(Vec<Pattern>);

impl Filter {
    /// Reads `FilterCriteria`. None when a pattern is none.
    pub(crate) fn read(criteria: &Value) -> Option<Self> {
        let filters = criteria["Filters"].as_array().into_iter().flatten();
        let patterns = filters.filter_map(|filter| filter["Pattern"].as_str()).filter(|pattern| !pattern.is_empty());
        patterns.map(|pattern| Pattern::parse(pattern).ok()).collect::<Option<_>>().map(Self)
    }

    /// Whether an event, opened, passes.
    pub(crate) fn passes(&self, opened: &Value) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let event = Event::new(opened);
        self.0.iter().any(|pattern| pattern.matches(&event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::event::open;
    use serde_json::json;

    /// The table "Properly filtering Amazon SQS messages" of the user guide.
    #[test]
    fn formats_of_body_and_pattern() {
        for (body, pattern, expected) in [
            ("plain", json!({"body": ["plain"]}), true),
            ("plain", json!({"messageId": ["m"]}), true),
            ("plain", json!({"body": {"a": [1]}}), false),
            ("{\"a\":1}", json!({"body": ["{\"a\":1}"]}), false),
            ("{\"a\":1}", json!({"messageId": ["m"]}), true),
            ("{\"a\":1}", json!({"body": {"a": [1]}}), true),
            ("{\"a\":1}", json!({"body": {"a": [{"numeric": [">", 1]}]}}), false),
        ] {
            let filter = Filter::read(&json!({"Filters": [{"Pattern": pattern.to_string()}]})).unwrap();
            let event = open(&json!({"messageId": "m", "body": body}), Some("body"));
            assert_eq!(filter.passes(&event), expected, "{body} {pattern}");
        }
    }

    #[test]
    fn one_of_several_is_enough_and_none_lets_all_pass() {
        let either = json!({"Filters": [{"Pattern": "{\"a\":[1]}"}, {"Pattern": "{\"b\":[1]}"}]});
        let either = Filter::read(&either).unwrap();
        assert!(either.passes(&json!({"b": 1})) && !either.passes(&json!({"c": 1})));
        assert!(Filter::read(&json!({"Filters": []})).unwrap().passes(&json!({})));
        assert!(Filter::read(&json!({"Filters": [{"Pattern": "{"}]})).is_none());
    }
}
