//! What a target gets of an event: all of it, a part, a constant, or a template filled in.
//!
//! Templates are text, not JSON, until they are filled in. A value stands for its placeholder as AWS was recorded to write
//! it: in a text template without its quotes; inside quotes of a JSON template bare when it is a string; elsewhere as JSON.
//! What a path does not find is an empty string.

use std::collections::BTreeMap;

use pattern::template::{Piece, pieces};
use serde_json::{Map, Value, json};

use super::path::Path;

/// What is known of an event at a rule, beside the event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) rule_arn: &'a str,
    pub(crate) rule_name: &'a str,
    /// When the event came in, as AWS shows it.
    pub(crate) came: &'a str,
}

/// Values that placeholders of EventBridge's own stand for.
const OWN: [&str; 5] = [
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
];

/// The part of an event that a path leads to, as text. A path that leads nowhere gives an empty object.
pub(crate) fn part(path: &str, event: &Value) -> String {
    Path::parse(path).and_then(|path| path.find(event)).unwrap_or_else(|| json!({})).to_string()
}

/// The first placeholder of a template that neither `paths` nor EventBridge knows.
pub(crate) fn unknown<'t>(template: &'t str, paths: &BTreeMap<String, String>) -> Option<&'t str> {
    pieces(template, is_name).into_iter().find_map(|piece| match piece {
        Piece::Value { name, .. } if !paths.contains_key(name) && !OWN.contains(&name) => Some(name),
        _ => None,
    })
}

/// Fills in a template. None when that makes no JSON, which then cannot be delivered.
pub(crate) fn fill(template: &str, paths: &BTreeMap<String, String>, event: &Value, at: At<'_>) -> Option<String> {
    let text_template = template.trim_start().starts_with('"');
    let mut filled = String::with_capacity(template.len());
    for piece in pieces(template, is_name) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Value { name, quoted } => {
                let value = value(name, paths, event, at);
                filled.push_str(&written(&value, quoted, text_template));
            }
        }
    }
    let whole = text_template || serde_json::from_str::<Value>(&filled).is_ok();
    whole.then_some(filled)
}

fn value(name: &str, paths: &BTreeMap<String, String>, event: &Value, at: At<'_>) -> Value {
    match name {
        "aws.events.rule-arn" => at.rule_arn.into(),
        "aws.events.rule-name" => at.rule_name.into(),
        "aws.events.event.ingestion-time" => at.came.into(),
        "aws.events.event.json" => event.clone(),
        "aws.events.event" => without_detail(event),
        name => {
            let path = paths.get(name).and_then(|path| Path::parse(path));
            path.and_then(|path| path.find(event)).unwrap_or_else(|| "".into())
        }
    }
}

/// The event but for its detail, with names as AWS's own variable has them.
fn without_detail(event: &Value) -> Value {
    let fields = event.as_object().into_iter().flatten().filter(|(name, _)| *name != "detail");
    let renamed = fields.map(|(name, value)| {
        let name = if name == "detail-type" { "detailType" } else { name };
        (name.to_owned(), value.clone())
    });
    Value::Object(renamed.collect::<Map<_, _>>())
}

fn written(value: &Value, quoted: bool, text_template: bool) -> String {
    match value {
        Value::String(text) if text_template => text.clone(),
        Value::String(text) if quoted => {
            let json = Value::from(text.as_str()).to_string();
            json[1..json.len() - 1].to_owned()
        }
        value if text_template => value.to_string().replace('"', ""),
        value => value.to_string(),
    }
}

/// Whether that is how placeholders are named.
fn is_name(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !name.is_empty() && name.bytes().all(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Option<String> {
        let event = json!({
            "version": "0", "id": "i", "detail-type": "t",
            "detail": {"user": "u\"1", "payload": {"acc": "0a", "n": 1}, "list": ["HIGH"], "on": true},
        });
        let paths = [("user", "$.detail.user"), ("payload", "$.detail.payload"), ("list", "$.detail.list")];
        let more = [("none", "$.detail.none"), ("on", "$.detail.on")];
        let paths = paths.into_iter().chain(more).map(|(name, path)| (name.to_owned(), path.to_owned())).collect();
        fill(template, &paths, &event, At { rule_arn: "arn:rule", rule_name: "rule", came: "2024-01-01T00:00:00Z" })
    }

    /// As recorded of AWS.
    #[test]
    fn templates() {
        for (template, expected) in [
            (
                r#"{"path": "users/<user>", "body": <payload>}"#,
                Some(r#"{"path": "users/u\"1", "body": {"acc":"0a","n":1}}"#),
            ),
            (r#""Payload of <payload>, <on>, <none>.""#, Some(r#""Payload of {acc:0a,n:1}, true, .""#)),
            (r#"{"id" : <user>}"#, Some(r#"{"id" : "u\"1"}"#)),
            (r#"{"none": <none>}"#, Some(r#"{"none": ""}"#)),
            (r#"{"list": <list>}"#, Some(r#"{"list": ["HIGH"]}"#)),
            (r#""<list> items""#, Some(r#""[HIGH] items""#)),
            (r#"{"rule": <aws.events.rule-name>}"#, Some(r#"{"rule": "rule"}"#)),
            (r#"{"e": <aws.events.event>}"#, Some(r#"{"e": {"version":"0","id":"i","detailType":"t"}}"#)),
            ("<payload>", Some(r#"{"acc":"0a","n":1}"#)),
            (r#"{"payload": "<payload>"}"#, None),
            ("<list> items", None),
            (r#"{"a": "1 < 2 > 0"}"#, Some(r#"{"a": "1 < 2 > 0"}"#)),
        ] {
            assert_eq!(filled(template).as_deref(), expected, "{template}");
        }
    }

    #[test]
    fn unknown_placeholders() {
        let paths = BTreeMap::from([("known".to_owned(), "$.detail".to_owned())]);
        assert_eq!(unknown("<known> <aws.events.event.json>", &paths), None);
        assert_eq!(unknown("<known> <other>", &paths), Some("other"));
    }
}
