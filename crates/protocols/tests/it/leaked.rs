//! Schemas made while a test runs, from the same intermediate form from which code is generated. They are leaked, as
//! schemas are static; recursion is unrolled, as what is leaked cannot refer to itself.

use codegen::model::{self, Model};
use smithy::{
    HttpBinding, Kind, Location, Member, OperationSchema, ProtocolKind, Schema, ServiceSchema, TimestampFormat,
};

/// How often a shape may stand inside itself.
const RECURSION: usize = 4;

pub(crate) fn leak<T: ?Sized>(value: Box<T>) -> &'static T {
    Box::leak(value)
}

pub(crate) fn text(value: &str) -> &'static str {
    leak(value.into())
}

/// The operation of a model.
pub(crate) fn operation(model: &Model, name: &str, kind: ProtocolKind) -> &'static OperationSchema {
    let op = &model.operations[name];
    leak(Box::new(OperationSchema {
        name: text(name),
        service: service(model, kind),
        input: schema(model, &op.input, &mut Vec::new()),
        output: schema(model, &op.output, &mut Vec::new()),
        http: HttpBinding { method: text(&op.method), uri: text(&op.uri), status: op.status },
        result_wrapper: op.result_wrapper.as_deref().map(text),
        errors: &[],
        action: text(&op.action),
        read_only: op.read_only,
        unsigned: op.unsigned,
        ..OperationSchema::EMPTY
    }))
}

fn service(model: &Model, kind: ProtocolKind) -> &'static ServiceSchema {
    let it = &model.service;
    leak(Box::new(ServiceSchema {
        id: text(&model.id),
        sdk_id: text(&it.sdk_id),
        full_name: text(&it.full_name),
        signing_name: text(&it.signing_name),
        endpoint_prefix: text(&it.endpoint_prefix),
        api_version: text(&it.api_version),
        target_prefix: text(&it.target_prefix),
        namespace: text(&it.namespace),
        xml_namespace: text(&it.xml_namespace),
        protocols: leak(Box::new([kind])),
        query_compatible: it.query_compatible,
        global: it.global,
        event_source: text(&it.event_source),
    }))
}

/// A shape of a model; `within` are those it stands in.
pub(crate) fn schema(model: &Model, name: &str, within: &mut Vec<String>) -> &'static Schema {
    let shape = model.shape(name);
    let deep = within.iter().filter(|outer| *outer == name).count() >= RECURSION;
    within.push(name.to_owned());
    let members: Vec<Member> =
        if deep { Vec::new() } else { shape.members.iter().map(|m| member(model, m, within)).collect() };
    within.pop();
    let values: Vec<&'static str> = shape.values.iter().map(|v| text(v)).collect();
    let mut schema =
        Schema::new(text(name), kind(shape.kind)).members(leak(members.into())).values(leak(values.into()));
    schema.constraints.min = shape.min;
    schema.constraints.max = shape.max;
    schema.constraints.pattern = shape.pattern.as_deref().map(text);
    schema.sensitive = shape.sensitive;
    schema.xml_name = shape.xml_name.as_deref().map(text);
    schema.xml_namespace = shape.xml_namespace.as_deref().map(text);
    leak(Box::new(schema))
}

fn member(model: &Model, it: &model::Member, within: &mut Vec<String>) -> Member {
    let target = schema(model, &it.target, within);
    let target = if it.streaming { leak(Box::new(Schema::new(target.name, Kind::ByteStream))) } else { target };
    let mut member = Member::new(text(&it.name), target)
        .json(text(&it.json_name))
        .xml(text(&it.xml_name))
        .query(text(&it.query_name));
    if let Some((place, name)) = &it.location {
        member = member.at(location(place), text(name));
    }
    member.required = it.required;
    member.flattened = it.flattened;
    member.xml_attribute = it.xml_attribute;
    member.xml_namespace = it.xml_namespace.as_ref().map(|(prefix, address)| (text(prefix), text(address)));
    member.timestamp_format = it.timestamp_format.map(|format| match format {
        "Iso8601" => TimestampFormat::Iso8601,
        "HttpDate" => TimestampFormat::HttpDate,
        _ => TimestampFormat::EpochSeconds,
    });
    member.idempotency_token = it.idempotency_token;
    member.json_value = it.json_value;
    member
}

fn location(place: &str) -> Location {
    match place {
        "Header" => Location::Header,
        "Headers" => Location::Headers,
        "Query" => Location::Query,
        "Label" => Location::Label,
        "StatusCode" => Location::StatusCode,
        "Payload" => Location::Payload,
        "EventHeader" => Location::EventHeader,
        "EventPayload" => Location::EventPayload,
        other => panic!("the location {other} is unknown"),
    }
}

fn kind(kind: model::Kind) -> Kind {
    match kind {
        model::Kind::Boolean => Kind::Boolean,
        model::Kind::Integer => Kind::Integer,
        model::Kind::Long => Kind::Long,
        model::Kind::Float => Kind::Float,
        model::Kind::Double => Kind::Double,
        model::Kind::String => Kind::String,
        model::Kind::Enum => Kind::Enum,
        model::Kind::Blob => Kind::Blob,
        model::Kind::Timestamp => Kind::Timestamp,
        model::Kind::Document => Kind::Document,
        model::Kind::List => Kind::List,
        model::Kind::Map => Kind::Map,
        model::Kind::Structure => Kind::Structure,
        model::Kind::Union => Kind::Union,
        model::Kind::ByteStream => Kind::ByteStream,
        model::Kind::EventStream => Kind::EventStream,
    }
}
