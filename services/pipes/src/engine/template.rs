//! What a target gets of an event: all of it, or a template filled in.
//!
//! Templates are text until they are filled in: `<$.path>` stands for what the path leads to in the opened event,
//! `<aws.pipes.…>` for what pipes know beside it. One that is a path alone gives what it leads to, a string without its
//! quotes. Else strings are quoted where JSON wants it, escaped inside quotes, and objects inside quotes lose theirs. What a
//! path does not find is empty. Source: user guide, "Amazon EventBridge Pipes input transformation" and its "Common issues".

use pattern::template::{Piece, pieces};
use serde_json::Value;

use super::path;

/// What is known of an event in a pipe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) pipe_arn: &'a str,
    pub(crate) pipe_name: &'a str,
    pub(crate) source_arn: &'a str,
    pub(crate) enrichment_arn: &'a str,
    pub(crate) target_arn: &'a str,
    /// When the pipe received the event, as AWS shows it.
    pub(crate) came: &'a str,
    pub(crate) event: &'a Value,
    pub(crate) opened: &'a Value,
}

/// Fills in a template. None when it is to be JSON and is not.
pub(crate) fn fill(template: &str, known: &Known<'_>) -> Option<String> {
    let bare = template.trim();
    if let Some(name) = alone(bare) {
        return Some(match value(name, known) {
            Value::String(text) => text,
            value => value.to_string(),
        });
    }
    let json = bare.starts_with(['{', '[']);
    let mut filled = String::with_capacity(template.len());
    for piece in pieces(template, is_name) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Value { name, quoted } => filled.push_str(&written(&value(name, known), quoted, json)),
        }
    }
    (!json || serde_json::from_str::<Value>(&filled).is_ok()).then_some(filled)
}

fn value(name: &str, known: &Known<'_>) -> Value {
    match name {
        "aws.pipes.pipe-arn" => known.pipe_arn.into(),
        "aws.pipes.pipe-name" => known.pipe_name.into(),
        "aws.pipes.source-arn" => known.source_arn.into(),
        "aws.pipes.enrichment-arn" => known.enrichment_arn.into(),
        "aws.pipes.target-arn" => known.target_arn.into(),
        "aws.pipes.event.ingestion-time" => known.came.into(),
        "aws.pipes.event" => known.event.clone(),
        "aws.pipes.event.json" => known.opened.clone(),
        path => path::find(path, known.opened).unwrap_or_else(|| "".into()),
    }
}

fn written(value: &Value, quoted: bool, json: bool) -> String {
    match value {
        Value::String(text) if quoted => {
            let json = Value::from(text.as_str()).to_string();
            json[1..json.len() - 1].to_owned()
        }
        Value::String(text) if !json => text.clone(),
        value if quoted => value.to_string().replace('"', ""),
        value => value.to_string(),
    }
}

/// The placeholder that a template is, when it is nothing beside.
fn alone(template: &str) -> Option<&str> {
    template.strip_prefix('<')?.strip_suffix('>').filter(|name| is_name(name))
}

/// Whether a placeholder's name is a path or one of the reserved variables.
fn is_name(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"-_./$[]*".contains(&b);
    (path::is_path(name) || name.starts_with("aws.pipes.")) && name.bytes().all(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(template: &str) -> Option<String> {
        let event = json!({"body": "{}", "messageId": "m"});
        let opened = json!({"body": {"key": "v\"1", "list": ["a"], "n": 1}, "messageId": "m"});
        fill(
            template,
            &Known {
                pipe_arn: "arn:pipe",
                pipe_name: "p",
                source_arn: "arn:source",
                enrichment_arn: "",
                target_arn: "arn:target",
                came: "2026-01-01T00:00:00.000Z",
                event: &event,
                opened: &opened,
            },
        )
    }

    #[test]
    fn templates() {
        for (template, expected) in [
            (r#""Hello, sender""#, Some(r#""Hello, sender""#)),
            ("<$.messageId>", Some("m")),
            ("<$.body.key>", Some("v\"1")),
            (" <$.body> ", Some(r#"{"key":"v\"1","list":["a"],"n":1}"#)),
            (r#""Hello, <$.messageId>""#, Some(r#""Hello, m""#)),
            (
                r#"{"k": <$.body.key>, "d": "<aws.pipes.event.ingestion-time>"}"#,
                Some(r#"{"k": "v\"1", "d": "2026-01-01T00:00:00.000Z"}"#),
            ),
            (r#"{"k": "<$.body.key>", "n": <$.body.n>}"#, Some(r#"{"k": "v\"1", "n": 1}"#)),
            (r#"{"l": <$.body.list[0]>, "t": "<$.body.list>"}"#, Some(r#"{"l": "a", "t": "[a]"}"#)),
            (r#"{"a": "<$.none>", "b": <$.none>}"#, Some(r#"{"a": "", "b": ""}"#)),
            (r#"{"p": "<aws.pipes.pipe-name>", "a": <aws.pipes.pipe-arn>}"#, Some(r#"{"p": "p", "a": "arn:pipe"}"#)),
            (
                r#"{"e": <aws.pipes.event.json>}"#,
                Some(r#"{"e": {"body":{"key":"v\"1","list":["a"],"n":1},"messageId":"m"}}"#),
            ),
            ("{ <$.messageId> }", None),
            ("a < b > <c> plain <$.messageId>", Some("a < b > <c> plain m")),
            ("<$.messageId><aws.pipes.source-arn>", Some("marn:source")),
        ] {
            assert_eq!(filled(template).as_deref(), expected, "{template}");
        }
    }
}
