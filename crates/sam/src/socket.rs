//! WebSocket APIs: the API, its routes with their integrations and permissions, its authorizer, its stage, its domain.

use crate::api::authorizer::permission;
use crate::error::{Outcome, resource, unexpected};
use crate::http::domain;
use crate::intrinsic::{is_intrinsic, reference, sub, sub_with};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::{Claim, Resource, propagate};
use crate::work::Work;

/// The tag that tells who made the API.
const TAG: &str = "websocketapi:createdBy";
/// The stage of an API that names none.
const DEFAULT_STAGE: &str = "default";
const CONNECT: &str = "$connect";

/// What a WebSocket API becomes.
pub(crate) fn plain(work: &mut Work<'_>, mut claim: Claim) -> Outcome<Vec<Resource>> {
    for name in ["Auth", "Domain", "Routes"] {
        if let Some(value) = claim.properties.get_mut(name) {
            let resolved = work.parameters.resolve(value)?;
            *value = resolved;
        }
    }
    let routes = check(&claim)?;
    let api = websocket_api(&mut claim)?;
    // AWS's transform gives what is made for the API none of its attributes.
    let plain = Claim { attributes: Map::default(), ..claim.clone() };
    // Nor does it let it share record sets: the last API of a hosted zone has them.
    let shared = std::mem::take(&mut work.record_sets);
    let domain = domain::add(work, &plain, &api, TAG);
    work.record_sets = shared;
    let domain = domain?;
    let mut stage = stage(&claim)?;
    let mut resources = vec![api];
    let (mut route_ids, mut authorizer) = (Vec::new(), None);
    for (key, spec) in routes.iter() {
        let spec = spec.as_map().ok_or_else(unexpected)?;
        let (route, found) = route(&claim, &key, spec)?;
        route_ids.push(Node::from(&route[0].id));
        resources.extend(route);
        authorizer = found.or(authorizer);
    }
    resources.extend(domain);
    if claim.properties.truthy("RouteSettings") && !route_ids.is_empty() {
        stage.depends_on = route_ids.into();
    }
    resources.push(stage);
    if let Some(authorizer) = authorizer {
        resources.push(authorizer);
        resources.extend(authorizer_permission(&claim));
    }
    propagate(&mut resources, claim.properties.map("Tags"), claim.properties.truthy("PropagateTags"));
    Ok(resources)
}

fn check(claim: &Claim) -> Outcome<Map> {
    let refuse = |text: &str| Err(resource(&claim.id, text));
    let Some(routes) = claim.properties.some("Routes").and_then(Node::as_map) else {
        return refuse("WebSocket API must have at least one route.");
    };
    if let Some(kind) = claim.properties.get("IpAddressType")
        && !is_intrinsic(kind)
        && !kind.is("ipv4")
        && !kind.is("dualstack")
    {
        return refuse("IpAddressType must be 'ipv4' or 'dualstack'.");
    }
    let domain = claim.properties.map("Domain");
    if domain.is_some_and(|domain| domain.truthy("MutualTlsAuthentication")) {
        return refuse("Mutual TLS domain name association is not supported for Websocket APIs.");
    }
    Ok(routes.clone())
}

fn websocket_api(claim: &mut Claim) -> Outcome<Resource> {
    let routes = claim.properties.map("Routes").cloned().unwrap_or_default();
    if claim.properties.truthy("Auth") && !routes.has(CONNECT) {
        return Err(resource(&claim.id, "Authorization is only available if there is a $connect route."));
    }
    let mut api = claim.main("AWS::ApiGatewayV2::Api");
    api.attributes = Map::default();
    for name in [
        "ApiKeySelectionExpression",
        "Description",
        "DisableExecuteApiEndpoint",
        "DisableSchemaValidation",
        "IpAddressType",
        "RouteSelectionExpression",
    ] {
        api.set(name, claim.node(name));
    }
    let name = claim.properties.get("Name").cloned().unwrap_or_else(|| (&claim.id).into());
    api.set("Name", name);
    let own = claim.properties.some("Tags").and_then(Node::as_map).cloned();
    let mut tags = own.clone().unwrap_or_default();
    tags.set(TAG, "SAM");
    if own.is_some() {
        claim.properties.set("Tags", tags.clone());
    }
    Ok(api.with("Tags", tags).with("ProtocolType", "WEBSOCKET"))
}

/// A route, its integration and the leave it takes; and the authorizer, of the route for connections.
fn route(claim: &Claim, key: &Text, spec: &Map) -> Outcome<(Vec<Resource>, Option<Resource>)> {
    let base = format!("{}{}", &*claim.id, clean(claim, key)?);
    let none = Map::default();
    let mut route = Resource::new(format!("{base}Route"), "AWS::ApiGatewayV2::Route", &none)
        .with("RouteKey", key)
        .with("ApiId", reference(&claim.id));
    for name in [
        "ApiKeyRequired",
        "ModelSelectionExpression",
        "OperationName",
        "RequestModels",
        "RouteResponseSelectionExpression",
    ] {
        route.set(name, spec.node(name));
    }
    if let Some(parameters) = spec.some("RequestParameters") {
        if &**key != CONNECT {
            let text = "Request parameters are only supported for the $connect route in WebSocket APIs.";
            return Err(resource(&claim.id, text));
        }
        route.set("RequestParameters", parameters);
    }
    let integration_id = format!("{base}Integration");
    let target = map! { "Fn::Join" => list!["/", list!["integrations", reference(integration_id.as_str())]] };
    route.set("Target", target);
    let authorizer = authorize(claim, key, &mut route)?;
    if !spec.has("FunctionArn") {
        return Err(resource(&claim.id, "Route must have associated function."));
    }
    let function = spec.node("FunctionArn");
    let integration = Resource::new(integration_id, "AWS::ApiGatewayV2::Integration", &none)
        .with("ApiId", reference(&claim.id))
        .with("IntegrationType", "AWS_PROXY")
        .with("IntegrationUri", uri("FunctionArn", &function))
        .with("TimeoutInMillis", spec.node("IntegrationTimeout"));
    let leave = Resource::new(format!("{base}Permission"), "AWS::Lambda::Permission", &none)
        .with("Action", "lambda:InvokeFunction")
        .with("FunctionName", function)
        .with("Principal", "apigateway.amazonaws.com")
        .with("SourceArn", source(claim, key));
    Ok((vec![route, integration, leave], authorizer))
}

/// The address under which API Gateway calls a function.
fn uri(name: &str, function: &Node) -> Node {
    let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/";
    sub_with(format!("{uri}${{{name}}}/invocations"), map! { name => function })
}

fn source(claim: &Claim, key: &str) -> Node {
    let api = &*claim.id;
    let arn = format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}.ApiId}}");
    match stage_name(claim) {
        Node::Text(stage) => sub(format!("{arn}/{}/{key}", &*stage)),
        stage => sub_with(format!("{arn}/${{__StageName__}}/{key}"), map! { "__StageName__" => stage }),
    }
}

fn stage_name(claim: &Claim) -> Node {
    claim.properties.get("StageName").cloned().unwrap_or_else(|| DEFAULT_STAGE.into())
}

/// A route's key as part of an id.
fn clean(claim: &Claim, key: &str) -> Outcome<String> {
    let letters = match key {
        CONNECT | "$disconnect" | "$default" => &key[1..],
        key if crate::id::is_alphanumeric(key) => key,
        _ => {
            let text = format!(
                "Route key '{key}' must be alphanumeric. Only $connect, $disconnect, and $default special routes are supported."
            );
            return Err(resource(&claim.id, text));
        }
    };
    let mut chars = letters.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    Ok(first + &chars.as_str().to_lowercase())
}

/// Sets who may connect.
fn authorize(claim: &Claim, key: &str, route: &mut Resource) -> Outcome<Option<Resource>> {
    let Some(auth) = claim.properties.some("Auth").and_then(Node::as_map) else { return Ok(None) };
    check_auth(claim, auth)?;
    if key != CONNECT {
        return Ok(None);
    }
    match auth.text("AuthType").map(|kind| kind.to_string()).as_deref() {
        Some("CUSTOM") => {
            let authorizer = authorizer(claim, auth);
            route.set("AuthorizationType", "CUSTOM");
            route.set("AuthorizerId", authorizer.reference());
            Ok(Some(authorizer))
        }
        Some("AWS_IAM") => {
            route.set("AuthorizationType", "AWS_IAM");
            Ok(None)
        }
        _ => {
            route.set("AuthorizationType", "NONE");
            Ok(None)
        }
    }
}

fn check_auth(claim: &Claim, auth: &Map) -> Outcome<()> {
    let refuse = |text: &str| Err(resource(&claim.id, text));
    let Some(kind) = auth.some("AuthType").and_then(Node::as_str) else {
        return refuse("AuthType must be specified for additional auth configurations.");
    };
    match kind.to_uppercase().as_str() {
        "CUSTOM" if !auth.truthy("AuthArn") => refuse("AuthArn must be specified if AuthType is CUSTOM."),
        "CUSTOM" => Ok(()),
        "AWS_IAM" if auth.len() > 1 => refuse("No additional configurations supported for AuthType AWS_IAM."),
        "NONE" if auth.len() > 1 => refuse("No additional configurations supported for AuthType NONE."),
        "AWS_IAM" | "NONE" => Ok(()),
        _ => refuse("AuthType is not one of AWS_IAM, CUSTOM or NONE."),
    }
}

fn authorizer(claim: &Claim, auth: &Map) -> Resource {
    let id = format!("{}ConnectAuthorizer", &*claim.id);
    let name = auth.some("Name").cloned().unwrap_or_else(|| id.as_str().into());
    Resource::new(id, "AWS::ApiGatewayV2::Authorizer", &Map::default())
        .with("ApiId", reference(&claim.id))
        .with("AuthorizerCredentialsArn", auth.node("InvokeRole"))
        .with("AuthorizerType", "REQUEST")
        .with("AuthorizerUri", uri("AuthArn", &auth.node("AuthArn")))
        .with("IdentitySource", auth.node("IdentitySource"))
        .with("Name", name)
}

fn authorizer_permission(claim: &Claim) -> Option<Resource> {
    let auth = claim.properties.map("Auth")?;
    if !auth.get("AuthType").is_some_and(|kind| kind.is("CUSTOM")) || auth.truthy("InvokeRole") {
        return None;
    }
    let id = format!("{}AuthorizerPermission", &*claim.id);
    let api = reference(&claim.id);
    Some(permission(id, &Map::default(), auth.some("AuthArn")?, "${AWS::Partition}", api))
}

fn stage(claim: &Claim) -> Outcome<Resource> {
    let name = stage_name(claim);
    if name.is("$default") {
        return Err(resource(&claim.id, "Stages cannot be named $default for WebSocket APIs."));
    }
    let own = &*claim.id;
    let id = match name.as_str().unwrap_or_default() {
        DEFAULT_STAGE => format!("{own}DefaultStage"),
        prefix => format!("{own}{prefix}Stage"),
    };
    let mut stage = Resource::new(id, "AWS::ApiGatewayV2::Stage", &Map::default())
        .with("ApiId", reference(&claim.id))
        .with("StageName", name);
    for name in ["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"] {
        stage.set(name, claim.node(name));
    }
    Ok(stage.with("Tags", map! { TAG => "SAM" }).with("AutoDeploy", true))
}
