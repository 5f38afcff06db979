//! Botocore's vocabulary → the intermediate form. The rules for names follow its serializers, which is what clients send.

mod member;
mod shape;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::access::Access;
use crate::model::{Model, Operation, Service, Shape};

/// Operation names that start so read and change nothing, unless the model or an overlay says otherwise.
const READING: [&str; 16] = [
    "BatchGet", "Check", "Decode", "Describe", "Detect", "Estimate", "Get", "Head", "List", "Lookup", "Preview",
    "Query", "Scan", "Search", "Simulate", "Validate",
];

/// Reads a merged model.
pub(crate) fn read(id: &str, json: &Value) -> Result<Model, String> {
    let service = read_service(&json["metadata"])?;
    let family = Family::of(&service);
    let mut operations = BTreeMap::new();
    let mut shapes = BTreeMap::new();
    for (name, value) in entries(json, "shapes") {
        shapes.insert(name.clone(), shape::read(name, value, json, family)?);
    }
    for (name, value) in entries(json, "operations") {
        name_root(value, &mut shapes);
        let mut operation = read_operation(name, value, &service.action_prefix)?;
        operation.input = own_shape(operation.input, format!("{name}Input"), &mut shapes);
        operation.output = own_shape(operation.output, format!("{name}Output"), &mut shapes);
        operations.insert(name.clone(), operation);
    }
    Ok(Model { id: id.to_owned(), service, operations, shapes, access: Access::default() })
}

/// Which rules for names apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Json,
    RestJson,
    Query,
    Ec2,
    RestXml,
}

impl Family {
    fn of(service: &Service) -> Self {
        match service.protocols.iter().find(|p| **p != "RpcV2Cbor") {
            Some(&"RestJson") => Self::RestJson,
            Some(&"RestXml") => Self::RestXml,
            Some(&"Query") => Self::Query,
            Some(&"Ec2") => Self::Ec2,
            _ => Self::Json,
        }
    }

    pub(crate) fn is_rest(self) -> bool {
        matches!(self, Self::RestJson | Self::RestXml)
    }
}

fn read_service(metadata: &Value) -> Result<Service, String> {
    let endpoint_prefix = text(metadata, "endpointPrefix").ok_or("metadata without endpointPrefix")?;
    let signing_name = text(metadata, "signingName").unwrap_or_else(|| endpoint_prefix.clone());
    Ok(Service {
        sdk_id: text(metadata, "serviceId").ok_or("metadata without serviceId")?,
        full_name: text(metadata, "serviceFullName").unwrap_or_default(),
        endpoint_prefix,
        api_version: text(metadata, "apiVersion").unwrap_or_default(),
        target_prefix: text(metadata, "targetPrefix").unwrap_or_default(),
        namespace: text(metadata, "namespace").unwrap_or_default(),
        xml_namespace: namespace_address(&metadata["xmlNamespace"]).unwrap_or_default(),
        protocols: read_protocols(metadata)?,
        query_compatible: metadata.get("awsQueryCompatible").is_some(),
        global: metadata["global"].as_bool().unwrap_or(metadata.get("globalEndpoint").is_some()),
        action_prefix: text(metadata, "iamPrefix").unwrap_or_else(|| signing_name.clone()),
        event_source: text(metadata, "eventSource").unwrap_or_else(|| format!("{signing_name}.amazonaws.com")),
        method_actions: flag(metadata, "methodActions"),
        signing_name,
    })
}

/// The model's protocols, and RPC v2 CBOR for every JSON service: AWS's SDKs move there one by one.
fn read_protocols(metadata: &Value) -> Result<Vec<&'static str>, String> {
    let json = if metadata["jsonVersion"] == "1.0" { "Json10" } else { "Json11" };
    let declared = metadata["protocols"].as_array().cloned().unwrap_or_else(|| vec![metadata["protocol"].clone()]);
    let mut protocols = Vec::new();
    for name in &declared {
        protocols.push(match name.as_str().unwrap_or_default() {
            "json" => json,
            "query" => "Query",
            "ec2" => "Ec2",
            "rest-json" => "RestJson",
            "rest-xml" => "RestXml",
            "smithy-rpc-v2-cbor" => "RpcV2Cbor",
            other => return Err(format!("unknown protocol {other}")),
        });
    }
    if protocols.contains(&json) && !protocols.contains(&"RpcV2Cbor") {
        protocols.push("RpcV2Cbor");
    }
    Ok(protocols)
}

fn read_operation(name: &str, json: &Value, prefix: &str) -> Result<Operation, String> {
    let errors = json["errors"].as_array().into_iter().flatten();
    Ok(Operation {
        name: name.to_owned(),
        method: text(&json["http"], "method").ok_or_else(|| format!("{name} has no method"))?,
        uri: text(&json["http"], "requestUri").ok_or_else(|| format!("{name} has no path"))?,
        status: json["http"]["responseCode"].as_u64().map_or(200, |code| code as u16),
        input: text(&json["input"], "shape").unwrap_or_default(),
        output: text(&json["output"], "shape").unwrap_or_default(),
        result_wrapper: text(&json["output"], "resultWrapper"),
        errors: errors.filter_map(|e| text(e, "shape")).collect(),
        action: text(json, "action").unwrap_or_else(|| format!("{prefix}:{name}")),
        further_actions: texts(json, "furtherActions"),
        always_allowed: flag(json, "alwaysAllowed"),
        read_only: json["readonly"].as_bool().unwrap_or_else(|| READING.iter().any(|word| name.starts_with(word))),
        stated_read_only: json["readonly"].as_bool(),
        data_event: text(json, "dataEvent"),
        unsigned: json["authtype"] == "none",
        deprecated: json["deprecated"] == true,
        host_prefix: text(&json["endpoint"], "hostPrefix"),
    })
}

/// Operations without input or output get a structure without members, so that all have both.
fn own_shape(modelled: String, mut name: String, shapes: &mut BTreeMap<String, Shape>) -> String {
    if !modelled.is_empty() {
        return modelled;
    }
    while shapes.contains_key(&name) {
        name += "Empty";
    }
    shapes.insert(name.clone(), Shape::empty(&name));
    name
}

/// An input's root element is named where the operation refers to it.
fn name_root(operation: &Value, shapes: &mut BTreeMap<String, Shape>) {
    let input = &operation["input"];
    let Some(shape) = text(input, "shape").and_then(|name| shapes.get_mut(&name)) else { return };
    if let Some(root) = text(input, "locationName") {
        shape.xml_name = Some(root);
        shape.xml_namespace = namespace_address(&input["xmlNamespace"]);
    }
}

/// The address of a namespace, written as text or as an object with `uri`.
pub(crate) fn namespace_address(json: &Value) -> Option<String> {
    json.as_str().map(str::to_owned).or_else(|| text(json, "uri"))
}

pub(crate) fn text(json: &Value, key: &str) -> Option<String> {
    json.get(key).and_then(Value::as_str).map(str::to_owned)
}

pub(crate) fn texts(json: &Value, key: &str) -> Vec<String> {
    json[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

pub(crate) fn flag(json: &Value, key: &str) -> bool {
    json.get(key).is_some_and(|value| value == true)
}

pub(crate) fn entries<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    json.get(key).and_then(Value::as_object).into_iter().flatten()
}
