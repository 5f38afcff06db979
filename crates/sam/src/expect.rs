//! What values must be, and what is said where they are not.

use crate::error::{Outcome, Problem, event, resource};
use crate::node::{Map, Node};

/// Whose value is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    /// A property of a resource.
    Resource(&'a str),
    /// An attribute of a resource, beside its properties.
    Attribute(&'a str),
    /// A property of an event.
    Event(&'a str),
}

impl Of<'_> {
    fn refuse(self, text: String) -> Problem {
        match self {
            Of::Resource(id) | Of::Attribute(id) => resource(id, text),
            Of::Event(id) => event(id, text),
        }
    }

    fn should_be(self, path: &str, what: &str) -> Problem {
        let noun = if matches!(self, Of::Attribute(_)) { "Attribute" } else { "Property" };
        self.refuse(format!("{noun} '{path}' should be a {what}."))
    }

    /// A map at a path.
    pub(crate) fn map<'n>(self, value: &'n Node, path: &str) -> Outcome<&'n Map> {
        value.as_map().ok_or_else(|| self.should_be(path, "map"))
    }

    /// A map, or a refusal of one's own words.
    pub(crate) fn map_or<'n>(self, value: &'n Node, text: &str) -> Outcome<&'n Map> {
        value.as_map().ok_or_else(|| self.refuse(text.to_owned()))
    }

    /// A list at a path.
    pub(crate) fn list<'n>(self, value: &'n Node, path: &str) -> Outcome<&'n [Node]> {
        value.as_list().ok_or_else(|| self.should_be(path, "list"))
    }

    /// A list of texts at a path.
    pub(crate) fn texts<'n>(self, value: &'n Node, path: &str) -> Outcome<Vec<&'n str>> {
        let item = |(at, item): (usize, &'n Node)| self.text(item, &format!("{path}[{at}]"));
        self.list(value, path)?.iter().enumerate().map(item).collect()
    }

    /// A text at a path.
    pub(crate) fn text<'n>(self, value: &'n Node, path: &str) -> Outcome<&'n str> {
        value.as_str().ok_or_else(|| self.should_be(path, "string"))
    }

    /// True or false at a path.
    pub(crate) fn boolean(self, value: &Node, path: &str) -> Outcome<bool> {
        if let Node::Bool(value) = value { Ok(*value) } else { Err(self.should_be(path, "boolean")) }
    }

    /// A value at a path.
    pub(crate) fn present<'n>(self, value: Option<&'n Node>, path: &str) -> Outcome<&'n Node> {
        value.ok_or_else(|| self.refuse(format!("Property '{path}' is required.")))
    }
}

/// The value of a path of keys; none where a step is missing. A step into what is no map is told by the path up to it.
pub(crate) fn deep<'n>(map: &'n Map, path: &[&str]) -> Result<Option<&'n Node>, String> {
    let Some((first, rest)) = path.split_first() else { return Ok(None) };
    let Some(mut node) = map.get(first) else { return Ok(None) };
    let mut walked = (*first).to_owned();
    for step in rest {
        let Some(map) = node.as_map() else { return Err(should_be_a_map(&walked)) };
        let Some(next) = map.get(step) else { return Ok(None) };
        node = next;
        walked = format!("{walked}.{step}");
    }
    Ok(Some(node))
}

/// What is said of a value at a path that is no map.
pub(crate) fn should_be_a_map(path: &str) -> String {
    if path.is_empty() { "It should be a map".to_owned() } else { format!("The value of '{path}' should be a map") }
}
