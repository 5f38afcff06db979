//! An OpenAPI document as a JSON schema of draft 4, in the form in which AWS exports it: the event at the root, everything
//! else in `definitions`, members sorted. Source: recorded exports, as that of `aws.ec2@EC2InstanceStateChangeNotification`.
//! Pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{COMPONENTS, DEFINITIONS, EVENT};

/// Members of OpenAPI that draft 4 does not know.
const UNKNOWN: [&str; 8] =
    ["nullable", "discriminator", "readOnly", "writeOnly", "xml", "externalDocs", "example", "deprecated"];

/// The JSON schema of an OpenAPI document.
pub(crate) fn export(document: &Value) -> Value {
    let title = document.pointer("/info/title").and_then(Value::as_str).unwrap_or_default();
    let empty = Map::new();
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).unwrap_or(&empty);
    let root = root(schemas, title);
    let definitions = schemas.iter().filter(|(name, _)| Some(name.as_str()) != root);
    let definitions: BTreeMap<_, _> = definitions.map(|(name, one)| (name.clone(), converted(one, root))).collect();
    let mut exported = Map::new();
    exported.insert("$schema".to_owned(), "http://json-schema.org/draft-04/schema#".into());
    exported.insert("title".to_owned(), title.into());
    exported.insert("definitions".to_owned(), json!(definitions));
    let whole = root.map(|name| converted(&schemas[name], root));
    if let Some(Value::Object(members)) = whole {
        exported.extend(members.into_iter().filter(|(name, _)| name != "title"));
    }
    Value::Object(exported)
}

/// The component that the document is about: the event, else that of its title, else the only one.
fn root<'a>(schemas: &'a Map<String, Value>, title: &str) -> Option<&'a str> {
    let only = || schemas.keys().next().filter(|_| schemas.len() == 1);
    let found = schemas.get_key_value(EVENT).or_else(|| schemas.get_key_value(title)).map(|(name, _)| name);
    found.or_else(only).map(String::as_str)
}

fn converted(schema: &Value, root: Option<&str>) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": moved(reference, root)});
    }
    let nullable = members.get("nullable") == Some(&Value::Bool(true));
    let mut sorted = BTreeMap::new();
    for (name, value) in members.iter().filter(|(name, _)| !UNKNOWN.contains(&name.as_str())) {
        sorted.insert(name.clone(), part(name, value, root));
    }
    match (nullable, sorted.remove("type")) {
        (true, Some(kind)) => drop(sorted.insert("type".to_owned(), json!([kind, "null"]))),
        (true, None) => {
            return json!({"anyOf": [sorted.remove("allOf").map_or(json!(sorted), single), {"type": "null"}]});
        }
        (false, Some(kind)) => drop(sorted.insert("type".to_owned(), kind)),
        (false, None) => {}
    }
    json!(sorted)
}

/// A list of one is that one.
fn single(all: Value) -> Value {
    match all.as_array().map(Vec::as_slice) {
        Some([one]) => one.clone(),
        _ => json!({"allOf": all}),
    }
}

fn part(name: &str, value: &Value, root: Option<&str>) -> Value {
    match (name, value) {
        ("properties" | "definitions" | "patternProperties", Value::Object(map)) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(name, one)| (name, converted(one, root))).collect();
            json!(sorted)
        }
        ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => all.iter().map(|one| converted(one, root)).collect(),
        ("items" | "not" | "additionalProperties", Value::Object(_)) => converted(value, root),
        _ => value.clone(),
    }
}

fn moved(reference: &str, root: Option<&str>) -> String {
    match reference.strip_prefix(COMPONENTS) {
        Some(name) if Some(name) == root => "#".to_owned(),
        Some(name) => format!("{DEFINITIONS}{name}"),
        None => reference.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::document::Language;
    use crate::engine::document::check::check;
    use crate::engine::document::learnt::Learnt;

    /// As AWS exported the schema of such an event: EventBridge Atlas holds a recording of it.
    #[test]
    fn an_export_of_aws() {
        let event =
            json!({"source": "users", "detail-type": "userCreated", "resources": [], "detail": {"data": {"id": "1"}}});
        let exported = export(&Learnt::of(&event).unwrap().document()).to_string();
        let expected = concat!(
            r##"{"$schema":"http://json-schema.org/draft-04/schema#","title":"UserCreated","definitions":{"Data":"##,
            r##"{"properties":{"id":{"type":"string"}},"required":["id"],"type":"object"},"UserCreated":{"properties":"##,
            r##"{"data":{"$ref":"#/definitions/Data"}},"required":["data"],"type":"object"}},"properties":{"account":"##,
            r##"{"type":"string"},"detail":{"$ref":"#/definitions/UserCreated"},"detail-type":{"type":"string"},"id":"##,
            r##"{"type":"string"},"region":{"type":"string"},"resources":{"items":{"type":"object"},"type":"array"},"##,
            r##""source":{"type":"string"},"time":{"format":"date-time","type":"string"},"version":{"type":"string"}},"##,
            r##""required":["detail-type","resources","detail","id","source","time","region","version","account"],"##,
            r##""type":"object","x-amazon-events-detail-type":"userCreated","x-amazon-events-source":"users"}"##,
        );
        assert_eq!(exported, expected);
        assert!(check(Language::Draft4, &exported).is_ok());
    }

    #[test]
    fn what_may_be_null() {
        let schemas = json!({
            "T": {"type": "object", "properties": {
                "a": {"type": "string", "nullable": true, "example": "x"},
                "b": {"allOf": [{"$ref": "#/components/schemas/T"}], "nullable": true},
                "nullable": {"type": "string"},
            }},
        });
        let exported = export(&json!({"info": {"title": "T"}, "components": {"schemas": schemas}}));
        assert_eq!(
            exported["properties"],
            json!({
                "a": {"type": ["string", "null"]},
                "b": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
                "nullable": {"type": "string"},
            })
        );
    }
}
