//! REST APIs: the API with its definition, its deployment and stage, its authorizers, its domain, its usage plan.

pub(crate) mod authorizer;
mod definition;
mod deployment;
pub(crate) mod domain;
mod usage;

use crate::error::{Outcome, resource};
use crate::node::{Map, Node, list, map};
use crate::python::show;
use crate::resource::{Claim, Resource, propagate};
use crate::work::{References, Work, is_version, s3_location};

pub(crate) use usage::SharedPlan;

/// What a template may refer to of an API.
pub(crate) const REFERENCES: References = &[
    ("Stage", "AWS::ApiGateway::Stage"),
    ("Deployment", "AWS::ApiGateway::Deployment"),
    ("DomainName", "AWS::ApiGateway::DomainName"),
    ("DomainNameV2", "AWS::ApiGateway::DomainNameV2"),
    ("UsagePlan", "AWS::ApiGateway::UsagePlan"),
    ("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
    ("ApiKey", "AWS::ApiGateway::ApiKey"),
];

/// What an API becomes.
pub(crate) fn plain(work: &mut Work<'_>, mut claim: Claim) -> Outcome<Vec<Resource>> {
    for name in ["BinaryMediaTypes", "Domain", "Auth"] {
        if let Some(value) = claim.properties.get_mut(name) {
            let resolved = work.parameters.resolve(value)?;
            *value = resolved;
        }
    }
    let api = rest_api(work, &mut claim)?;
    let domain = domain::add(work, &mut claim, &api)?;
    let (deployment, stage) = deployment::make(work, &claim, &api)?;
    let permissions = authorizer::permissions(work, &claim)?;
    let plan = usage::plan(work, &claim, &stage)?;
    let mut resources = vec![api, deployment, stage];
    resources.extend(permissions);
    resources.extend(domain.resources);
    resources.extend(plan);
    resources.extend(domain.association);
    propagate(&mut resources, claim.properties.map("Tags"), claim.properties.truthy("PropagateTags"));
    Ok(resources)
}

fn rest_api(work: &Work<'_>, claim: &mut Claim) -> Outcome<Resource> {
    check(claim)?;
    let mut api = claim.main("AWS::ApiGateway::RestApi");
    for name in ["BinaryMediaTypes", "MinimumCompressionSize"] {
        api.set(name, claim.node(name));
    }
    let partition = work.context.partition;
    let has_edge = !partition.starts_with("aws-iso") && !["aws-us-gov", "aws-cn", "aws-eusc"].contains(&partition);
    match claim.properties.some("EndpointConfiguration") {
        Some(configuration) => set_endpoint(&mut api, configuration)?,
        None if !has_edge => set_endpoint(&mut api, &"REGIONAL".into())?,
        None => {}
    }
    let body = definition::complete(work, claim)?;
    let uri = claim.properties.some("DefinitionUri").cloned();
    match uri {
        Some(uri) => api.set("BodyS3Location", located(&uri, claim)?),
        None if body.truthy() => api.set("Body", body),
        None => {}
    }
    for name in [
        "FailOnWarnings",
        "Name",
        "Description",
        "Mode",
        "ApiKeySourceType",
        "Policy",
        "SecurityPolicy",
        "EndpointAccessMode",
    ] {
        api.set(name, claim.properties.some(name));
    }
    Ok(api)
}

/// Where a definition is. It is hashed, so its order matters.
fn located(uri: &Node, claim: &Claim) -> Outcome<Map> {
    let mut hashed = Map::hashed();
    for (key, value) in s3_location(uri, &claim.id, "DefinitionUri")?.iter() {
        hashed.set(key, value);
    }
    Ok(hashed)
}

fn check(claim: &Claim) -> Outcome<()> {
    let has = |name: &str| claim.properties.truthy(name);
    let refuse = |text: &str| Err(resource(&claim.id, text));
    if has("DefinitionUri") && has("DefinitionBody") {
        return refuse("Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.");
    }
    if has("DefinitionUri") && has("MergeDefinitions") {
        return refuse("Cannot set 'MergeDefinitions' to True when using `DefinitionUri`.");
    }
    let version = claim.properties.some("OpenApiVersion");
    if version.is_some_and(|version| !is_version(&show(version), &['2', '3'])) {
        return refuse("The OpenApiVersion value must be of the format '3.0.0'.");
    }
    Ok(())
}

fn set_endpoint(api: &mut Resource, configuration: &Node) -> Outcome<()> {
    let Some(map) = configuration.as_map().filter(|map| map.truthy("Type")) else {
        api.set("EndpointConfiguration", map! { "Types" => list![configuration] });
        api.set("Parameters", map! { "endpointConfigurationTypes" => configuration });
        return Ok(());
    };
    let kind = map.node("Type");
    let mut endpoint = map! { "Types" => list![&kind] };
    api.set("Parameters", map! { "endpointConfigurationTypes" => kind });
    if map.has("VPCEndpointIds") && map.has("VpcEndpointIds") {
        let text = "'VPCEndpointIds' and 'VpcEndpointIds' cannot be used together in EndpointConfiguration.";
        return Err(resource(&api.id, text));
    }
    if map.has("VPCEndpointIds") || map.has("VpcEndpointIds") {
        let ids = map.some("VPCEndpointIds").cloned().unwrap_or_else(|| map.node("VpcEndpointIds"));
        endpoint.set("VpcEndpointIds", ids);
    }
    if map.has("IpAddressType") {
        endpoint.set("IpAddressType", map.node("IpAddressType"));
    }
    api.set("EndpointConfiguration", endpoint);
    Ok(())
}
