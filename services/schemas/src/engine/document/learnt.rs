//! What was learnt of the events of one kind, and the OpenAPI document that says it, in the form AWS gives such documents.
//! Source: user guide, "Creating a schema from event JSON", and documents that AWS discovered. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::words::title;
use super::{COMPONENTS, DETAIL_TYPE, EVENT, SOURCE};
use crate::engine::shape::{Kind, Members, Shape};

/// What was learnt of events of a source and detail type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Learnt {
    /// Where they come from.
    pub(crate) source: String,
    /// What they are called.
    pub(crate) detail_type: String,
    /// The list of resources.
    pub(crate) resources: Shape,
    /// The detail.
    pub(crate) detail: Shape,
}

impl Learnt {
    /// What one event tells; none when it is no event.
    pub(crate) fn of(event: &Value) -> Option<Self> {
        let text = |name: &str| event.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            source: text("source")?,
            detail_type: text("detail-type")?,
            resources: event.get("resources").map_or_else(Shape::default, Shape::of),
            detail: Shape::of(event.get("detail")?),
        })
    }

    /// With what other events of its kind tell.
    pub(crate) fn join(self, other: Self) -> Self {
        let (resources, detail) = (self.resources.join(other.resources), self.detail.join(other.detail));
        Self { resources, detail, ..self }
    }

    /// The document.
    pub(crate) fn document(&self) -> Value {
        let title = Some(title(&self.detail_type)).filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| "Event".to_owned());
        let mut writer = Writer::default();
        writer.reserve(EVENT);
        let detail = writer.named(&title, &self.detail);
        let resources = match &self.resources.kind {
            Kind::List(items) => writer.schema("Resource", "", items),
            _ => json!({"type": "object"}),
        };
        writer.components.insert(EVENT.to_owned(), self.envelope(detail, resources));
        document(&title, writer.components)
    }

    /// The event around the detail. The order of members is AWS's.
    fn envelope(&self, detail: Value, resource: Value) -> Value {
        let text = || json!({"type": "string"});
        json!({
            "type": "object",
            "required": ["detail-type", "resources", "detail", "id", "source", "time", "region", "version", "account"],
            DETAIL_TYPE: self.detail_type,
            SOURCE: self.source,
            "properties": {
                "detail": detail,
                "account": text(),
                "detail-type": text(),
                "id": text(),
                "region": text(),
                "resources": {"type": "array", "items": resource},
                "source": text(),
                "time": {"type": "string", "format": "date-time"},
                "version": text(),
            },
        })
    }
}

/// The document of values that are no events.
pub(crate) fn of_values(shape: &Shape) -> Value {
    let mut writer = Writer::default();
    writer.named("Event", shape);
    document("Event", writer.components)
}

fn document(title: &str, components: Map<String, Value>) -> Value {
    json!({
        "openapi": "3.0.0",
        "info": {"version": "1.0.0", "title": title},
        "paths": {},
        "components": {"schemas": components},
    })
}

/// Writes shapes; each object becomes a component with a name of its own.
#[derive(Default)]
struct Writer {
    components: Map<String, Value>,
    placed: HashMap<String, Members>,
}

impl Writer {
    fn reserve(&mut self, name: &str) {
        self.components.insert(name.to_owned(), Value::Null);
        self.placed.insert(name.to_owned(), Members::default());
    }

    /// A component of this name, whatever the shape.
    fn named(&mut self, name: &str, shape: &Shape) -> Value {
        let empty = Members::default();
        match &shape.kind {
            Kind::Object(members) => self.object(name, members, shape.nullable),
            Kind::Unknown => self.object(name, &empty, shape.nullable),
            _ => {
                let schema = self.schema(name, "", shape);
                let mut free = name.to_owned();
                while self.components.contains_key(&free) {
                    free.push('_');
                }
                self.components.insert(free.clone(), schema);
                reference(&free, false)
            }
        }
    }

    /// A reference to the component of an object. Equal objects of one name are one component.
    fn object(&mut self, wanted: &str, members: &Members, nullable: bool) -> Value {
        let mut name = wanted.to_owned();
        for count in 1.. {
            match self.placed.get(&name) {
                Some(there) if there == members && name != EVENT => return reference(&name, nullable),
                Some(_) => name = format!("{wanted}_{count}"),
                None => break,
            }
        }
        self.reserve(&name);
        self.placed.insert(name.clone(), members.clone());
        let properties: Map<String, Value> = members
            .all
            .iter()
            .map(|(property, shape)| (property.clone(), self.schema(&name, property, shape)))
            .collect();
        let mut component = Map::new();
        component.insert("type".to_owned(), "object".into());
        if !members.always.is_empty() {
            component.insert("required".to_owned(), members.always.iter().map(String::as_str).collect());
        }
        if !properties.is_empty() {
            component.insert("properties".to_owned(), properties.into());
        }
        self.components.insert(name.clone(), component.into());
        reference(&name, nullable)
    }

    /// What a member of `parent` is; without a name, an item of a list in it.
    fn schema(&mut self, parent: &str, member: &str, shape: &Shape) -> Value {
        let mut schema = match &shape.kind {
            Kind::Unknown => json!({"type": "object"}),
            Kind::Boolean => json!({"type": "boolean"}),
            Kind::Number => json!({"type": "number"}),
            Kind::Instant => json!({"type": "string", "format": "date-time"}),
            Kind::Text => json!({"type": "string"}),
            Kind::List(items) => json!({"type": "array", "items": self.schema(parent, "", items)}),
            Kind::Object(members) if members.all.is_empty() => json!({"type": "object"}),
            Kind::Object(members) => {
                let own = Some(title(member)).filter(|title| !title.is_empty());
                let name = own.unwrap_or_else(|| format!("{parent}Item"));
                return self.object(&name, members, shape.nullable);
            }
            Kind::Anything => return json!({}),
        };
        if shape.nullable {
            schema["nullable"] = true.into();
        }
        schema
    }
}

/// OpenAPI 3.0 sees nothing beside a `$ref`, so a reference that may be null is wrapped.
fn reference(name: &str, nullable: bool) -> Value {
    let reference = json!({"$ref": format!("{COMPONENTS}{name}")});
    if nullable { json!({"allOf": [reference], "nullable": true}) } else { reference }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::document::Language;
    use crate::engine::document::check::check;

    fn event(detail: Value) -> Value {
        json!({"source": "order", "detail-type": "NewOrder", "resources": [], "detail": detail})
    }

    fn learnt(detail: Value) -> Learnt {
        Learnt::of(&event(detail)).unwrap()
    }

    /// AWS's document, as the tests of its SAM CLI hold it: but for the order of `required`.
    #[test]
    fn a_document_that_aws_discovered() {
        let customer =
            json!({"city": "x", "country": "x", "firstName": "x", "lastName": "x", "street": "x", "zip": "x"});
        let found = learnt(json!({"productId": "1", "orderId": "2", "customer": customer})).document();
        let text = || json!({"type": "string"});
        let names = ["city", "country", "firstName", "lastName", "street", "zip"];
        assert_eq!(found["info"], json!({"version": "1.0.0", "title": "NewOrder"}));
        let schemas = &found["components"]["schemas"];
        assert_eq!(
            schemas["AWSEvent"]["properties"]["resources"],
            json!({"type": "array", "items": {"type": "object"}})
        );
        assert_eq!(
            schemas["NewOrder"],
            json!({
                "type": "object",
                "required": ["customer", "orderId", "productId"],
                "properties": {
                    "customer": {"$ref": "#/components/schemas/Customer"}, "orderId": text(), "productId": text(),
                },
            })
        );
        assert_eq!(
            schemas["Customer"],
            json!({"type": "object", "required": names, "properties": {
                "city": text(), "country": text(), "firstName": text(), "lastName": text(), "street": text(), "zip": text(),
            }})
        );
        assert_eq!(schemas.as_object().unwrap().keys().collect::<Vec<_>>(), ["AWSEvent", "NewOrder", "Customer"]);
    }

    #[test]
    fn one_name_for_equal_objects_and_another_for_others() {
        let document =
            learnt(json!({"a": {"p": {"x": 1}}, "b": {"p": {"x": 2}}, "c": {"p": {"y": 1}}, "l": [{"z": 1}]}));
        let schemas = document.document()["components"]["schemas"].clone();
        let at = |name: &str| schemas[name]["properties"]["p"]["$ref"].as_str().unwrap().to_owned();
        assert_eq!(at("A"), at("B"));
        assert_eq!(at("C"), "#/components/schemas/P_1");
        assert_eq!(schemas["NewOrder"]["properties"]["l"]["items"]["$ref"], "#/components/schemas/NewOrderItem");
    }

    #[test]
    fn what_is_null_may_be_something_else_too() {
        let found = learnt(json!({"a": null, "b": null})).join(learnt(json!({"a": 1, "b": {"c": 1}}))).document();
        let detail = &found["components"]["schemas"]["NewOrder"]["properties"];
        assert_eq!(detail["a"], json!({"type": "number", "nullable": true}));
        assert_eq!(detail["b"], json!({"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true}));
    }

    #[test]
    fn a_detail_called_as_the_event_is_not_the_event() {
        let event = json!({"source": "s", "detail-type": "AWSEvent", "detail": {"a": 1}});
        let schemas = Learnt::of(&event).unwrap().document()["components"]["schemas"].clone();
        assert_eq!(schemas["AWSEvent"]["properties"]["detail"]["$ref"], "#/components/schemas/AWSEvent_1");
        assert_eq!(schemas["AWSEvent_1"]["required"], json!(["a"]));
    }

    proptest! {
        #[test]
        fn documents_are_documents(name in ".{0,8}", members in prop::collection::btree_map(".{0,6}", ".{0,3}", 0..6)) {
            let inside: Value = members.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
            let detail = json!({ "x": [inside.clone()], name: inside });
            let text = learnt(detail).document().to_string();
            prop_assert!(check(Language::OpenApi3, &text).is_ok(), "{text}");
        }
    }
}
