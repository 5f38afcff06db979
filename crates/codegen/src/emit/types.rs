//! Rust types for shapes. An operation's own input and output are called after it, whatever the model calls them, and
//! names do not depend on which operations are listed.

use std::collections::{BTreeMap, BTreeSet};

use crate::idents::type_name;
use crate::model::{Kind, Member, Model, Operation, Shape};
use crate::reach::needs_box;

/// The type names of one service.
pub(crate) struct Types<'a> {
    names: BTreeMap<&'a str, String>,
    members: BTreeSet<&'a str>,
}

impl<'a> Types<'a> {
    pub(crate) fn new(model: &'a Model) -> Self {
        let members: BTreeSet<&str> =
            model.shapes.values().flat_map(|s| &s.members).map(|m| m.target.as_str()).collect();
        let mut names = own_names(model, &members);
        let mut taken: BTreeSet<String> = model.operations.values().flat_map(|o| reserved(model, o)).collect();
        for shape in model.shapes.values().filter(|s| s.has_fields() || s.kind == Kind::Enum) {
            if !names.contains_key(shape.name.as_str()) {
                let mut name = type_name(&shape.name);
                while !taken.insert(name.clone()) {
                    name += "Shape";
                }
                names.insert(&shape.name, name);
            }
        }
        Self { names, members }
    }

    /// The type of a structure, union or enum.
    pub(crate) fn of(&self, shape: &str) -> &str {
        &self.names[shape]
    }

    /// Exceptions that only carry a message need no type.
    pub(crate) fn is_emitted(&self, shape: &Shape) -> bool {
        shape.error.is_none() || shape.has_details() || self.members.contains(shape.name.as_str())
    }

    /// The type of a field or of a variant's content, without its `Option`.
    pub(crate) fn content(&self, model: &Model, owner: &Shape, member: &Member) -> String {
        let content = self.bare(model, member);
        if needs_box(model, owner, member) { format!("Box<{content}>") } else { content }
    }

    fn bare(&self, model: &Model, member: &Member) -> String {
        let shape = model.shape(&member.target);
        let part = |index: usize| self.bare(model, &shape.members[index]);
        match model.kind(member) {
            Kind::Boolean => "bool".into(),
            Kind::Integer => "i32".into(),
            Kind::Long => "i64".into(),
            Kind::Float => "f32".into(),
            Kind::Double => "f64".into(),
            Kind::String => "String".into(),
            Kind::Blob => "smithy::Bytes".into(),
            Kind::Timestamp => "smithy::Timestamp".into(),
            Kind::Document => "smithy::Document".into(),
            Kind::ByteStream => "smithy::ByteStream".into(),
            Kind::List => format!("Vec<{}>", part(0)),
            Kind::Map => format!("std::collections::BTreeMap<String, {}>", part(1)),
            Kind::EventStream => format!("smithy::EventStream<{}>", self.of(&shape.name)),
            Kind::Structure | Kind::Union | Kind::Enum => self.of(&shape.name).to_owned(),
        }
    }
}

/// Inputs and outputs that belong to one operation and occur nowhere else take its name.
fn own_names<'a>(model: &'a Model, members: &BTreeSet<&str>) -> BTreeMap<&'a str, String> {
    let mut uses: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for operation in model.operations.values() {
        uses.entry(&operation.input).or_default().push(io_name(model, &operation.name, "Input"));
        uses.entry(&operation.output).or_default().push(io_name(model, &operation.name, "Output"));
    }
    uses.retain(|shape, names| names.len() == 1 && !members.contains(shape));
    uses.into_iter().filter_map(|(shape, mut names)| names.pop().map(|name| (shape, name))).collect()
}

fn reserved(model: &Model, operation: &Operation) -> [String; 3] {
    let io = |what| io_name(model, &operation.name, what);
    [operation.name.clone(), io("Input"), io("Output")]
}

/// What the input or output of an operation is called. Kinesis Analytics has an operation called
/// `DeleteApplicationOutput` besides the output of `DeleteApplication`.
pub(crate) fn io_name(model: &Model, operation: &str, what: &str) -> String {
    let name = format!("{operation}{what}");
    if model.operations.contains_key(&name) { name + "Shape" } else { name }
}
