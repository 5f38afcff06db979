//! The properties of serverless resources and of events: which there are, which are required, and of what type.

mod events;
mod resources;

pub(crate) use events::*;
pub(crate) use resources::*;

use crate::error::{Outcome, resource};
use crate::node::{Map, Node};

/// A property.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    name: &'static str,
    kind: Kind,
    required: bool,
    /// Whether a call of an intrinsic function is as good as a value.
    intrinsic: bool,
}

/// What a property's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Text,
    /// The same, where the refusal does not say so.
    TextAlone,
    Map,
    Bool,
    List,
    Integer,
    TextOrMap,
    BoolOrMap,
    /// A list of texts and maps.
    Mixed,
    TextOrTexts,
    TextOrMixed,
    TextMapOrMixed,
    /// A map of maps.
    Maps,
    /// A map of texts.
    Texts,
    /// A map of integers and maps.
    Integers,
    MapOrMaps,
    /// A list of texts.
    TextList,
    /// `Delete` or `Retain`.
    Deletion,
}

const fn property(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, required: false, intrinsic: !matches!(kind, Kind::Any) }
}

impl Property {
    /// One that must be there.
    const fn required(self) -> Property {
        Property { required: true, ..self }
    }

    /// One whose value must be of its type even where it is a map of one key.
    const fn plain(self) -> Property {
        Property { intrinsic: false, ..self }
    }

    fn check(&self, id: &str, properties: &Map) -> Outcome<()> {
        let Some(value) = properties.get(self.name) else {
            let missing = || resource(id, format!("Missing required property '{}'.", self.name));
            return if self.required { Err(missing()) } else { Ok(()) };
        };
        let is_call = self.intrinsic && value.as_map().is_some_and(|map| map.len() == 1);
        if is_call || self.kind.admits(value) { Ok(()) } else { Err(resource(id, self.refusal())) }
    }

    fn refusal(&self) -> String {
        let name = self.name;
        match self.kind {
            Kind::Map => format!("Property '{name}' should be a map."),
            Kind::Text => format!("Property '{name}' should be a string."),
            Kind::Deletion => format!("Property '{name}' should be a one of the strings: 'Delete' or 'Retain'."),
            _ => format!("Type of property '{name}' is invalid."),
        }
    }
}

fn integer(node: &Node) -> bool {
    matches!(node, Node::Bool(_)) || matches!(node, Node::Number(number) if !number.is_f64())
}

fn text_or_map(node: &Node) -> bool {
    matches!(node, Node::Text(_) | Node::Map(_))
}

fn each(node: &Node, item: impl Fn(&Node) -> bool) -> bool {
    match node {
        Node::List(items) => items.iter().all(item),
        Node::Map(map) => map.iter().all(|(_, value)| item(value)),
        _ => false,
    }
}

impl Kind {
    fn admits(self, node: &Node) -> bool {
        let (text, map, list) = (node.as_str().is_some(), node.as_map().is_some(), node.as_list().is_some());
        match self {
            Kind::Any => true,
            Kind::Text | Kind::TextAlone => text,
            Kind::Map => map,
            Kind::Bool => matches!(node, Node::Bool(_)),
            Kind::List => list,
            Kind::Integer => integer(node),
            Kind::TextOrMap => text || map,
            Kind::BoolOrMap => map || matches!(node, Node::Bool(_)),
            Kind::Mixed => list && each(node, text_or_map),
            Kind::TextList => list && each(node, |item| item.as_str().is_some()),
            Kind::TextOrTexts => text || Kind::TextList.admits(node),
            Kind::TextOrMixed => text || Kind::Mixed.admits(node),
            Kind::TextMapOrMixed => text || map || Kind::Mixed.admits(node),
            Kind::Maps => map && each(node, |item| item.as_map().is_some()),
            Kind::Texts => map && each(node, |item| item.as_str().is_some()),
            Kind::Integers => map && each(node, |item| integer(item) || item.as_map().is_some()),
            Kind::MapOrMaps => map || (list && each(node, |item| item.as_map().is_some())),
            Kind::Deletion => node.is("Delete") || node.is("Retain"),
        }
    }
}

/// Checks that all properties are known.
pub(crate) fn check_names(shape: &[Property], id: &str, kind: &str, properties: &Map) -> Outcome<()> {
    match properties.keys().iter().find(|name| !shape.iter().any(|property| *property.name == ***name)) {
        Some(name) => Err(resource(id, format!("property {} not defined for resource of type {kind}", &**name))),
        None => Ok(()),
    }
}

/// Checks the values of all properties.
pub(crate) fn check_values(shape: &[Property], id: &str, properties: &Map) -> Outcome<()> {
    shape.iter().try_for_each(|property| property.check(id, properties))
}
