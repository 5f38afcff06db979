//! Schemas at run time: the same tables that generated code holds as statics, built from the model and leaked.

use std::collections::HashMap;
use std::path::PathBuf;

use codegen::Model;
use codegen::model::{self, Kind as ModelKind};
use smithy::{
    Constraints, HttpBinding, Kind, Location, Member, OperationSchema, ProtocolKind, Schema, ServiceSchema,
    TimestampFormat,
};

use crate::dynamic::Dynamic;
use crate::typed::{self, Shapes};

/// How often a shape may contain itself here. Statics can refer to each other in a circle; what is built cannot.
const LEVELS: u8 = 5;

/// Models and operations, read when they are first asked for.
pub(crate) struct Catalog {
    folder: PathBuf,
    models: HashMap<String, Loaded>,
}

struct Loaded {
    model: Model,
    service: &'static ServiceSchema,
    schemas: HashMap<(String, u8), &'static Schema>,
    operations: HashMap<String, &'static OperationSchema>,
}

/// An operation, generated or not.
pub(crate) enum Found {
    Typed(String, String),
    Dynamic(&'static OperationSchema),
}

impl Found {
    /// Fresh shapes for one exchange.
    pub(crate) fn shapes(&self) -> Shapes {
        match self {
            Self::Typed(service, operation) => {
                typed::typed(service, operation).expect("it was found in the same table")
            }
            Self::Dynamic(schema) => Shapes {
                schema,
                input: Box::new(Dynamic::new(schema.input)),
                output: Box::new(Dynamic::new(schema.output)),
            },
        }
    }
}

impl Catalog {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, models: HashMap::new() }
    }

    pub(crate) fn operation(&mut self, service: &str, operation: &str) -> Result<Found, String> {
        // A generated output takes events from its handler and reads none; only a dynamic one can be filled with them.
        let generated = typed::typed(service, operation);
        if generated
            .is_some_and(|shapes| !shapes.schema.output.members.iter().any(|m| m.target.kind == Kind::EventStream))
        {
            return Ok(Found::Typed(service.to_owned(), operation.to_owned()));
        }
        if !self.models.contains_key(service) {
            let loaded = self.load(service)?;
            self.models.insert(service.to_owned(), loaded);
        }
        let loaded = self.models.get_mut(service).ok_or("it was just put there")?;
        loaded.operation(operation).map(Found::Dynamic)
    }

    fn load(&self, id: &str) -> Result<Loaded, String> {
        let read = |name: String| std::fs::read_to_string(self.folder.join(name));
        let overlay = read(format!("{id}.overlay.json")).ok();
        let text = read(format!("{id}.json")).map_err(|e| format!("{id}: {e}"))?;
        let model = codegen::read(id, &text, overlay.as_deref())?;
        let service = leak(service(&model));
        Ok(Loaded { model, service, schemas: HashMap::new(), operations: HashMap::new() })
    }
}

impl Loaded {
    fn operation(&mut self, name: &str) -> Result<&'static OperationSchema, String> {
        if let Some(known) = self.operations.get(name) {
            return Ok(known);
        }
        let modelled = self.model.operations.get(name).ok_or_else(|| format!("no {name}"))?;
        let (input, output) = (modelled.input.clone(), modelled.output.clone());
        let (input, output) = (self.schema(&input, LEVELS), self.schema(&output, LEVELS));
        let modelled = &self.model.operations[name];
        let schema = leak(OperationSchema {
            name: text(&modelled.name),
            service: self.service,
            input,
            output,
            http: HttpBinding { method: text(&modelled.method), uri: text(&modelled.uri), status: modelled.status },
            result_wrapper: modelled.result_wrapper.as_deref().map(text),
            errors: &[],
            action: text(&modelled.action),
            read_only: modelled.read_only,
            unsigned: modelled.unsigned,
            host_prefix: modelled.host_prefix.as_deref().map(text),
            ..OperationSchema::EMPTY
        });
        self.operations.insert(name.to_owned(), schema);
        Ok(schema)
    }

    fn schema(&mut self, name: &str, levels: u8) -> &'static Schema {
        if let Some(known) = self.schemas.get(&(name.to_owned(), levels)) {
            return known;
        }
        let shape = self.model.shape(name).clone();
        let below = if self.is_recursive(name) { levels.saturating_sub(1) } else { levels };
        let parts: &[model::Member] = if levels == 0 && shape.has_fields() { &[] } else { &shape.members };
        let members: Vec<Member> = parts.iter().map(|part| self.member(part, below)).collect();
        let schema = leak(Schema {
            name: text(&shape.name),
            kind: kind(shape.kind),
            members: Vec::leak(members),
            values: Vec::leak(shape.values.iter().map(|value| text(value)).collect()),
            constraints: Constraints { min: shape.min, max: shape.max, pattern: shape.pattern.as_deref().map(text) },
            sensitive: shape.sensitive,
            xml_name: shape.xml_name.as_deref().map(text),
            xml_namespace: shape.xml_namespace.as_deref().map(text),
        });
        self.schemas.insert((name.to_owned(), levels), schema);
        schema
    }

    fn member(&mut self, member: &model::Member, levels: u8) -> Member {
        let target = if member.streaming { &smithy::plain::BYTE_STREAM } else { self.schema(&member.target, levels) };
        let (location, location_name) = match &member.location {
            Some((place, name)) => (location(place), text(name)),
            None => (Location::Body, text(&member.name)),
        };
        Member {
            name: text(&member.name),
            target,
            json_name: text(&member.json_name),
            xml_name: text(&member.xml_name),
            query_name: text(&member.query_name),
            location_name,
            location,
            required: member.required,
            flattened: member.flattened,
            xml_attribute: member.xml_attribute,
            xml_namespace: member.xml_namespace.as_ref().map(|(prefix, address)| (text(prefix), text(address))),
            timestamp_format: member.timestamp_format.map(timestamp_format),
            idempotency_token: member.idempotency_token,
            json_value: member.json_value,
            host_label: member.host_label,
        }
    }

    /// Whether the shape contains itself, through lists and maps too.
    fn is_recursive(&self, name: &str) -> bool {
        let mut open: Vec<&str> = self.model.shape(name).members.iter().map(|m| m.target.as_str()).collect();
        let mut seen = std::collections::HashSet::new();
        while let Some(next) = open.pop() {
            if next == name {
                return true;
            }
            if seen.insert(next) {
                open.extend(self.model.shape(next).members.iter().map(|m| m.target.as_str()));
            }
        }
        false
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn text(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

fn service(model: &Model) -> ServiceSchema {
    let facts = &model.service;
    ServiceSchema {
        id: text(&model.id),
        sdk_id: text(&facts.sdk_id),
        full_name: text(&facts.full_name),
        signing_name: text(&facts.signing_name),
        endpoint_prefix: text(&facts.endpoint_prefix),
        api_version: text(&facts.api_version),
        target_prefix: text(&facts.target_prefix),
        namespace: text(&facts.namespace),
        xml_namespace: text(&facts.xml_namespace),
        protocols: Vec::leak(facts.protocols.iter().map(|name| protocol(name)).collect()),
        query_compatible: facts.query_compatible,
        global: facts.global,
        event_source: text(&facts.event_source),
    }
}

fn protocol(name: &str) -> ProtocolKind {
    match name {
        "Query" => ProtocolKind::Query,
        "Ec2" => ProtocolKind::Ec2,
        "Json10" => ProtocolKind::Json10,
        "Json11" => ProtocolKind::Json11,
        "RestJson" => ProtocolKind::RestJson,
        "RestXml" => ProtocolKind::RestXml,
        _ => ProtocolKind::RpcV2Cbor,
    }
}

fn location(name: &str) -> Location {
    match name {
        "Header" => Location::Header,
        "Headers" => Location::Headers,
        "Query" => Location::Query,
        "Label" => Location::Label,
        "StatusCode" => Location::StatusCode,
        "Payload" => Location::Payload,
        "EventHeader" => Location::EventHeader,
        _ => Location::EventPayload,
    }
}

fn timestamp_format(name: &str) -> TimestampFormat {
    match name {
        "Iso8601" => TimestampFormat::Iso8601,
        "HttpDate" => TimestampFormat::HttpDate,
        _ => TimestampFormat::EpochSeconds,
    }
}

fn kind(kind: ModelKind) -> Kind {
    match kind {
        ModelKind::Boolean => Kind::Boolean,
        ModelKind::Integer => Kind::Integer,
        ModelKind::Long => Kind::Long,
        ModelKind::Float => Kind::Float,
        ModelKind::Double => Kind::Double,
        ModelKind::String => Kind::String,
        ModelKind::Enum => Kind::Enum,
        ModelKind::Blob => Kind::Blob,
        ModelKind::Timestamp => Kind::Timestamp,
        ModelKind::Document => Kind::Document,
        ModelKind::List => Kind::List,
        ModelKind::Map => Kind::Map,
        ModelKind::Structure => Kind::Structure,
        ModelKind::Union => Kind::Union,
        ModelKind::ByteStream => Kind::ByteStream,
        ModelKind::EventStream => Kind::EventStream,
    }
}
