//! The transform `AWS::LanguageExtensions`: loops are written out. Its other functions are known everywhere.

use serde_json::{Map, Value};
use service_kit::properties::text_of;

use super::refusal::{Checked, Refusal};

/// Writes out every `Fn::ForEach` of a template. `list` gives the items of a collection that is a function.
///
/// # Errors
/// Loops that are not of their form.
pub(crate) fn written_out(value: &Value, list: &dyn Fn(&Value) -> Checked<Vec<String>>) -> Checked<Value> {
    match value {
        Value::Array(items) => items.iter().map(|item| written_out(item, list)).collect(),
        Value::Object(members) => {
            let mut plain = Map::new();
            for (name, member) in members {
                match name.strip_prefix("Fn::ForEach::") {
                    Some(_) => plain.extend(round(member, list)?),
                    None => {
                        plain.insert(name.clone(), written_out(member, list)?);
                    }
                }
            }
            Ok(plain.into())
        }
        other => Ok(other.clone()),
    }
}

/// All members that one loop gives.
fn round(argument: &Value, list: &dyn Fn(&Value) -> Checked<Vec<String>>) -> Checked<Map<String, Value>> {
    let wrong = || Refusal::error("Fn::ForEach layout is incorrect");
    let [Value::String(name), collection, Value::Object(body)] =
        argument.as_array().map(Vec::as_slice).unwrap_or_default()
    else {
        return Err(wrong());
    };
    let items = match collection {
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => items.iter().map(text_of).collect(),
        other => list(other)?,
    };
    let mut members = Map::new();
    for item in items {
        for (key, value) in body {
            let (key, value) = (replaced(key, name, &item), filled(value, name, &item));
            let one = Value::Object(Map::from_iter([(key, value)]));
            if let Value::Object(more) = written_out(&one, list)? {
                members.extend(more);
            }
        }
    }
    Ok(members)
}

fn filled(value: &Value, name: &str, item: &str) -> Value {
    match value {
        Value::String(text) => replaced(text, name, item).into(),
        Value::Array(items) => items.iter().map(|value| filled(value, name, item)).collect(),
        Value::Object(members) => match members.get("Ref").and_then(Value::as_str) {
            Some(named) if named == name && members.len() == 1 => item.into(),
            _ => {
                let members = members.iter().map(|(key, value)| (replaced(key, name, item), filled(value, name, item)));
                Value::Object(members.collect())
            }
        },
        other => other.clone(),
    }
}

/// `${name}` is the item, `&{name}` is what of it may stand in a logical id.
fn replaced(text: &str, name: &str, item: &str) -> String {
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{name}}}"), item).replace(&format!("&{{{name}}}"), &plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn loops_are_written_out() {
        let template = json!({"Resources": {
            "Fn::ForEach::Topics": ["Name", ["a.b", "c"], {
                "Topic&{Name}": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "t-${Name}"}, "X": {"Ref": "Name"}}},
            }],
            "Other": {"Type": "T"},
        }});
        let none = |_: &Value| -> Checked<Vec<String>> { Ok(vec!["z".to_owned()]) };
        let written = written_out(&template, &none).unwrap();
        assert_eq!(
            written["Resources"]["Topicab"],
            json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "t-a.b"}, "X": "a.b"}})
        );
        assert_eq!(written["Resources"].as_object().unwrap().len(), 3);
        let by_function = json!({"Fn::ForEach::L": ["N", {"Ref": "P"}, {"K${N}": 1}]});
        assert_eq!(written_out(&by_function, &none), Ok(json!({"Kz": 1})));
        assert!(written_out(&json!({"Fn::ForEach::L": ["N"]}), &none).is_err());
    }
}
