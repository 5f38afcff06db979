//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! function made by a stack is the same as one made by hand. Properties have the names of the operations' members, and are
//! read by the same schema.

mod alias;
mod event_invoke;
mod function;
mod layer;
mod mapping;
mod permission;
mod version;

use serde_json::{Map, Value};
use service_kit::properties::unless;
use service_kit::{Error, Fault, PropertySource, Service, answer};
use smithy::Shape;

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service
        .resource(alias::Alias)
        .resource(event_invoke::EventInvokeConfig)
        .resource(function::Function)
        .resource(layer::LayerVersion)
        .resource(layer::LayerVersionPermission)
        .resource(mapping::EventSourceMapping)
        .resource(permission::Permission)
        .resource(version::Version)
}

/// A property's text.
fn text(properties: &PropertySource, name: &str) -> Option<String> {
    properties.get(name).filter(|value| !value.is_null()).map(service_kit::properties::text_of)
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == api_lambda::errors::RESOURCE_NOT_FOUND_EXCEPTION.code)
}

/// The input that properties make, by the names of its members.
fn input<T: Shape + Default>(properties: &PropertySource) -> Result<T, Error> {
    let mut input = T::default();
    let json = Value::Object(properties.clone()).to_string();
    let missing = protocols::json_value::read(json.as_bytes(), &mut input);
    let missing = missing.map_err(|malformed| Fault::Malformed { reason: malformed.0 })?;
    if missing.is_empty() { Ok(input) } else { Err(Fault::Validation(missing).into()) }
}

/// What an operation answered, as properties.
fn shown(output: &dyn Shape) -> PropertySource {
    let json = serde_json::from_slice(&protocols::json_value::write(output)).unwrap_or_default();
    match json {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Only these of what an operation answered.
fn only(mut members: PropertySource, names: &[&str]) -> PropertySource {
    members.retain(|name, _| names.contains(&name.as_str()));
    members
}

/// The function and the rest of an identifier of two parts.
fn halves(id: &str) -> (String, String) {
    let (one, other) = id.rsplit_once('|').unwrap_or((id, ""));
    (one.to_owned(), other.to_owned())
}

/// The function's name and what follows it in an ARN.
fn of_arn(arn: &str) -> (String, String) {
    let mut parts = arn.split(':').skip(6);
    let mut next = || parts.next().unwrap_or_default().to_owned();
    (next(), next())
}

/// The ARN of something of Lambda's, in whatever service's call this is.
fn arn_of(ctx: &service_kit::Ctx, resource: String) -> String {
    names::Arn::regional("lambda", &ctx.region, ctx.account(), resource).to_string()
}

/// Names of all functions.
async fn functions(ctx: &service_kit::Ctx) -> Result<Vec<String>, Error> {
    let (mut names, mut marker) = (Vec::new(), None);
    loop {
        let input = api_lambda::ListFunctionsInput { marker, ..Default::default() };
        let page = ctx.call::<api_lambda::ListFunctions>(input).await?;
        names.extend(page.functions.unwrap_or_default().into_iter().filter_map(|one| one.function_name));
        marker = page.next_marker;
        if marker.is_none() {
            return Ok(names);
        }
    }
}
