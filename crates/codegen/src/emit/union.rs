//! Unions and events: enums of which `Unset` is what a client left empty.

use super::schema_path;
use super::types::Types;
use crate::idents::{distinct, upper_camel};
use crate::model::{Model, Shape};

pub(super) fn union(model: &Model, shape: &Shape, types: &Types<'_>) -> String {
    let name = types.of(&shape.name);
    let schema = schema_path(shape);
    let first = ["Unset".to_owned()].into_iter();
    let names = distinct(first.chain(shape.members.iter().map(|m| upper_camel(&m.name))).map(legal), "");
    let (mut variants, mut reads, mut writes) = (String::new(), String::new(), String::new());
    for (index, (variant, member)) in names[1..].iter().zip(&shape.members).enumerate() {
        variants += &format!("{variant}({}),\n", types.content(model, shape, member));
        reads += &format!("{index} => Self::{variant}(smithy::Value::read(&{schema}.members[{index}], reader)?),\n");
        writes += &format!(
            "Self::{variant}(value) => smithy::WriteValue::write(value, &{schema}.members[{index}], writer),\n"
        );
    }
    format!(
        "#[derive(Clone, Default, PartialEq)]
        pub enum {name} {{ #[default] Unset,\n{variants}}}
        impl smithy::Shape for {name} {{
            fn schema(&self) -> &'static smithy::Schema {{ &{schema} }}
            fn read_member(&mut self, index: usize, reader: &mut dyn smithy::Reader) -> smithy::ReadResult<()> {{
                *self = match index {{\n{reads}_ => return Ok(()),
                }};
                Ok(())
            }}
            fn write_members(&self, writer: &mut dyn smithy::Writer) {{
                match self {{ Self::Unset => {{}}\n{writes} }}
            }}
        }}\n"
    )
}

fn legal(variant: String) -> String {
    if variant == "Self" { "SelfValue".into() } else { variant }
}
