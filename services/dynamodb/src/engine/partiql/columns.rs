//! What of an item a `SELECT` answers: everything, or the values at paths, each under its path's last name.

use super::tree::{Node, What};
use crate::engine::expression::path::{Path, Step};
use crate::engine::value::Item;

/// What is selected.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Columns {
    /// Everything.
    All,
    /// Values at paths, and the names that they are answered under.
    Some(Vec<(String, Path)>),
}

impl Columns {
    /// Of the pieces of a statement; none for `*`.
    pub(super) fn of(nodes: Option<&[Node]>) -> Result<Self, String> {
        let Some(nodes) = nodes else { return Ok(Self::All) };
        let mut columns: Vec<(String, Path)> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let What::Path(path) = &node.what else { return Err(format!("Unexpected path component {}", node.place)) };
            let name = name(path);
            if columns.iter().any(|(other, _)| *other == name) {
                return Err(format!("Duplicate identifiers in select clause: {name}"));
            }
            columns.push((name, path.clone()));
        }
        Ok(Self::Some(columns))
    }

    /// What of an item is answered.
    pub(crate) fn cut(&self, item: Item) -> Item {
        match self {
            Self::All => item,
            Self::Some(columns) => columns
                .iter()
                .filter_map(|(name, path)| path.find(&item).map(|value| (name.clone(), value.clone())))
                .collect(),
        }
    }

    /// The attributes that are asked for; none for all of them.
    pub(crate) fn attributes(&self) -> Option<Vec<&str>> {
        match self {
            Self::All => None,
            Self::Some(columns) => Some(columns.iter().map(|(_, path)| path.head()).collect()),
        }
    }
}

/// The last name of a path, and the indexes after it: `k[0]` of `m.k[0]`.
fn name(path: &Path) -> String {
    let last = path.0.iter().rposition(|step| matches!(step, Step::Name(_))).unwrap_or_default();
    path.0[last..].iter().fold(String::new(), |name, step| match step {
        Step::Name(next) => name + next,
        Step::At(at) => format!("{name}[{at}]"),
    })
}
