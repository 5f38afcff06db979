//! What a rule may want, read off its pattern: which sources, which detail types. EventBridge decides; this only spares it the
//! events that no rule can want.

use serde_json::Value;

/// What a rule may want. None means all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    sources: Option<Vec<String>>,
    kinds: Option<Vec<String>>,
}

impl Wish {
    /// Of an archive, or of a rule that takes what comes.
    pub(crate) fn everything() -> Self {
        Self { sources: None, kinds: None }
    }

    /// Of an event pattern; none of what is no pattern.
    pub(crate) fn of(pattern: &str) -> Option<Self> {
        let pattern: Value = serde_json::from_str(pattern).ok()?;
        Some(Self { sources: texts(&pattern["source"]), kinds: texts(&pattern["detail-type"]) })
    }

    /// Whether it may want an event.
    pub(crate) fn may_want(&self, source: &str, kind: &str) -> bool {
        let among = |list: &Option<Vec<String>>, text: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|one| one == text))
        };
        among(&self.sources, source) && among(&self.kinds, kind)
    }
}

/// The texts of a condition, when it consists of texts alone.
fn texts(condition: &Value) -> Option<Vec<String>> {
    condition.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_passed_over_only_when_it_cannot_want_the_event() {
        for (pattern, wanted) in [
            (r#"{"source": ["aws.sqs"]}"#, true),
            (r#"{"source": ["aws.s3", "own"]}"#, false),
            (r#"{"source": ["aws.sqs"], "detail-type": ["AWS API Call via CloudTrail"]}"#, true),
            (r#"{"source": ["aws.sqs"], "detail-type": ["Object Created"]}"#, false),
            (r#"{"source": [{"prefix": "aws."}]}"#, true),
            (r#"{"detail": {"eventName": ["CreateQueue"]}}"#, true),
            (r#"{"$or": [{"source": ["x"]}, {"source": ["aws.sqs"]}]}"#, true),
        ] {
            assert_eq!(
                Wish::of(pattern).unwrap().may_want("aws.sqs", "AWS API Call via CloudTrail"),
                wanted,
                "{pattern}"
            );
        }
        assert!(Wish::everything().may_want("any", "any"));
    }
}
