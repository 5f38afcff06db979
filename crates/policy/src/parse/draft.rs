//! The elements of a document: which there are, and whether each is of its type. No rule of a kind is applied yet.

use super::json::Node;
use crate::condition::operator::Operator;
use crate::policy::Version;

/// A document taken apart.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Absent when the document has no `Version`.
    pub(crate) version: Option<Version>,
    pub(crate) id: Option<String>,
    pub(crate) statements: Vec<Part>,
}

/// A statement taken apart. `None` is an element that is not there.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Option<String>,
    pub(crate) principal: Option<Principal>,
    pub(crate) action: Option<Texts>,
    pub(crate) resource: Option<Texts>,
    pub(crate) conditions: Vec<Line>,
}

/// An element that is a text or a list of texts, and may be negated by `Not…`.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) negated: bool,
    pub(crate) texts: Vec<String>,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug)]
pub(crate) struct Principal {
    pub(crate) negated: bool,
    /// `"*"` alone, or another bare text, which is never right.
    pub(crate) bare: Option<String>,
    /// Sort and name, as written.
    pub(crate) named: Vec<(String, String)>,
}

/// One operator, key and values.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) operator: Operator,
    pub(crate) written: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

/// What is not of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The whole, or an element that is of no type it may have.
    Type,
    /// An element that does not exist.
    Unknown(String),
    Version,
    NoStatement,
    Effect(String),
    Operator(String),
    Principal,
}

pub(crate) fn read(tree: &Node) -> Result<Draft, Wrong> {
    let mut draft = Draft::default();
    let mut statements = None;
    for (name, node) in tree.map().ok_or(Wrong::Type)? {
        match name.as_str() {
            "Version" => draft.version = Some(version(node)?),
            "Id" => draft.id = Some(node.text().ok_or(Wrong::Type)?.to_owned()),
            "Statement" => statements = Some(node),
            _ => return Err(Wrong::Unknown(name.clone())),
        }
    }
    draft.statements = match statements {
        Some(Node::List(list)) => list.iter().map(statement).collect::<Result<_, _>>()?,
        Some(node @ Node::Map(_)) => vec![statement(node)?],
        Some(_) => return Err(Wrong::Type),
        None => return Err(Wrong::NoStatement),
    };
    if draft.statements.is_empty() { Err(Wrong::NoStatement) } else { Ok(draft) }
}

fn version(node: &Node) -> Result<Version, Wrong> {
    match node.text() {
        Some("2008-10-17") => Ok(Version::V2008),
        Some("2012-10-17") => Ok(Version::V2012),
        _ => Err(Wrong::Version),
    }
}

fn statement(node: &Node) -> Result<Part, Wrong> {
    let mut part = Part::default();
    for (name, node) in node.map().ok_or(Wrong::Type)? {
        match name.as_str() {
            "Sid" => part.sid = Some(node.text().ok_or(Wrong::Type)?.to_owned()),
            "Effect" => part.effect = Some(effect(node)?),
            "Action" | "NotAction" => set(&mut part.action, texts(node, name == "NotAction")?)?,
            "Resource" | "NotResource" => set(&mut part.resource, texts(node, name == "NotResource")?)?,
            "Principal" | "NotPrincipal" => set(&mut part.principal, principal(node, name == "NotPrincipal")?)?,
            "Condition" => part.conditions = conditions(node)?,
            _ => return Err(Wrong::Unknown(name.clone())),
        }
    }
    Ok(part)
}

/// An element and its negation exclude each other.
fn set<T>(slot: &mut Option<T>, value: T) -> Result<(), Wrong> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Wrong::Type),
    }
}

/// `allow` in another case passes the grammar; only the older parser refuses it.
fn effect(node: &Node) -> Result<String, Wrong> {
    let effect = node.text().ok_or(Wrong::Type)?;
    let known = ["allow", "deny"].iter().any(|known| effect.eq_ignore_ascii_case(known));
    if known { Ok(effect.to_owned()) } else { Err(Wrong::Effect(effect.to_owned())) }
}

/// A `null` in a list is passed over, as AWS does.
fn texts(node: &Node, negated: bool) -> Result<Texts, Wrong> {
    let texts = match node {
        Node::Text(text) => vec![text.clone()],
        Node::List(items) => {
            let items = items.iter().filter(|item| **item != Node::Null);
            items.map(|item| item.text().map(str::to_owned).ok_or(Wrong::Type)).collect::<Result<_, _>>()?
        }
        _ => return Err(Wrong::Type),
    };
    Ok(Texts { negated, texts })
}

fn principal(node: &Node, negated: bool) -> Result<Principal, Wrong> {
    if let Some(bare) = node.text() {
        return Ok(Principal { negated, bare: Some(bare.to_owned()), named: Vec::new() });
    }
    let mut named = Vec::new();
    for (sort, names) in node.map().ok_or(Wrong::Principal)? {
        let names = texts(names, false).map_err(|_| Wrong::Principal)?;
        named.extend(names.texts.into_iter().map(|name| (sort.clone(), name)));
    }
    Ok(Principal { negated, bare: None, named })
}

fn conditions(node: &Node) -> Result<Vec<Line>, Wrong> {
    let mut lines = Vec::new();
    for (written, keys) in node.map().ok_or(Wrong::Type)? {
        let keys = keys.map().ok_or(Wrong::Type)?;
        // An operator that does not exist is let pass as long as nothing stands under it.
        let Some(operator) = Operator::parse(written) else {
            if keys.is_empty() {
                continue;
            }
            return Err(Wrong::Operator(written.clone()));
        };
        for (key, values) in keys {
            let values = values_of(values)?;
            lines.push(Line { operator, written: written.clone(), key: key.clone(), values });
        }
    }
    Ok(lines)
}

fn values_of(node: &Node) -> Result<Vec<String>, Wrong> {
    let one = |node: &Node| match node {
        Node::Text(text) | Node::Scalar(text) => Ok(text.clone()),
        _ => Err(Wrong::Type),
    };
    match node {
        Node::List(items) => items.iter().map(one).collect(),
        node => Ok(vec![one(node)?]),
    }
}
