//! Documents that describe events: OpenAPI 3 and JSON Schema draft 4. Pure.
//!
//! | file | what |
//! |---|---|
//! | `learnt.rs` | what was learnt of events, and the document that says it |
//! | `check.rs` | whether a document is one |
//! | `draft4.rs` | an OpenAPI document as a JSON schema |
//! | `words.rs` | names made of other names |

pub(crate) mod check;
pub(crate) mod draft4;
pub(crate) mod learnt;
pub(crate) mod words;

use serde_json::Value;

/// Where components of an OpenAPI document lie.
pub(crate) const COMPONENTS: &str = "#/components/schemas/";
/// Where definitions of a JSON schema lie.
pub(crate) const DEFINITIONS: &str = "#/definitions/";
/// The name of the component that is the whole event.
pub(crate) const EVENT: &str = "AWSEvent";
/// The member that tells an event's detail type.
pub(crate) const DETAIL_TYPE: &str = "x-amazon-events-detail-type";
/// The member that tells an event's source.
pub(crate) const SOURCE: &str = "x-amazon-events-source";

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Language {
    /// OpenAPI 3.
    OpenApi3,
    /// JSON Schema draft 4.
    Draft4,
}

impl Language {
    /// As the API has it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::OpenApi3 => "OpenApi3",
            Self::Draft4 => "JSONSchemaDraft4",
        }
    }

    /// As the API has it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::OpenApi3, Self::Draft4].into_iter().find(|language| language.as_str() == text)
    }
}

/// Every schema directly inside a schema: what the members hold that hold schemas.
pub(crate) fn inner(schema: &Value) -> impl Iterator<Item = &Value> {
    let of = |name: &'static str| schema.get(name);
    let maps =
        ["properties", "definitions", "patternProperties"].into_iter().filter_map(move |name| of(name)?.as_object());
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(move |name| of(name)?.as_array());
    let ones = ["items", "not", "additionalProperties"].into_iter().filter_map(of).filter(|one| one.is_object());
    maps.flat_map(|map| map.values()).chain(lists.flatten()).chain(ones)
}
