//! Fields that events have by themselves, and those discovered in them: of JSON, and of the lines that Lambda writes. Source:
//! user guide, "Supported logs and discovered fields".

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::value::Value;
use crate::limits;

/// Fields by their names.
pub(crate) type Fields = BTreeMap<String, Value>;

/// The fields of a message. `lambda` tells of the group of a function, whose JSON may stand behind other text.
pub(crate) fn discover(message: &str, lambda: bool) -> Fields {
    let mut fields = Fields::new();
    let text = message.trim();
    let start = if lambda { text.find('{') } else { text.starts_with('{').then_some(0) };
    if let Some(start) = start {
        let mut first = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Json>();
        if let Some(Ok(json @ Json::Object(_))) = first.next() {
            flatten(&json, String::new(), &mut fields, 0);
        }
    }
    if lambda {
        of_lambda(text, &mut fields);
    }
    fields
}

/// What JSON holds, as a value: objects and lists as their texts.
pub(crate) fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Missing,
        Json::Bool(truth) => Value::Truth(*truth),
        Json::Number(number) => number.as_f64().map_or(Value::Missing, Value::Number),
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}

fn flatten(json: &Json, path: String, fields: &mut Fields, deep: usize) {
    if fields.len() >= limits::DISCOVERED || deep > 32 {
        return;
    }
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match json {
        Json::Object(members) => {
            members.iter().for_each(|(name, json)| flatten(json, below(name), fields, deep + 1));
        }
        Json::Array(elements) => {
            for (at, json) in elements.iter().enumerate() {
                flatten(json, below(&at.to_string()), fields, deep + 1);
            }
        }
        Json::Null => {}
        json => {
            fields.insert(path, value_of(json));
        }
    }
}

/// `START RequestId: … Version: …`, `END …`, `REPORT RequestId: … Duration: 1.5 ms …`, and lines that begin with a request's id.
fn of_lambda(text: &str, fields: &mut Fields) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let kind = words.first().copied().filter(|word| matches!(*word, "START" | "END" | "REPORT"));
    if let Some(kind) = kind {
        fields.insert("@type".to_owned(), Value::Text(kind.to_owned()));
        if let Some(id) = after(text, "RequestId: ") {
            fields.insert("@requestId".to_owned(), Value::Text(id.to_owned()));
        }
    } else if let Some(id) = words.iter().find(|word| is_uuid(word)) {
        fields.insert("@requestId".to_owned(), Value::Text((*id).to_owned()));
    }
    if kind != Some("REPORT") {
        return;
    }
    for (label, name, scale) in [
        ("\tDuration: ", "@duration", 1.0),
        ("Billed Duration: ", "@billedDuration", 1.0),
        ("Memory Size: ", "@memorySize", 1_000_000.0),
        ("Max Memory Used: ", "@maxMemoryUsed", 1_000_000.0),
        ("Init Duration: ", "@initDuration", 1.0),
    ] {
        let number = after(text, label).or_else(|| after(text, &label.replace('\t', " ")));
        if let Some(number) = number.and_then(|number| number.parse::<f64>().ok()) {
            fields.insert(name.to_owned(), Value::Number(number * scale));
        }
    }
    for (label, name) in [("XRAY TraceId: ", "@xrayTraceId"), ("SegmentId: ", "@xraySegmentId")] {
        if let Some(id) = after(text, label) {
            fields.insert(name.to_owned(), Value::Text(id.to_owned()));
        }
    }
}

/// The word behind a label. ` Duration` alone must not be found in `Billed Duration`: its label begins with what is before it.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let at = text.match_indices(label).map(|(at, _)| at).find(|at| {
        let before = text[..*at].trim_end();
        !label.ends_with("Duration: ")
            || label.trim() != "Duration:"
            || !(before.ends_with("Billed") || before.ends_with("Init"))
    })?;
    text[at + label.len()..].split_whitespace().next()
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36
        && word
            .char_indices()
            .all(|(at, c)| if matches!(at, 8 | 13 | 18 | 23) { c == '-' } else { c.is_ascii_hexdigit() })
}
