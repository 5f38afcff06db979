//! A document as classes with fields: what all four languages are written from. Pure.

use std::collections::HashMap;

use serde_json::Value;

use super::names::Unique;
use crate::engine::document::words::title;
use crate::engine::document::{EVENT, SOURCE};

/// References followed before one is given up as going round.
const HOPS: usize = 32;
/// Names of classes that mean something else in one of the languages, or are given to classes that would.
const RESERVED: [&str; 13] = [
    "ArrayModel",
    "DateModel",
    "False",
    "Index",
    "MapModel",
    "MarshalModel",
    "Marshaller",
    "None",
    "ObjectModel",
    "StringModel",
    "True",
    "UnmarshalEventModel",
    "UnmarshalModel",
];

/// All classes of a schema.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// The event first, when there is one.
    pub(super) classes: Vec<Class>,
}

/// A class.
#[derive(Debug, Default, Clone)]
pub(super) struct Class {
    /// Its name: letters, digits and `_`, the first a capital; no two differ by case alone.
    pub(super) name: String,
    /// Its fields.
    pub(super) fields: Vec<Field>,
    /// Whether it is the event that holds a detail.
    pub(super) is_event: bool,
}

/// A field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// As it is called in JSON: any text.
    pub(super) name: String,
    /// What it holds.
    pub(super) kind: Type,
    /// Whether it is always there and never null.
    pub(super) required: bool,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// Any JSON.
    Any,
    Boolean,
    Integer,
    Number,
    Text,
    /// An instant.
    Instant,
    List(Box<Type>),
    /// Values by name.
    Map(Box<Type>),
    /// One of the model's classes.
    Class(usize),
}

impl Model {
    /// The classes of a document that was checked.
    pub(super) fn of(document: &Value) -> Self {
        let mut reader =
            Reader { document, model: Self::default(), placed: HashMap::new(), names: Unique::ignoring_case() };
        RESERVED.into_iter().for_each(|name| reader.names.reserve(name));
        reader.read();
        reader.model
    }
}

struct Reader<'a> {
    document: &'a Value,
    model: Model,
    /// Classes by the place of their schema.
    placed: HashMap<String, usize>,
    names: Unique,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        if self.document.get("openapi").is_none() {
            // A JSON schema: the root is a class of its own.
            let named = self.document.get("title").and_then(Value::as_str).unwrap_or("Event");
            let named = if self.document.get(SOURCE).is_some() { EVENT } else { named };
            if is_object(self.document) {
                self.class("#", named, self.document);
            }
        }
        for (pointer, prefix) in [("/components/schemas", "#/components/schemas"), ("/definitions", "#/definitions")] {
            let schemas = self.document.pointer(pointer).and_then(Value::as_object);
            for (name, schema) in schemas.into_iter().flatten().filter(|(_, schema)| is_object(schema)) {
                self.class(&format!("{prefix}/{name}"), name, schema);
            }
        }
    }

    fn class(&mut self, place: &str, wanted: &str, schema: &'a Value) -> usize {
        if let Some(known) = self.placed.get(place) {
            return *known;
        }
        let wanted = Some(title(wanted)).filter(|title| !title.is_empty()).unwrap_or_else(|| "Model".to_owned());
        let wanted = if wanted.starts_with(|c: char| c.is_ascii_digit()) { format!("Model{wanted}") } else { wanted };
        let name = self.names.take(&wanted);
        let index = self.model.classes.len();
        self.placed.insert(place.to_owned(), index);
        self.model.classes.push(Class { name: name.clone(), ..Class::default() });
        let fields = self.fields(place, &name, schema);
        let is_event = name == EVENT && fields.iter().any(|field| field.name == "detail");
        self.model.classes[index] = Class { name, fields, is_event };
        index
    }

    /// The fields of an object, those of everything in its `allOf` too.
    fn fields(&mut self, place: &str, class: &str, schema: &'a Value) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for (number, part) in list(schema, "allOf").enumerate() {
            let (inside, part) = self.follow(&format!("{place}/allOf/{number}"), part);
            fields.extend(self.fields_of_one(&inside, class, part));
        }
        fields.extend(self.fields_of_one(place, class, schema));
        let mut seen = std::collections::HashSet::new();
        fields.retain(|field| seen.insert(field.name.clone()));
        fields
    }

    fn fields_of_one(&mut self, place: &str, class: &str, schema: &'a Value) -> Vec<Field> {
        let required: Vec<_> = list(schema, "required").filter_map(Value::as_str).collect();
        let members = schema.get("properties").and_then(Value::as_object);
        let mut fields = Vec::new();
        for (name, member) in members.into_iter().flatten() {
            let kind = self.kind(&format!("{place}/properties/{name}"), name, class, member);
            let required = required.contains(&name.as_str()) && !nullable(member);
            fields.push(Field { name: name.clone(), kind, required });
        }
        fields
    }

    fn kind(&mut self, place: &str, wanted: &str, class: &str, schema: &'a Value) -> Type {
        let (place, schema) = self.follow(place, schema);
        if let Some(known) = self.placed.get(&place) {
            return Type::Class(*known);
        }
        let referred = place.rsplit('/').next().filter(|_| is_component(&place)).map(str::to_owned);
        if is_object(schema) {
            let own = Some(title(wanted)).filter(|title| !title.is_empty()).unwrap_or_else(|| format!("{class}Item"));
            return Type::Class(self.class(&place, &referred.unwrap_or(own), schema));
        }
        if let [one] = list(schema, "allOf").collect::<Vec<_>>()[..] {
            return self.kind(&format!("{place}/allOf/0"), wanted, class, one);
        }
        match (type_of(schema), schema.get("format").and_then(Value::as_str)) {
            (Some("boolean"), _) => Type::Boolean,
            (Some("integer"), _) => Type::Integer,
            (Some("number"), _) => Type::Number,
            (Some("string"), Some("date-time")) => Type::Instant,
            (Some("string"), _) => Type::Text,
            (Some("array"), _) => match schema.get("items") {
                // Lists that hold themselves have no type in any of the languages.
                Some(items) if items.get("$ref").is_none_or(|to| to.as_str() != Some(&place)) => {
                    Type::List(Box::new(self.kind(&format!("{place}/items"), "", class, items)))
                }
                _ => Type::List(Box::new(Type::Any)),
            },
            (Some("object"), _) => match schema.get("additionalProperties").filter(|values| values.is_object()) {
                Some(values) => Type::Map(Box::new(self.kind(&format!("{place}/values"), "", class, values))),
                None => Type::Any,
            },
            _ => Type::Any,
        }
    }

    /// Where references lead, and what is there.
    fn follow(&self, place: &str, schema: &'a Value) -> (String, &'a Value) {
        let (mut place, mut schema) = (place.to_owned(), schema);
        for _ in 0..HOPS {
            let Some(to) = schema.get("$ref").and_then(Value::as_str) else { return (place, schema) };
            let Some(found) = to.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer)) else { break };
            (place, schema) = (to.to_owned(), found);
        }
        (place, &Value::Null)
    }
}

fn is_component(place: &str) -> bool {
    let in_it = |prefix: &str| place.strip_prefix(prefix).is_some_and(|name| !name.contains('/'));
    in_it("#/components/schemas/") || in_it("#/definitions/")
}

/// Whether a schema is a class: an object with members of its own.
fn is_object(schema: &Value) -> bool {
    let members = schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty());
    let several = list(schema, "allOf").count() > 1;
    // A component without members is a class as well when it is required to have some.
    members || several
}

fn list<'a>(schema: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    schema.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The type that is not `null`.
fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(one) => Some(one),
        Value::Array(all) => {
            let mut others = all.iter().filter_map(Value::as_str).filter(|one| *one != "null");
            others.next().filter(|_| others.next().is_none())
        }
        _ => None,
    }
}

fn nullable(schema: &Value) -> bool {
    let null = |kind: &Value| kind.as_array().is_some_and(|all| all.iter().any(|one| one == "null"));
    schema.get("nullable") == Some(&Value::Bool(true)) || schema.get("type").is_some_and(null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(schemas: Value) -> Model {
        Model::of(&json!({"openapi": "3.0.0", "components": {"schemas": schemas}}))
    }

    fn field(model: &Model, class: usize, name: &str) -> Type {
        model.classes[class].fields.iter().find(|field| field.name == name).unwrap().kind.clone()
    }

    #[test]
    fn types_of_fields() {
        let found = model(json!({
            "A": {"type": "object", "required": ["t", "n"], "properties": {
                "t": {"type": "string"},
                "n": {"type": "string", "nullable": true},
                "i": {"type": "integer"},
                "d": {"type": "string", "format": "date-time"},
                "l": {"type": "array", "items": {"$ref": "#/components/schemas/Alias"}},
                "m": {"type": "object", "additionalProperties": {"type": "number"}},
                "o": {"type": "object"},
                "b": {"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true},
                "in line": {"type": "object", "properties": {"x": {"type": "boolean"}}},
                "self": {"$ref": "#/components/schemas/A"},
            }},
            "Alias": {"type": "string"},
            "B": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}},
            "Round": {"$ref": "#/components/schemas/Round"},
        }));
        let at = |name: &str| field(&found, 0, name);
        assert_eq!(at("l"), Type::List(Box::new(Type::Text)));
        assert_eq!(at("m"), Type::Map(Box::new(Type::Number)));
        assert_eq!((at("i"), at("d"), at("o")), (Type::Integer, Type::Instant, Type::Any));
        assert_eq!(at("self"), Type::Class(0));
        let names: Vec<_> = found.classes.iter().map(|class| class.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "InLine"]);
        assert_eq!(at("b"), Type::Class(1));
        let required: Vec<_> = found.classes[0].fields.iter().filter(|field| field.required).map(|f| &f.name).collect();
        assert_eq!(required, ["t"]);
    }

    #[test]
    fn names_of_classes() {
        let object = json!({"type": "object", "properties": {"x": {"type": "string"}}});
        let found = model(json!({"order": object, "ORDER": object, "1st": object, "marshaller": object, "-": object}));
        let names: Vec<_> = found.classes.iter().map(|class| class.name.as_str()).collect();
        assert_eq!(names, ["Order", "ORDER_1", "Model1st", "Marshaller_1", "Model"]);
    }

    #[test]
    fn a_json_schema() {
        let found = Model::of(&json!({
            "$schema": "http://json-schema.org/draft-04/schema#", "title": "order", "type": "object",
            "properties": {"of": {"$ref": "#/definitions/who"}, "parent": {"$ref": "#"}},
            "definitions": {"who": {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}},
        }));
        assert_eq!(found.classes[0].name, "Order");
        assert_eq!(field(&found, 0, "parent"), Type::Class(0));
        assert_eq!(field(&found, 1, "name"), Type::Text);
    }
}
