//! A shape without a generated type: values by member, described by a schema that was built at run time.

use std::collections::BTreeMap;

use smithy::{
    ByteStream, Bytes, Document, EventStream, Kind, Member, ReadResult, Reader, Schema, Shape, Timestamp, Value,
    WriteValue, Writer,
};

/// A structure or union of any schema.
pub(crate) struct Dynamic {
    schema: &'static Schema,
    values: Vec<Option<Any>>,
    stream: Option<ByteStream>,
}

/// A value of any kind.
pub(crate) enum Any {
    Boolean(bool),
    Integer(i32),
    Long(i64),
    Double(f64),
    String(String),
    Blob(Bytes),
    Timestamp(Timestamp),
    Document(Document),
    List(Vec<Any>),
    Map(BTreeMap<String, Any>),
    Structure(Dynamic),
    Events(Vec<Dynamic>),
}

impl Dynamic {
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self { schema, values: schema.members.iter().map(|_| None).collect(), stream: None }
    }
}

impl Shape for Dynamic {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()> {
        self.values[index] = Some(read(&self.schema.members[index], reader)?);
        Ok(())
    }

    fn write_members(&self, writer: &mut dyn Writer) {
        for (member, value) in self.schema.members.iter().zip(&self.values) {
            match value {
                Some(value) => value.write(member, writer),
                None if matches!(member.target.kind, Kind::ByteStream | Kind::EventStream) => {}
                None => writer.absent(member),
            }
        }
    }

    fn take_stream(&mut self) -> Option<ByteStream> {
        let streams = self.schema.members.iter().any(|m| m.target.kind == Kind::ByteStream);
        streams.then(|| self.stream.take().unwrap_or_default())
    }

    fn set_stream(&mut self, stream: ByteStream) {
        self.stream = Some(stream);
    }

    fn take_events(&mut self) -> Option<EventStream<Box<dyn Shape>>> {
        let index = self.schema.members.iter().position(|m| m.target.kind == Kind::EventStream)?;
        let events = match self.values[index].take() {
            Some(Any::Events(events)) => events,
            _ => Vec::new(),
        };
        let boxed = events.into_iter().map(|event| Ok(Box::new(event) as Box<dyn Shape>));
        Some(EventStream(Box::pin(futures_util::stream::iter(boxed.collect::<Vec<_>>()))))
    }
}

fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Any> {
    Ok(match member.target.kind {
        Kind::Boolean => Any::Boolean(reader.boolean(member)?),
        Kind::Integer => Any::Integer(reader.integer(member)?),
        Kind::Long => Any::Long(reader.long(member)?),
        Kind::Float => Any::Double(f64::from(f32::read(member, reader)?)),
        Kind::Double => Any::Double(reader.double(member)?),
        Kind::String | Kind::Enum => Any::String(reader.string(member)?),
        Kind::Blob | Kind::ByteStream => Any::Blob(reader.blob(member)?),
        Kind::Timestamp => Any::Timestamp(reader.timestamp(member)?),
        Kind::Document => Any::Document(reader.document(member)?),
        Kind::List => Any::List(list(&member.target.members[0], member, reader)?),
        Kind::Map => Any::Map(map(member, reader)?),
        Kind::Structure | Kind::Union => Any::Structure(structure(member, reader)?),
        Kind::EventStream => Any::Events(events(member, reader)?),
    })
}

fn list(element: &'static Member, member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Vec<Any>> {
    let mut values = Vec::new();
    reader.list(member, &mut |r| read(element, r).map(|value| values.push(value)))?;
    Ok(values)
}

fn map(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<BTreeMap<String, Any>> {
    let mut entries = BTreeMap::new();
    reader.map(member, &mut |key, r| {
        entries.insert(key, read(&member.target.members[1], r)?);
        Ok(())
    })?;
    Ok(entries)
}

fn structure(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Dynamic> {
    let mut value = Dynamic::new(member.target);
    reader.structure(member, &mut value)?;
    Ok(value)
}

/// On the pipe, events are a list of unions; the reader there does not look at the list's element.
fn events(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Vec<Dynamic>> {
    let mut values = Vec::new();
    reader.list(member, &mut |r| structure(member, r).map(|value| values.push(value)))?;
    Ok(values)
}

impl WriteValue for Any {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        match self {
            Self::Boolean(value) => writer.boolean(member, *value),
            Self::Integer(value) => writer.integer(member, *value),
            Self::Long(value) => writer.long(member, *value),
            Self::Double(value) => writer.double(member, *value),
            Self::String(value) => writer.string(member, value),
            Self::Blob(value) => writer.blob(member, value),
            Self::Timestamp(value) => writer.timestamp(member, *value),
            Self::Document(value) => writer.document(member, value),
            Self::List(values) => values.write(member, writer),
            Self::Map(entries) => entries.write(member, writer),
            Self::Structure(value) => writer.structure(member, value),
            Self::Events(_) => {}
        }
    }
}
