//! Filter policies of SNS: the same language over a message's attributes or its body, with SNS's own limits.

use serde_json::Value;

use crate::check::Scalar;
use crate::compile::{Dialect, Pattern};
use crate::event::{Event, scalar};
use crate::number;
use crate::text::Invalid;

/// Combinations of values that a policy may ask for. Source: SNS developer guide, "Filter policy constraints".
const COMBINATIONS: usize = 150;
/// Names that a policy may have conditions on; of nested ones the outermost count. Source: the same page.
const KEYS: usize = 5;

/// What a policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A message's attributes.
    Attributes,
    /// A message's body, when it is a JSON object.
    Body,
}

/// A compiled filter policy.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterPolicy {
    pattern: Pattern,
    scope: Scope,
}

/// Why a text is no filter policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is not of the language, or beyond a limit; AWS's words, to stand after `FilterPolicy: `.
    Invalid(Invalid),
    /// It has objects inside objects, which attributes have not.
    Nested,
}

/// A message's attribute, as its type says it is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute<'a> {
    /// A string.
    Text(&'a str),
    /// A number.
    Number(&'a str),
    /// `String.Array`: a JSON array of strings, numbers, booleans and nulls.
    List(&'a str),
}

impl FilterPolicy {
    /// Reads a policy.
    pub fn parse(text: &str, scope: Scope) -> Result<Self, Refusal> {
        let pattern = Pattern::parse_as(Dialect::Topics, text).map_err(Refusal::Invalid)?;
        let refuse = |reason: String| Err(Refusal::Invalid(Invalid::new(reason)));
        if scope == Scope::Attributes && pattern.alternatives.iter().flatten().any(|condition| condition.depth > 1) {
            return Err(Refusal::Nested);
        }
        if pattern.roots().len() > KEYS {
            return refuse(format!("Filter policy can not have more than {KEYS} keys"));
        }
        if combinations(&pattern) > COMBINATIONS {
            return refuse("Filter policy is too complex".to_owned());
        }
        Ok(Self { pattern, scope })
    }

    /// What it looks at.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Whether a message with these attributes passes.
    pub fn passes_attributes<'a>(&self, attributes: impl IntoIterator<Item = (&'a str, Attribute<'a>)>) -> bool {
        let mut event = Event::empty();
        for (name, attribute) in attributes {
            add(&mut event, name, attribute);
        }
        self.pattern.matches(&event)
    }

    /// Whether a message with this body passes. A body that is no JSON object passes no policy.
    pub fn passes_body(&self, body: &str) -> bool {
        match serde_json::from_str(body) {
            Ok(body @ Value::Object(_)) => self.pattern.matches(&Event::new(&body)),
            _ => false,
        }
    }
}

fn add(event: &mut Event, name: &str, attribute: Attribute<'_>) {
    match attribute {
        Attribute::Text(text) => event.add(name, Scalar::text(text)),
        Attribute::Number(text) => event.add(name, Scalar::Number(text.into(), number::value(text))),
        Attribute::List(json) => match serde_json::from_str(json) {
            Ok(Value::Array(items)) => {
                let leaves = items.iter().filter(|item| !item.is_object() && !item.is_array());
                leaves.for_each(|item| event.add(name, scalar(item)));
            }
            _ => event.add(name, Scalar::text(json)),
        },
    }
}

/// For each alternative the product of the numbers of values, each times how deep it lies.
fn combinations(pattern: &Pattern) -> usize {
    let factor = |checks: usize, depth: usize| checks.saturating_mul(depth);
    let products = pattern.alternatives.iter().map(|alternative| {
        let factors = alternative.iter().map(|condition| factor(condition.checks.len(), condition.depth));
        factors.fold(1_usize, usize::saturating_mul)
    });
    products.fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, scope: Scope) -> String {
        match FilterPolicy::parse(text, scope) {
            Err(Refusal::Invalid(invalid)) => invalid.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn limits() {
        let values = |count: usize| format!("{:?}", (0..count).map(|n| format!("v{n}")).collect::<Vec<_>>());
        let too_complex = "Filter policy is too complex";
        assert!(FilterPolicy::parse(&format!("{{\"k\": {}}}", values(150)), Scope::Attributes).is_ok());
        assert_eq!(refusal(&format!("{{\"k\": {}}}", values(151)), Scope::Attributes), too_complex);
        let nested = r#"{"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}, "f": [1, 2, 3]}"#;
        assert_eq!(refusal(nested, Scope::Body), too_complex);
        assert_eq!(FilterPolicy::parse(nested, Scope::Attributes), Err(Refusal::Nested));
        let keys = r#"{"a": [1], "b": [1], "c": [1], "d": [1], "e": [1], "f": [1]}"#;
        assert_eq!(refusal(keys, Scope::Attributes), "Filter policy can not have more than 5 keys");
    }

    #[test]
    fn an_older_language() {
        for (value, reason) in [
            (r#"{"anything-but":{"suffix":"test"}}"#, "Unsupported anything-but pattern: suffix\n"),
            (r#"{"anything-but":{"prefix":false}}"#, "prefix match pattern must be a string\n"),
            (r#"{"numeric":[]}"#, "Invalid member in numeric match: ]\n"),
        ] {
            let told = refusal(&format!("{{\"key\":[{value}]}}"), Scope::Attributes);
            assert!(told.starts_with(reason), "{told}");
        }
    }

    #[test]
    fn attributes() {
        let passes = |policy: &str, attributes: &[(&str, Attribute<'_>)]| {
            let policy = FilterPolicy::parse(policy, Scope::Attributes).unwrap();
            policy.passes_attributes(attributes.iter().copied())
        };
        let price = Attribute::Number("100.0");
        assert!(passes(r#"{"price": [{"numeric": [">=", 100]}]}"#, &[("price", price)]));
        assert!(passes(r#"{"price": [100]}"#, &[("price", price)]));
        assert!(!passes(r#"{"price": ["100.0"]}"#, &[("price", price)]));
        let list = Attribute::List(r#"["soccer", 7, null]"#);
        for value in [r#""soccer""#, "7", "null", r#"{"anything-but": "soccer"}"#] {
            assert!(passes(&format!("{{\"likes\": [{value}]}}"), &[("likes", list)]), "{value}");
        }
        assert!(!passes(r#"{"likes": ["rugby"]}"#, &[("likes", list)]));
        assert!(passes(r#"{"x": [{"exists": false}]}"#, &[("likes", list)]));
        assert!(!passes(r#"{"x": ["1"]}"#, &[]));
    }

    #[test]
    fn bodies() {
        let policy = FilterPolicy::parse(r#"{"object": {"key": ["1"]}}"#, Scope::Body).unwrap();
        assert!(policy.passes_body(r#"{"object": [{"key": "0"}, {"key": "1"}]}"#));
        for body in [r#"{"object": {"key": "2"}}"#, "no json", r#"["1"]"#, ""] {
            assert!(!policy.passes_body(body), "{body}");
        }
    }
}
