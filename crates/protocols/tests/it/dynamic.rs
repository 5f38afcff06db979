//! A shape without generated code: a schema and a tree of values. Vectors and properties make their schemas while they
//! run and leak them, as schemas are static.

use std::collections::BTreeMap;

use bytes::Bytes;
use smithy::{
    ByteStream, Document, Kind, Malformed, Member, ReadResult, Reader, Schema, Shape, Timestamp, WriteValue, Writer,
};

/// A value of any kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Val {
    Boolean(bool),
    Integer(i32),
    Long(i64),
    Double(f64),
    Text(String),
    Blob(Bytes),
    Time(Timestamp),
    Document(Document),
    List(Vec<Val>),
    Map(BTreeMap<String, Val>),
    Structure(Dynamic),
}

/// A structure or union of any schema.
#[derive(Debug)]
pub(crate) struct Dynamic {
    pub(crate) schema: &'static Schema,
    pub(crate) members: Vec<Option<Val>>,
    pub(crate) stream: Option<ByteStream>,
}

impl Clone for Dynamic {
    fn clone(&self) -> Self {
        Self { schema: self.schema, members: self.members.clone(), stream: None }
    }
}

/// NaN is the same as NaN here, and streams are not looked at.
impl PartialEq for Dynamic {
    fn eq(&self, other: &Self) -> bool {
        self.schema.name == other.schema.name && format!("{:?}", self.members) == format!("{:?}", other.members)
    }
}

impl Dynamic {
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self { schema, members: vec![None; schema.members.len()], stream: None }
    }
}

impl WriteValue for Val {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        match self {
            Self::Boolean(value) => writer.boolean(member, *value),
            Self::Integer(value) => writer.integer(member, *value),
            Self::Long(value) => writer.long(member, *value),
            Self::Double(value) => writer.double(member, *value),
            Self::Text(value) => writer.string(member, value),
            Self::Blob(value) => writer.blob(member, value),
            Self::Time(value) => writer.timestamp(member, *value),
            Self::Document(value) => writer.document(member, value),
            Self::List(values) => values.write(member, writer),
            Self::Map(values) => values.write(member, writer),
            Self::Structure(value) => writer.structure(member, value),
        }
    }
}

impl smithy::Value for Val {
    fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
        Ok(match member.target.kind {
            Kind::Boolean => Self::Boolean(reader.boolean(member)?),
            Kind::Integer => Self::Integer(reader.integer(member)?),
            Kind::Long => Self::Long(reader.long(member)?),
            Kind::Float => Self::Double(f64::from(reader.double(member)? as f32)),
            Kind::Double => Self::Double(reader.double(member)?),
            Kind::String | Kind::Enum => Self::Text(reader.string(member)?),
            Kind::Blob => Self::Blob(reader.blob(member)?),
            Kind::Timestamp => Self::Time(reader.timestamp(member)?),
            Kind::Document => Self::Document(reader.document(member)?),
            Kind::List => Self::List(smithy::Value::read(member, reader)?),
            Kind::Map => Self::Map(smithy::Value::read(member, reader)?),
            Kind::Structure | Kind::Union => {
                let mut value = Dynamic::new(member.target);
                reader.structure(member, &mut value)?;
                Self::Structure(value)
            }
            Kind::ByteStream | Kind::EventStream => return Err(Malformed::new("a stream is no value")),
        })
    }
}

impl Shape for Dynamic {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()> {
        self.members[index] = Some(smithy::Value::read(&self.schema.members[index], reader)?);
        Ok(())
    }

    fn write_members(&self, writer: &mut dyn Writer) {
        for (value, member) in self.members.iter().zip(self.schema.members) {
            smithy::write_optional(value, member, writer);
        }
    }

    fn take_stream(&mut self) -> Option<ByteStream> {
        self.stream.take()
    }

    fn set_stream(&mut self, stream: ByteStream) {
        self.stream = Some(stream);
    }
}
