//! Structures: plain fields, read and written through one list of them each.

use std::fmt::Write;

use super::schema_path;
use super::types::Types;
use crate::idents::{distinct, snake};
use crate::model::{Kind, Member, Model, Shape};
use crate::reach::needs_box;

struct Field<'a> {
    name: String,
    kind: Kind,
    r#type: String,
    member: &'a Member,
}

impl Field<'_> {
    fn streams(&self) -> bool {
        matches!(self.kind, Kind::ByteStream | Kind::EventStream)
    }
}

pub(super) fn structure(model: &Model, shape: &Shape, types: &Types<'_>) -> String {
    let fields = fields(model, shape, types);
    let name = types.of(&shape.name);
    let schema = schema_path(shape);
    let mut text = declaration(name, &fields);
    let _ = write!(
        text,
        "impl smithy::Shape for {name} {{
            fn schema(&self) -> &'static smithy::Schema {{ &{schema} }}
            {}
            {}
            {}
        }}\n",
        read_member(&schema, &fields),
        write_members(&schema, &fields),
        streams(&fields),
    );
    if let Some(error) = shape.error.as_ref().filter(|_| shape.has_details()) {
        text += &super::errors::conversion(name, &error.code, shape.message().map(|i| fields[i].name.as_str()));
    }
    text
}

fn fields<'a>(model: &Model, shape: &'a Shape, types: &Types<'_>) -> Vec<Field<'a>> {
    let names = distinct(shape.members.iter().map(|m| snake(&m.name)), "_");
    let field = |(name, member): (String, &'a Member)| {
        let kind = model.kind(member);
        let content = types.content(model, shape, member);
        let streams = matches!(kind, Kind::ByteStream | Kind::EventStream);
        let plain = member.required && shape.error.is_none() && !needs_box(model, shape, member);
        let r#type = if plain || streams { content } else { format!("Option<{content}>") };
        Field { name, kind, r#type, member }
    };
    names.into_iter().zip(&shape.members).map(field).collect()
}

fn declaration(name: &str, fields: &[Field<'_>]) -> String {
    let derives = if fields.iter().any(Field::streams) { "Default" } else { "Clone, Default, PartialEq" };
    let lines: String = fields.iter().map(|f| format!("    pub {}: {},\n", f.name, f.r#type)).collect();
    format!("#[derive({derives})]\npub struct {name} {{\n{lines}}}\n")
}

fn read_member(schema: &str, fields: &[Field<'_>]) -> String {
    let readable = fields.iter().enumerate().filter(|(_, f)| !f.streams());
    let arms: String = readable.map(|(index, f)| format!("{index} => &mut self.{},\n", f.name)).collect();
    if arms.is_empty() {
        return "fn read_member(&mut self, _: usize, _: &mut dyn smithy::Reader) -> smithy::ReadResult<()> { Ok(()) }"
            .into();
    }
    format!(
        "fn read_member(&mut self, index: usize, reader: &mut dyn smithy::Reader) -> smithy::ReadResult<()> {{
            let field: &mut dyn smithy::ReadValue = match index {{
                {arms}_ => return Ok(()),
            }};
            field.read_into(&{schema}.members[index], reader)
        }}"
    )
}

fn write_members(schema: &str, fields: &[Field<'_>]) -> String {
    if fields.is_empty() {
        return "fn write_members(&self, _: &mut dyn smithy::Writer) {}".into();
    }
    let list: Vec<String> = fields.iter().map(|f| format!("&self.{}", f.name)).collect();
    format!(
        "fn write_members(&self, writer: &mut dyn smithy::Writer) {{
            smithy::write_all(&{schema}, &[{}], writer);
        }}",
        list.join(", ")
    )
}

fn streams(fields: &[Field<'_>]) -> String {
    let Some(field) = fields.iter().find(|f| f.streams()) else { return String::new() };
    let name = &field.name;
    debug_assert!(!field.member.name.is_empty());
    match field.kind {
        Kind::EventStream => format!(
            "fn take_events(&mut self) -> Option<smithy::EventStream<Box<dyn smithy::Shape>>> {{
                Some(std::mem::take(&mut self.{name}).boxed())
            }}"
        ),
        _ => format!(
            "fn take_stream(&mut self) -> Option<smithy::ByteStream> {{ Some(std::mem::take(&mut self.{name})) }}
            fn set_stream(&mut self, stream: smithy::ByteStream) {{ self.{name} = stream; }}"
        ),
    }
}
