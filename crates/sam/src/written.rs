//! What of a template counts as written by its author (see `node.rs`): whatever a REST API's definition may be made of. A
//! template that makes none is not marked.

use crate::node::{Map, Node, Text};

/// Marks the parts of a template that definitions of APIs are made of.
pub(crate) fn mark(template: &mut Map, parameters: &mut Map) {
    if !makes_rest_api(template) && !makes_http_api_with_authorizer(template) {
        return;
    }
    if let Some(api) = template.map_mut("Globals").and_then(|globals| globals.get_mut("Api")) {
        *api = api.as_written();
    }
    if let Some(Node::Map(declared)) = template.get("Parameters") {
        let declared = with_written_keys(declared, |parameter| {
            if let Some(default) = parameter.get_mut("Default") {
                *default = default.as_written();
            }
        });
        template.set("Parameters", declared);
    }
    if let Some(Node::Map(resources)) = template.get("Resources") {
        let resources = with_written_keys(resources, mark_resource);
        template.set("Resources", resources);
    }
    parameters.values_mut().for_each(|value| *value = value.as_written());
}

/// The map with keys of the author's, in the order of Python 2.
fn with_written_keys(map: &Map, change: impl Fn(&mut Map)) -> Map {
    let mut marked = Map::hashed();
    for (key, value) in map.iter() {
        let mut value = value.clone();
        if let Some(value) = value.as_map_mut() {
            change(value);
        }
        marked.set(Text::written(&*key), value);
    }
    marked
}

fn mark_resource(resource: &mut Map) {
    if resource.get("Properties").is_none() {
        return;
    }
    match resource.text("Type").map(|kind| kind.to_string()).as_deref() {
        Some("AWS::Serverless::Api" | "AWS::Serverless::HttpApi") => mark_value(resource, "Properties"),
        Some("AWS::Serverless::Function" | "AWS::Serverless::StateMachine") => {
            mark_value(resource, "Condition");
            if let Some(properties) = resource.map_mut("Properties") {
                mark_value(properties, "FunctionName");
                mark_value(properties, "Events");
            }
        }
        _ => {}
    }
}

fn mark_value(map: &mut Map, key: &str) {
    if let Some(value) = map.get_mut(key) {
        *value = value.as_written();
    }
}

fn resources(template: &Map) -> impl Iterator<Item = &Map> {
    template.map("Resources").into_iter().flat_map(Map::iter).filter_map(|(_, resource)| resource.as_map())
}

fn is_of(resource: &Map, kinds: &[&str]) -> bool {
    resource.text("Type").is_some_and(|kind| kinds.contains(&&**kind))
}

fn has_event(resource: &Map, kind: &str) -> bool {
    let events = resource.map("Properties").and_then(|properties| properties.map("Events"));
    events.is_some_and(|events| events.iter().any(|(_, event)| event.get("Type").is_some_and(|found| found.is(kind))))
}

fn makes_rest_api(template: &Map) -> bool {
    let callers = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];
    resources(template).any(|resource| {
        is_of(resource, &["AWS::Serverless::Api"]) || (is_of(resource, &callers) && has_event(resource, "Api"))
    })
}

fn makes_http_api_with_authorizer(template: &Map) -> bool {
    let authorizer = |holder: Option<&Map>| {
        holder.and_then(|holder| holder.map("Auth")).is_some_and(|auth| auth.truthy("DefaultAuthorizer"))
    };
    let global = authorizer(template.map("Globals").and_then(|globals| globals.map("HttpApi")));
    let own = |resource: &Map| {
        is_of(resource, &["AWS::Serverless::HttpApi"]) && (global || authorizer(resource.map("Properties")))
    };
    let implicit = |resource: &Map| is_of(resource, &["AWS::Serverless::Function"]) && has_event(resource, "HttpApi");
    resources(template).any(own) || (global && resources(template).any(implicit))
}
