//! One shape of a botocore model: its kind, constraints and members.

use serde_json::Value;

use super::{Family, entries, flag, member, text};
use crate::model::{Error, Kind, Member, Shape};

/// Reads a shape; `model` is for looking up what members refer to.
pub(crate) fn read(name: &str, json: &Value, model: &Value, family: Family) -> Result<Shape, String> {
    let kind = kind(json).ok_or_else(|| format!("{name} has the unknown type {}", json["type"]))?;
    Ok(Shape {
        name: name.to_owned(),
        kind,
        members: members(name, kind, json, model, family)?,
        values: json["enum"].as_array().into_iter().flatten().filter_map(|v| v.as_str()).map(str::to_owned).collect(),
        min: json["min"].as_f64(),
        max: json["max"].as_f64(),
        pattern: text(json, "pattern"),
        sensitive: flag(json, "sensitive"),
        xml_name: text(json, "xmlName"),
        xml_namespace: None,
        error: flag(json, "exception").then(|| error(name, json)),
    })
}

fn kind(json: &Value) -> Option<Kind> {
    Some(match json["type"].as_str()? {
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "long" => Kind::Long,
        "float" => Kind::Float,
        "double" => Kind::Double,
        "string" if json.get("enum").is_some() => Kind::Enum,
        "string" => Kind::String,
        "blob" if flag(json, "streaming") => Kind::ByteStream,
        "blob" => Kind::Blob,
        "timestamp" => Kind::Timestamp,
        "list" => Kind::List,
        "map" => Kind::Map,
        "structure" if flag(json, "document") => Kind::Document,
        "structure" if flag(json, "eventstream") => Kind::EventStream,
        "structure" if flag(json, "union") => Kind::Union,
        "structure" => Kind::Structure,
        _ => return None,
    })
}

fn members(name: &str, kind: Kind, json: &Value, model: &Value, family: Family) -> Result<Vec<Member>, String> {
    let parts: Vec<(&str, &Value)> = match kind {
        Kind::List => vec![("member", &json["member"])],
        Kind::Map => vec![("key", &json["key"]), ("value", &json["value"])],
        Kind::Document => vec![],
        _ => entries(json, "members").map(|(key, value)| (key.as_str(), value)).collect(),
    };
    let required: Vec<&str> = json["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let payload = json["payload"].as_str();
    let read = |(key, value): (&str, &Value)| {
        let mut member = member::read(key, value, model, family).map_err(|e| format!("{name}.{key}: {e}"))?;
        member.required = required.contains(&key) && !flag(value, "optional");
        if payload == Some(key) && family.is_rest() {
            member.location = Some(("Payload", key.to_owned()));
        }
        Ok(member)
    };
    parts.into_iter().map(read).collect()
}

/// Most JSON services model no status: 400 then, 500 for what is a `fault`.
fn error(name: &str, json: &Value) -> Error {
    let facts = &json["error"];
    let fault = flag(json, "fault") || flag(facts, "fault");
    let status = facts["httpStatusCode"].as_u64().map_or(if fault { 500 } else { 400 }, |code| code as u16);
    let namespace = text(json, "namespace").map(|n| n + "#").unwrap_or_default();
    Error {
        code: namespace + name,
        query_code: text(facts, "code").unwrap_or_else(|| name.to_owned()),
        status,
        query_status: facts["queryHttpStatusCode"].as_u64().map_or(status, |code| code as u16),
        sender: status < 500,
        everywhere: flag(json, "everywhere"),
    }
}
