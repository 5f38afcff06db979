//! Our corrections to AWS's models. An overlay is a JSON merge patch (RFC 7396) in botocore's own vocabulary, with a list
//! of `sources`; it may patch operations and shapes that exist, and add exceptions and members. It adds these words:
//!
//! | where | word | meaning |
//! |---|---|---|
//! | metadata | `namespace` | Smithy namespace of the shapes, shown before `#` in `__type` |
//! | metadata | `iamPrefix` | what stands before the colon of an IAM action, when it is not the signing name |
//! | metadata | `global` | one endpoint for all regions |
//! | metadata | `methodActions` | operations that the reference does not name are decided as their HTTP methods |
//! | metadata | `eventSource` | CloudTrail's name of the service, when it is not the signing name and `.amazonaws.com` |
//! | operation | `action` | the whole IAM action, when it is not prefix and operation name |
//! | operation | `furtherActions` | whole IAM actions that some calls need besides |
//! | operation | `alwaysAllowed` | no policy decides it: whoever signs may call it |
//! | operation | `readonly` | changes nothing, as CloudTrail's `readOnly` says |
//! | operation | `dataEvent` | CloudTrail's resource type, when a call is a data event |
//! | shape | `xmlName` | root element of an output |
//! | exception | `namespace` | its own, when it is not the service's |
//! | exception | `everywhere` | any operation may answer it |
//! | `error` | `queryHttpStatusCode` | status on the query wire, when it differs |
//! | member | `xmlName` | name in XML and query, in place of `locationName` |
//! | member | `optional` | not required, whatever the model says |

use serde_json::{Map, Value};

/// Merges `overlay` into `model`.
pub(crate) fn merge(id: &str, model: &mut Value, overlay: &Value) -> Result<(), String> {
    let wrong = |what: &str| format!("models/{id}.overlay.json: {what}");
    let sections = overlay.as_object().ok_or_else(|| wrong("is no object"))?;
    let sources = sections.get("sources").and_then(Value::as_array);
    if sources.is_none_or(Vec::is_empty) {
        return Err(wrong("names no sources"));
    }
    for (section, patch) in sections.iter().filter(|(name, _)| *name != "sources") {
        let target = model.get_mut(section).ok_or_else(|| wrong(&format!("no section {section}")))?;
        if section != "metadata" {
            only_known(section, target, patch).map_err(|e| wrong(&e))?;
        }
        apply(target, patch);
    }
    Ok(())
}

/// A patch of something that does not exist is a slip, unless it brings a whole shape, or a member with its shape.
fn only_known(section: &str, target: &Value, patch: &Value) -> Result<(), String> {
    let entries = patch.as_object().ok_or_else(|| format!("{section} is no object"))?;
    for (name, change) in entries {
        let Some(known) = target.get(name) else {
            if change.get("type").is_none() {
                return Err(format!("{section} has no {name}"));
            }
            continue;
        };
        let members = change.get("members").and_then(Value::as_object);
        let unknown = |(member, change): &(&String, &Value)| {
            known["members"].get(*member).is_none() && change.get("shape").is_none()
        };
        if let Some((member, _)) = members.into_iter().flatten().find(unknown) {
            return Err(format!("{name} has no member {member}"));
        }
    }
    Ok(())
}

fn apply(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (key, change) in changes {
        if change.is_null() {
            target.as_object_mut().map(|entries| entries.remove(key));
        } else {
            apply(&mut target[key], change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merges_as_rfc_7396_says() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": {"b": "c"}}), json!({"a": {"d": 1}}), json!({"a": {"b": "c", "d": 1}})),
            (json!({"a": ["b"]}), json!({"a": ["c"]}), json!({"a": ["c"]})),
            (json!({}), json!({"a": {"b": {}}}), json!({"a": {"b": {}}})),
        ];
        for (mut target, patch, expected) in cases {
            apply(&mut target, &patch);
            assert_eq!(target, expected);
        }
    }

    #[test]
    fn refuses_what_the_model_does_not_have() {
        let model = json!({"metadata": {}, "operations": {}, "shapes": {"S": {"members": {"A": {}}}}});
        for patch in [
            json!({"shapes": {}}),
            json!({"sources": ["s"], "shape": {}}),
            json!({"sources": ["s"], "operations": {"X": {"action": "a:b"}}}),
            json!({"sources": ["s"], "shapes": {"S": {"members": {"B": {"optional": true}}}}}),
        ] {
            assert!(merge("x", &mut model.clone(), &patch).is_err(), "{patch}");
        }
    }
}
