//! Applications of the Serverless Application Repository: where their templates are, looked up before anything is transformed.

use std::collections::HashMap;

use crate::Context;
use crate::error::{Outcome, Problem, resource};
use crate::expect::Of;
use crate::node::{Map, Node};
use crate::python::{Json, json};
use crate::resolve::{Parameters, find_in_map};
use crate::work::of_type;

/// Partitions in which there is no repository.
const WITHOUT_REPOSITORY: [&str; 5] = ["aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// The addresses of applications, by ids and versions; or why there is none.
#[derive(Debug, Default)]
pub(crate) struct Addresses(HashMap<(String, String), Result<String, Problem>>);

fn key(id: &Node, version: &Node) -> (String, String) {
    (json(id, Json::Compact), json(version, Json::Compact))
}

/// Looks up all applications of a template, parameters and mappings being put in place.
pub(crate) fn find(
    template: &mut Map,
    parameters: &Parameters,
    mappings: &Map,
    context: &Context<'_>,
) -> Outcome<Addresses> {
    let mut found = Addresses::default();
    for logical in of_type(template, &["AWS::Serverless::Application"])? {
        let resource = template.map_mut("Resources").and_then(|resources| resources.map_mut(&logical));
        let properties = resource.and_then(|resource| resource.map_mut("Properties"));
        let Some(location) = properties.and_then(|properties| properties.map_mut("Location")) else { continue };
        if location.get("ApplicationId").is_none() || location.get("SemanticVersion").is_none() {
            continue;
        }
        for name in ["ApplicationId", "SemanticVersion"] {
            let mut value = parameters.resolved(&location.node(name))?;
            find_in_map(&mut value, mappings)?;
            location.set(name, value);
        }
        let (id, version) = (location.node("ApplicationId"), location.node("SemanticVersion"));
        if id.as_map().is_none() && version.as_map().is_none() {
            found.0.entry(key(&id, &version)).or_insert_with(|| look_up(&logical, &id, &version, context));
        }
    }
    Ok(found)
}

fn look_up(logical: &str, id: &Node, version: &Node, context: &Context<'_>) -> Result<String, Problem> {
    let id = Of::Resource(logical).text(id, "Location.ApplicationId")?;
    let version = Of::Resource(logical).text(version, "Location.SemanticVersion")?;
    if WITHOUT_REPOSITORY.contains(&context.partition) {
        return Err(resource(logical, "Serverless Application Repository is not available in this region."));
    }
    if has_dynamic_reference(id) {
        let text = "Serverless Application Repostiory does not support dynamic reference in 'ApplicationId' property.";
        return Err(resource(logical, text));
    }
    (context.application)(id, version).map_err(|text| resource(logical, text))
}

/// Whether a text refers to a parameter of the Parameter Store.
fn has_dynamic_reference(text: &str) -> bool {
    text.match_indices("{{resolve:ssm:").any(|(at, start)| {
        let name = &text[at + start.len()..];
        let name = &name[..name.find("}}").unwrap_or(0)];
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/:".contains(c))
    })
}

impl Addresses {
    /// Gives an application the address of its template.
    pub(crate) fn give_address(&self, logical: &str, properties: &mut Map) -> Outcome<()> {
        require(logical, properties, "Location")?;
        let location = properties.node("Location");
        let Some(location) = location.as_map() else {
            properties.set("TemplateUrl", location);
            return Ok(());
        };
        require(logical, location, "ApplicationId")?;
        require(logical, location, "SemanticVersion")?;
        let id = Of::Resource(logical).present(location.get("ApplicationId"), "ApplicationId")?;
        let unresolved = |name: &str| {
            let text = format!(
                "Property '{name}' cannot be resolved. Only FindInMap and Ref intrinsic functions are supported."
            );
            resource(logical, text)
        };
        if id.as_map().is_some() {
            return Err(unresolved("ApplicationId"));
        }
        let version = location.node("SemanticVersion");
        if !version.truthy() {
            return Err(resource(logical, "Property 'SemanticVersion' cannot be blank."));
        }
        if version.as_map().is_some() {
            return Err(unresolved("SemanticVersion"));
        }
        match self.0.get(&key(id, &version)) {
            Some(Ok(address)) => properties.set("TemplateUrl", address.as_str()),
            Some(Err(problem)) => return Err(problem.clone()),
            None => {}
        }
        Ok(())
    }
}

fn require(logical: &str, map: &Map, name: &str) -> Outcome<()> {
    let missing = || resource(logical, format!("Resource is missing the required [{name}] property."));
    if map.has(name) { Ok(()) } else { Err(missing()) }
}
