//! The static tables: one schema a shape, one description an operation, one for the service.

use super::{access, literal};
use crate::idents::screaming;
use crate::model::{Kind, Member, Model, Operation, Service, Shape};

/// `mod tables` with everything static.
pub(super) fn module(model: &Model, listed: &[&str], shapes: &[&Shape]) -> String {
    let mut text = String::from("mod tables {\n#[allow(unused_imports)] use smithy::*;\n");
    text += &service(&model.id, &model.service);
    text.extend(listed.iter().map(|name| operation(model, &model.operations[*name])));
    text += &access::statics(model, listed);
    text.extend(shapes.iter().filter(|shape| plain(shape).is_none()).map(|shape| schema(model, shape)));
    text + "}\n"
}

/// The expression for a service's description.
pub(crate) fn service_value(id: &str, service: &Service) -> String {
    let protocols: Vec<String> = service.protocols.iter().map(|p| format!("ProtocolKind::{p}")).collect();
    format!(
        "ServiceSchema {{ id: {}, sdk_id: {}, full_name: {}, signing_name: {}, endpoint_prefix: {}, api_version: {},
            target_prefix: {}, namespace: {}, xml_namespace: {}, protocols: &[{}], query_compatible: {}, global: {},
            event_source: {} }}",
        literal(id),
        literal(&service.sdk_id),
        literal(&service.full_name),
        literal(&service.signing_name),
        literal(&service.endpoint_prefix),
        literal(&service.api_version),
        literal(&service.target_prefix),
        literal(&service.namespace),
        literal(&service.xml_namespace),
        protocols.join(", "),
        service.query_compatible,
        service.global,
        literal(&service.event_source),
    )
}

fn service(id: &str, service: &Service) -> String {
    format!("pub static SERVICE: ServiceSchema = {};\n", service_value(id, service))
}

fn operation(model: &Model, operation: &Operation) -> String {
    let errors: Vec<String> =
        operation.errors.iter().map(|name| format!("&super::errors::{}", screaming(name))).collect();
    format!(
        "pub(super) static O_{}: OperationSchema = OperationSchema {{ name: {}, service: &SERVICE, input: {}, output: {},
            http: HttpBinding {{ method: {}, uri: {}, status: {} }}, result_wrapper: {:?}, errors: &[{}], action: {},
            access: {}, always_allowed: {}, read_only: {}, data_event: {:?}, unsigned: {}, host_prefix: {:?} }};\n",
        operation.name,
        literal(&operation.name),
        reference(model.shape(&operation.input)),
        reference(model.shape(&operation.output)),
        literal(&operation.method),
        literal(&operation.uri),
        operation.status,
        operation.result_wrapper,
        errors.join(", "),
        literal(&operation.action),
        access::of(model, operation),
        operation.always_allowed,
        operation.read_only,
        operation.data_event,
        operation.unsigned,
        operation.host_prefix,
    )
}

/// Shapes that are nothing but their kind share one schema.
fn plain(shape: &Shape) -> Option<&'static str> {
    if shape.min.is_some() || shape.max.is_some() || shape.pattern.is_some() || shape.sensitive {
        return None;
    }
    Some(match shape.kind {
        Kind::Boolean => "plain::BOOLEAN",
        Kind::Integer => "plain::INTEGER",
        Kind::Long => "plain::LONG",
        Kind::Float => "plain::FLOAT",
        Kind::Double => "plain::DOUBLE",
        Kind::String => "plain::STRING",
        Kind::Blob => "plain::BLOB",
        Kind::Timestamp => "plain::TIMESTAMP",
        Kind::Document => "plain::DOCUMENT",
        Kind::ByteStream => "plain::BYTE_STREAM",
        _ => return None,
    })
}

fn reference(shape: &Shape) -> String {
    plain(shape).map_or_else(|| format!("&S_{}", shape.name), |path| format!("&{path}"))
}

fn schema(model: &Model, shape: &Shape) -> String {
    let mut text = format!(
        "pub(super) static S_{}: Schema = Schema::new({}, Kind::{:?})",
        shape.name,
        literal(&shape.name),
        shape.kind
    );
    if !shape.members.is_empty() {
        let members: String = shape.members.iter().map(|m| member(model, m) + ",\n").collect();
        text += &format!(".members(&[\n{members}])");
    }
    if !shape.values.is_empty() {
        text += &format!(".values(&{:?})", shape.values);
    }
    text += &optional("min", shape.min.map(|v| format!("{v:?}")));
    text += &optional("max", shape.max.map(|v| format!("{v:?}")));
    text += &optional("pattern", shape.pattern.as_deref().map(literal));
    text += if shape.sensitive { ".sensitive()" } else { "" };
    text += &optional("xml_name", shape.xml_name.as_deref().map(literal));
    text += &optional("xml_namespace", shape.xml_namespace.as_deref().map(literal));
    text + ";\n"
}

fn optional(method: &str, value: Option<String>) -> String {
    value.map(|v| format!(".{method}({v})")).unwrap_or_default()
}

fn member(model: &Model, member: &Member) -> String {
    let target =
        if member.streaming { "&plain::BYTE_STREAM".to_owned() } else { reference(model.shape(&member.target)) };
    let mut text = format!("Member::new({}, {target})", literal(&member.name));
    let renamed = |name: &String| (*name != member.name).then(|| literal(name));
    text += &optional("json", renamed(&member.json_name));
    text += &optional("xml", renamed(&member.xml_name));
    text += &optional("query", renamed(&member.query_name));
    if let Some((place, name)) = &member.location {
        text += &format!(".at(Location::{place}, {})", literal(name));
    }
    if let Some((prefix, address)) = &member.xml_namespace {
        text += &format!(".xml_namespace({}, {})", literal(prefix), literal(address));
    }
    text += &optional("timestamp", member.timestamp_format.map(|f| format!("TimestampFormat::{f}")));
    for (set, method) in [
        (member.required, ".required()"),
        (member.flattened, ".flattened()"),
        (member.xml_attribute, ".xml_attribute()"),
        (member.idempotency_token, ".idempotency_token()"),
        (member.json_value, ".json_value()"),
        (member.host_label, ".host_label()"),
    ] {
        text += if set { method } else { "" };
    }
    text
}
