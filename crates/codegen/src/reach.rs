//! Which shapes the listed operations need, and which members would make a type contain itself.

use std::collections::BTreeSet;

use crate::model::{Kind, Member, Model, Shape};

/// The names of all shapes reachable from the operations, their errors, and errors that any operation may answer.
pub(crate) fn reachable<'a>(model: &'a Model, operations: &[&str]) -> BTreeSet<&'a str> {
    let listed = operations.iter().map(|name| &model.operations[*name]);
    let mut open: Vec<&str> =
        listed.flat_map(|o| [&o.input, &o.output].into_iter().chain(&o.errors)).map(String::as_str).collect();
    open.extend(
        model.shapes.values().filter(|s| s.error.as_ref().is_some_and(|e| e.everywhere)).map(|s| s.name.as_str()),
    );
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if seen.insert(name) {
            open.extend(model.shape(name).members.iter().map(|m| m.target.as_str()));
        }
    }
    seen
}

/// Whether a field of `owner` must be boxed: its structure contains `owner` again, without a list or map between.
pub(crate) fn needs_box(model: &Model, owner: &Shape, member: &Member) -> bool {
    let mut open = vec![member.target.as_str()];
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let shape = model.shape(name);
        if !matches!(shape.kind, Kind::Structure | Kind::Union) || !seen.insert(name) {
            continue;
        }
        if name == owner.name {
            return true;
        }
        open.extend(shape.members.iter().map(|m| m.target.as_str()));
    }
    false
}
