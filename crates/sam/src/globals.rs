//! `Globals`: properties that all resources of a type have unless they say otherwise.

use crate::error::{Outcome, globals, resource};
use crate::intrinsic::is_intrinsic;
use crate::node::{Map, Node, Text};
use crate::python::{names, show};
use crate::work::{is_serverless, is_version_three};

/// The sections, and the properties that each may have.
const SECTIONS: [(&str, &[&str]); 8] = [
    (
        "Api",
        &[
            "Auth",
            "Name",
            "DefinitionUri",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "MergeDefinitions",
            "Variables",
            "EndpointConfiguration",
            "MethodSettings",
            "BinaryMediaTypes",
            "MinimumCompressionSize",
            "Cors",
            "GatewayResponses",
            "AccessLogSetting",
            "CanarySetting",
            "TracingEnabled",
            "OpenApiVersion",
            "Domain",
            "AlwaysDeploy",
            "PropagateTags",
            "SecurityPolicy",
            "EndpointAccessMode",
        ],
    ),
    (
        "CapacityProvider",
        &["VpcConfig", "OperatorRole", "Tags", "InstanceRequirements", "ScalingConfig", "KmsKeyArn", "PropagateTags"],
    ),
    (
        "Function",
        &[
            "Handler",
            "Runtime",
            "CodeUri",
            "DeadLetterQueue",
            "Description",
            "MemorySize",
            "Timeout",
            "VpcConfig",
            "Environment",
            "Tags",
            "PropagateTags",
            "Tracing",
            "KmsKeyArn",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
            "Layers",
            "DeploymentPreference",
            "RolePath",
            "PermissionsBoundary",
            "ReservedConcurrentExecutions",
            "ProvisionedConcurrencyConfig",
            "AssumeRolePolicyDocument",
            "EventInvokeConfig",
            "FileSystemConfigs",
            "CodeSigningConfigArn",
            "Architectures",
            "SnapStart",
            "EphemeralStorage",
            "FunctionUrlConfig",
            "RuntimeManagementConfig",
            "LoggingConfig",
            "RecursiveLoop",
            "SourceKMSKeyArn",
            "TenancyConfig",
            "DurableConfig",
            "CapacityProviderConfig",
            "FunctionScalingConfig",
            "PublishToLatestPublished",
            "VersionDeletionPolicy",
        ],
    ),
    (
        "HttpApi",
        &[
            "Auth",
            "AccessLogSettings",
            "StageVariables",
            "Tags",
            "CorsConfiguration",
            "DefaultRouteSettings",
            "Domain",
            "RouteSettings",
            "FailOnWarnings",
            "PropagateTags",
        ],
    ),
    ("LayerVersion", &["PublishLambdaVersion"]),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    (
        "WebSocketApi",
        &[
            "AccessLogSettings",
            "ApiKeySelectionExpression",
            "DefaultRouteSettings",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "Domain",
            "FailOnWarnings",
            "IpAddressType",
            "PropagateTags",
            "RouteSelectionExpression",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
];

/// Gives every resource the properties of its section, and takes the sections out.
pub(crate) fn apply(template: &mut Map) -> Outcome<()> {
    let sections = if template.has("Globals") { read(&template.node("Globals"))? } else { Map::default() };
    if let Some(resources) = template.map_mut("Resources") {
        for id in resources.keys() {
            if let Some(Node::Map(body)) = resources.get_mut(&id)
                && is_serverless(body)?
            {
                merge_into(&id, body, &sections).map_err(|problem| problem.ending())?;
            }
        }
        resources.values_mut().filter_map(Node::as_map_mut).try_for_each(settle_version)?;
    }
    template.remove("Globals");
    Ok(())
}

fn read(sections: &Node) -> Outcome<Map> {
    let Some(sections) = sections.as_map() else { return Err(globals("It must be a non-empty dictionary")) };
    for (name, properties) in sections.iter() {
        let Some((_, known)) = SECTIONS.iter().find(|(section, _)| *section == &*name) else {
            let known = names(&SECTIONS.map(|(section, _)| section));
            let name = &*name;
            return Err(globals(format!("'{name}' is not supported. Must be one of the following values - {known}")));
        };
        let Some(properties) = properties.as_map() else {
            return Err(globals("Value of ${section} must be a dictionary"));
        };
        if let Some(other) = properties.keys().iter().find(|key| !known.contains(&&***key)) {
            let (name, other, known) = (&*name, &**other, names(known));
            return Err(globals(format!(
                "'{other}' is not a supported property of '{name}'. Must be one of the following values - {known}"
            )));
        }
    }
    Ok(sections.clone())
}

fn merge_into(id: &Text, body: &mut Map, sections: &Map) -> Outcome<()> {
    let kind = body.text("Type").and_then(|kind| kind.strip_prefix("AWS::Serverless::")).unwrap_or_default().to_owned();
    let own = body.node("Properties");
    let own = if own.is_null() { Node::Map(Map::default()) } else { own };
    let merged = match sections.map(&kind) {
        Some(section) => merge(&Node::Map(without_ignored(id, section, &body.node("IgnoreGlobals"))?), &own),
        None => own,
    };
    body.set("Properties", merged);
    Ok(())
}

/// The section without what a resource ignores of it: everything (`*`), or a list of properties.
fn without_ignored(id: &str, section: &Map, ignored: &Node) -> Outcome<Map> {
    let refuse =
        |item: String| resource(id, format!("Resource {id} has invalid resource attribute 'IgnoreGlobals'{item}."));
    match ignored {
        ignored if !ignored.truthy() => Ok(section.clone()),
        Node::Text(text) if &**text == "*" => Ok(Map::default()),
        Node::List(items) => {
            let mut left = section.deep_copied();
            for item in items {
                let known = item.as_str().is_some_and(|name| left.remove(name).is_some());
                if !known {
                    return Err(refuse(format!(" on item '{}'", show(item))));
                }
            }
            Ok(left)
        }
        _ => Err(refuse(String::new())),
    }
}

/// A resource's own value wins; maps are merged key by key, and lists added up.
fn merge(global: &Node, own: &Node) -> Node {
    match (global, own) {
        (Node::Map(left), Node::Map(right)) if !is_intrinsic(global) && !is_intrinsic(own) => {
            let mut merged = left.copied();
            for (key, value) in right.iter() {
                let value = if left.has(&key) { merge(&left.node(&key), value) } else { value.clone() };
                merged.set(key, value);
            }
            merged.into()
        }
        (Node::List(left), Node::List(right)) => Node::List([left.as_slice(), right.as_slice()].concat()),
        _ => own.clone(),
    }
}

/// Gives the definition that the transform made for an API the version of OpenAPI that is asked for.
fn settle_version(resource: &mut Map) -> Outcome<()> {
    if resource.text("Type").is_none_or(|kind| &**kind != "AWS::Serverless::Api") {
        return Ok(());
    }
    let Some(properties) = resource.map_mut("Properties") else { return Ok(()) };
    let version = properties.node("OpenApiVersion");
    if version.is_null() || !properties.has("__MANAGE_SWAGGER") || !is_version_three(&version) {
        return Ok(());
    }
    let version = if version.as_str().is_some() { version } else { show(&version).into() };
    properties.set("OpenApiVersion", version.clone());
    if let Some(body) = properties.map_mut("DefinitionBody") {
        body.set("openapi", version);
        if body.truthy("swagger") {
            body.remove("swagger");
        }
    }
    Ok(())
}
