//! Whether a document is one: JSON, of its language, with schemas that make sense and references that lead somewhere. Pure.

use serde_json::Value;

use super::{COMPONENTS, DEFINITIONS, Language, inner};

/// Types a JSON value can have. OpenAPI knows no `null`.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
/// The identifiers of draft 4. Source: its specification, section 6.
const DRAFT4: [&str; 3] = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-04/schema",
    "http://json-schema.org/schema#",
];

/// The document of a text.
///
/// # Errors
/// Why it is none, for people.
pub(crate) fn check(language: Language, text: &str) -> Result<Value, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| format!("it is not valid JSON: {error}"))?;
    if !document.is_object() {
        return Err("it is not a JSON object".to_owned());
    }
    match language {
        Language::OpenApi3 => openapi(&document)?,
        Language::Draft4 => draft4(&document)?,
    }
    Ok(document)
}

fn openapi(document: &Value) -> Result<(), String> {
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.") {
        return Err("attribute openapi is missing or is not a version 3".to_owned());
    }
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    for (pointer, name) in [("/info/title", "info.title"), ("/info/version", "info.version")] {
        text(pointer).ok_or_else(|| format!("attribute {name} is missing"))?;
    }
    if !document.get("paths").is_some_and(Value::is_object) {
        return Err("attribute paths is missing or is not an object".to_owned());
    }
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let schemas = schemas.ok_or_else(|| "attribute components.schemas is missing or is not an object".to_owned())?;
    schemas.iter().try_for_each(|(name, one)| schema(document, one, &format!("components.schemas.{name}")))
}

fn draft4(document: &Value) -> Result<(), String> {
    match document.get("$schema") {
        Some(Value::String(named)) if DRAFT4.contains(&named.as_str()) => {}
        _ => return Err("attribute $schema is missing or does not name JSON Schema draft 4".to_owned()),
    }
    schema(document, document, "the schema")
}

/// A schema and all in it. How deep they lie is bounded by the reader of JSON.
fn schema(document: &Value, one: &Value, at: &str) -> Result<(), String> {
    let members = one.as_object().ok_or_else(|| format!("{at} is not an object"))?;
    if let Some(reference) = members.get("$ref") {
        return leads(document, reference)
            .then_some(())
            .ok_or_else(|| format!("{at} refers to {reference}, which is not there"));
    }
    if members.get("type").is_some_and(|kind| !is_type(kind)) {
        return Err(format!("{at} has a type that there is not"));
    }
    for name in ["properties", "definitions"] {
        if members.get(name).is_some_and(|map| !map.is_object()) {
            return Err(format!("{at} has {name} that are not an object"));
        }
    }
    if members.get("required").is_some_and(|names| !is_names(names)) {
        return Err(format!("{at} has required that is not a list of different names"));
    }
    if members.get("enum").is_some_and(|values| values.as_array().is_none_or(Vec::is_empty)) {
        return Err(format!("{at} has an enum without values"));
    }
    inner(one).try_for_each(|part| schema(document, part, at))
}

/// References to elsewhere are nobody's here to follow.
fn leads(document: &Value, reference: &Value) -> bool {
    let Some(text) = reference.as_str() else { return false };
    if text.starts_with(COMPONENTS) || text.starts_with(DEFINITIONS) || text == "#" {
        return document.pointer(&text[1..]).is_some();
    }
    false
}

fn is_type(kind: &Value) -> bool {
    let known = |one: &Value| one.as_str().is_some_and(|one| TYPES.contains(&one));
    known(kind) || kind.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(known))
}

fn is_names(names: &Value) -> bool {
    let Some(names) = names.as_array() else { return false };
    let different: std::collections::BTreeSet<_> = names.iter().filter_map(Value::as_str).collect();
    !names.is_empty() && different.len() == names.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(schemas: Value) -> Value {
        json!({"openapi": "3.0.0", "info": {"version": "1", "title": "t"}, "paths": {}, "components": {"schemas": schemas}})
    }

    #[test]
    fn openapi_documents() {
        let right = with(json!({"A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/A"}}}}));
        assert!(check(Language::OpenApi3, &right.to_string()).is_ok());
        for (document, why) in [
            (json!([]), "it is not a JSON object"),
            (json!({"openapi": "2.0"}), "attribute openapi is missing or is not a version 3"),
            (json!({"openapi": "3.0.0", "info": {"version": "1"}}), "attribute info.title is missing"),
            (with(json!({"A": {"type": "thing"}})), "components.schemas.A has a type that there is not"),
            (with(json!({"A": 1})), "components.schemas.A is not an object"),
            (
                with(json!({"A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}}})),
                "components.schemas.A refers to \"#/components/schemas/B\", which is not there",
            ),
            (
                with(json!({"A": {"required": ["a", "a"]}})),
                "components.schemas.A has required that is not a list of different names",
            ),
        ] {
            assert_eq!(check(Language::OpenApi3, &document.to_string()), Err(why.to_owned()));
        }
        assert!(check(Language::OpenApi3, "{").unwrap_err().starts_with("it is not valid JSON"));
    }

    #[test]
    fn json_schemas() {
        let right = json!({"$schema": DRAFT4[0], "definitions": {"a": {"type": ["string", "null"]}}, "$ref": "#/definitions/a"});
        assert!(check(Language::Draft4, &right.to_string()).is_ok());
        let wrong = json!({"$schema": "http://json-schema.org/draft-07/schema#"});
        assert!(check(Language::Draft4, &wrong.to_string()).is_err());
    }
}
