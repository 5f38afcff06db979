//! A shape with a member of each kind, recursive through a list, a map and a box.

use std::collections::BTreeMap;

use bytes::Bytes;
use smithy::{
    Document, HttpBinding, Kind, Location, Member, OperationSchema, ProtocolKind, ReadResult, Reader, Schema,
    ServiceSchema, Shape, Timestamp, TimestampFormat, Value, Writer, write_optional,
};

static BOOLEAN: Schema = Schema::new("Boolean", Kind::Boolean);
static INTEGER: Schema = Schema::new("Integer", Kind::Integer).min(0.0).max(9.0);
static LONG: Schema = Schema::new("Long", Kind::Long);
static DOUBLE: Schema = Schema::new("Double", Kind::Double).max(5.0);
static FLOAT: Schema = Schema::new("Float", Kind::Float);
static TEXT: Schema = Schema::new("Text", Kind::String).min(1.0).max(5.0).pattern("[a-z]+(b|c)*");
static BLOB: Schema = Schema::new("Blob", Kind::Blob).max(4.0);
static TIME: Schema = Schema::new("Time", Kind::Timestamp);
static DOCUMENT: Schema = Schema::new("Document", Kind::Document);
static TEXTS: Schema = Schema::new("Texts", Kind::List).members(&[Member::new("member", &TEXT)]);
static LIST: Schema = Schema::new("List", Kind::List).members(&[Member::new("member", &EVERYTHING)]).max(2.0);
static MAP: Schema =
    Schema::new("Map", Kind::Map).members(&[Member::new("key", &TEXT), Member::new("value", &EVERYTHING)]);
static EVERYTHING: Schema = Schema::new("Everything", Kind::Structure).members(&[
    Member::new("A", &BOOLEAN),
    Member::new("B", &INTEGER).xml("xsi:b").xml_attribute(),
    Member::new("C", &LONG),
    Member::new("D", &DOUBLE),
    Member::new("E", &FLOAT),
    Member::new("F", &TEXT),
    Member::new("G", &BLOB),
    Member::new("H", &TIME),
    Member::new("I", &DOCUMENT),
    Member::new("J", &TEXTS).flattened(),
    Member::new("K", &LIST),
    Member::new("L", &MAP),
    Member::new("M", &EVERYTHING),
    Member::new("N", &TIME).timestamp(TimestampFormat::Iso8601),
]);
/// The same members, each in another place of a REST request.
static BOUND: Schema = Schema::new("Bound", Kind::Structure).members(&[
    Member::new("A", &BOOLEAN).at(Location::Query, "a"),
    Member::new("B", &INTEGER).at(Location::Label, "b"),
    Member::new("C", &LONG).at(Location::Query, "c"),
    Member::new("D", &DOUBLE).at(Location::Header, "d"),
    Member::new("E", &FLOAT).at(Location::Header, "e"),
    Member::new("F", &TEXT).at(Location::Header, "f").json_value(),
    Member::new("G", &BLOB).at(Location::Header, "g"),
    Member::new("H", &TIME).at(Location::Header, "h"),
    Member::new("I", &DOCUMENT),
    Member::new("J", &TEXTS).at(Location::Header, "j"),
    Member::new("K", &LIST),
    Member::new("L", &MAP),
    Member::new("M", &EVERYTHING),
    Member::new("N", &TIME).at(Location::Query, "n"),
]);

static SERVICE: ServiceSchema = ServiceSchema {
    id: "demo",
    sdk_id: "Demo",
    full_name: "Demo",
    signing_name: "demo",
    endpoint_prefix: "demo",
    api_version: "2026-01-01",
    target_prefix: "Demo",
    namespace: "com.amazonaws.demo",
    xml_namespace: "http://demo/",
    protocols: &[ProtocolKind::Json10],
    query_compatible: false,
    global: false,
    ..ServiceSchema::EMPTY
};

/// Answers what it was asked.
pub static ECHO: OperationSchema = operation(&EVERYTHING);
/// The same with REST bindings.
pub static BOUND_ECHO: OperationSchema = operation(&BOUND);

const fn operation(schema: &'static Schema) -> OperationSchema {
    OperationSchema {
        name: "Echo",
        service: &SERVICE,
        input: schema,
        output: schema,
        http: HttpBinding { method: "POST", uri: "/{b}", status: 200 },
        result_wrapper: None,
        errors: &[],
        action: "demo:Echo",
        read_only: false,
        unsigned: false,
        ..OperationSchema::EMPTY
    }
}

/// See [`EVERYTHING`].
#[derive(Debug, Default)]
pub struct Everything {
    a: Option<bool>,
    b: Option<i32>,
    c: Option<i64>,
    d: Option<f64>,
    e: Option<f32>,
    f: Option<String>,
    g: Option<Bytes>,
    h: Option<Timestamp>,
    i: Option<Document>,
    j: Option<Vec<String>>,
    k: Option<Vec<Everything>>,
    l: Option<BTreeMap<String, Everything>>,
    m: Option<Box<Everything>>,
    n: Option<Timestamp>,
}

smithy::structure!(Everything);

impl Shape for Everything {
    fn schema(&self) -> &'static Schema {
        &EVERYTHING
    }

    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()> {
        let member = &EVERYTHING.members[index];
        match index {
            0 => self.a = Some(Value::read(member, reader)?),
            1 => self.b = Some(Value::read(member, reader)?),
            2 => self.c = Some(Value::read(member, reader)?),
            3 => self.d = Some(Value::read(member, reader)?),
            4 => self.e = Some(Value::read(member, reader)?),
            5 => self.f = Some(Value::read(member, reader)?),
            6 => self.g = Some(Value::read(member, reader)?),
            7 => self.h = Some(Value::read(member, reader)?),
            8 => self.i = Some(Value::read(member, reader)?),
            9 => self.j = Some(Value::read(member, reader)?),
            10 => self.k = Some(Value::read(member, reader)?),
            11 => self.l = Some(Value::read(member, reader)?),
            12 => self.m = Some(Value::read(member, reader)?),
            _ => self.n = Some(Value::read(member, reader)?),
        }
        Ok(())
    }

    fn write_members(&self, writer: &mut dyn Writer) {
        let members = EVERYTHING.members;
        write_optional(&self.a, &members[0], writer);
        write_optional(&self.b, &members[1], writer);
        write_optional(&self.c, &members[2], writer);
        write_optional(&self.d, &members[3], writer);
        write_optional(&self.e, &members[4], writer);
        write_optional(&self.f, &members[5], writer);
        write_optional(&self.g, &members[6], writer);
        write_optional(&self.h, &members[7], writer);
        write_optional(&self.i, &members[8], writer);
        write_optional(&self.j, &members[9], writer);
        write_optional(&self.k, &members[10], writer);
        write_optional(&self.l, &members[11], writer);
        write_optional(&self.m, &members[12], writer);
        write_optional(&self.n, &members[13], writer);
    }
}

/// [`Everything`] with the bindings of [`BOUND`].
#[derive(Debug, Default)]
pub struct BoundEverything(pub Everything);

impl Shape for BoundEverything {
    fn schema(&self) -> &'static Schema {
        &BOUND
    }

    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()> {
        match (index, &BOUND.members[index]) {
            (5, member) => self.0.f = Some(Value::read(member, reader)?),
            (9, member) => self.0.j = Some(Value::read(member, reader)?),
            (13, member) => self.0.n = Some(Value::read(member, reader)?),
            _ => self.0.read_member(index, reader)?,
        }
        Ok(())
    }

    fn write_members(&self, writer: &mut dyn Writer) {
        let members = BOUND.members;
        write_optional(&self.0.d, &members[3], writer);
        write_optional(&self.0.f, &members[5], writer);
        write_optional(&self.0.g, &members[6], writer);
        write_optional(&self.0.h, &members[7], writer);
        write_optional(&self.0.j, &members[9], writer);
        write_optional(&self.0.k, &members[10], writer);
    }
}
