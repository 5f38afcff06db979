//! HTTP APIs: the API with its definition, its stage, its authorizers, its domain.

mod authorizer;
pub(crate) mod domain;

use crate::api::authorizer::permission;
use crate::editor::{Cors, Definition};
use crate::error::{Outcome, resource};
use crate::expect::deep;
use crate::id;
use crate::intrinsic::{is_intrinsic, reference};
use crate::node::{Map, Node, list};
use crate::resource::{Claim, Resource, propagate};
use crate::work::{References, Work, s3_location};

/// What a template may refer to of an API.
pub(crate) const REFERENCES: References =
    &[("Stage", "AWS::ApiGatewayV2::Stage"), ("DomainName", "AWS::ApiGatewayV2::DomainName")];

/// The tag that tells who made the API.
const TAG: &str = "httpapi:createdBy";
/// The stage of an API that names none, and the route that takes what no other does.
const DEFAULT: &str = "$default";

/// What an HTTP API becomes.
pub(crate) fn plain(work: &mut Work<'_>, mut claim: Claim) -> Outcome<Vec<Resource>> {
    for name in ["CorsConfiguration", "Domain"] {
        if let Some(value) = claim.properties.get_mut(name) {
            let resolved = work.parameters.resolve(value)?;
            *value = resolved;
        }
    }
    // AWS's transform adds its tag to the author's, which are then passed on.
    let asked = claim.properties.get("DefinitionBody").is_some() && claim.properties.truthy("Tags");
    let api = http_api(work, &mut claim)?;
    let domain = domain::add(work, &claim, &api, TAG)?;
    let mut resources = vec![api];
    let leave = permissions(&claim, &resources[0])?;
    resources.extend(leave);
    resources.extend(domain);
    resources.push(stage(&claim));
    propagate(&mut resources, claim.properties.map("Tags"), asked);
    Ok(resources)
}

fn http_api(work: &Work<'_>, claim: &mut Claim) -> Outcome<Resource> {
    let has = |claim: &Claim, name: &str| claim.properties.truthy(name);
    if has(claim, "DefinitionUri") && has(claim, "DefinitionBody") {
        let text = "Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.";
        return Err(resource(&claim.id, text));
    }
    let mut api = claim.main("AWS::ApiGatewayV2::Api");
    let mut body = claim.node("DefinitionBody");
    add_cors(claim, &mut body)?;
    authorizer::add(work, claim, &mut body)?;
    add_tags(claim, &mut body)?;
    api.set("FailOnWarnings", claim.properties.some("FailOnWarnings"));
    if let Some(disabled) = claim.properties.get("DisableExecuteApiEndpoint") {
        need(claim, &body, "DisableExecuteApiEndpoint works only within 'DefinitionBody' property.")?;
        let mut definition = Definition::open(&body, true)?;
        definition.disable_http_endpoint(disabled)?;
        body = definition.close().into();
    }
    add_info(claim, &mut body)?;
    if has(claim, "FailOnWarnings")
        && let Some(paths) = body.as_map_mut().and_then(|doc| doc.map_mut("paths"))
        && let Some(default) = paths.remove(DEFAULT)
    {
        paths.set(format!("/{DEFAULT}"), default);
    }
    if let Some(uri) = claim.properties.some("DefinitionUri") {
        api.set("BodyS3Location", s3_location(uri, &claim.id, "DefinitionUri")?);
    } else if body.truthy() {
        api.set("Body", body);
    } else {
        let text = "'DefinitionUri' or 'DefinitionBody' are required properties of an 'AWS::Serverless::HttpApi'. Add a value \
                    for one of these properties or add a 'HttpApi' event to an 'AWS::Serverless::Function'.";
        return Err(resource(&claim.id, text));
    }
    Ok(api)
}

/// Something needs a definition in the template.
fn need(claim: &Claim, body: &Node, text: &str) -> Outcome<()> {
    if body.truthy() { Ok(()) } else { Err(resource(&claim.id, text)) }
}

/// And a valid one.
fn need_valid(claim: &Claim, body: &Node, what: &str) -> Outcome<()> {
    if Definition::is_valid(body, true) {
        return Ok(());
    }
    let text = format!("Unable to add {what} because 'DefinitionBody' does not contain a valid OpenApi definition.");
    Err(resource(&claim.id, text))
}

fn add_cors(claim: &Claim, body: &mut Node) -> Outcome<()> {
    let Some(setting) = claim.properties.some("CorsConfiguration") else { return Ok(()) };
    need(claim, body, "Cors works only with inline OpenApi specified in 'DefinitionBody' property.")?;
    let cors = match setting {
        Node::Bool(_) => Cors { origins: list!["*"], ..Cors::default() },
        Node::Map(_) if is_intrinsic(setting) => Cors { origins: setting.clone(), ..Cors::default() },
        Node::Map(map) => {
            let known = ["AllowMethods", "AllowHeaders", "AllowOrigins", "MaxAge", "ExposeHeaders", "AllowCredentials"];
            if let Some(other) = map.keys().iter().find(|key| !known.contains(&&***key)) {
                return Err(resource(&claim.id, format!("Invalid key '{}' for 'Cors' property.", &**other)));
            }
            Cors {
                origins: map.node("AllowOrigins"),
                headers: map.node("AllowHeaders"),
                methods: map.node("AllowMethods"),
                exposed: map.node("ExposeHeaders"),
                max_age: map.node("MaxAge"),
                credentials: map.node("AllowCredentials"),
            }
        }
        _ => return Err(resource(&claim.id, "Invalid value for 'Cors' property.")),
    };
    need_valid(claim, body, "Cors configuration")?;
    if cors.credentials.is_bool(true) && cors.origins == list!["*"] {
        let text = "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" \
                    or not set.";
        return Err(resource(&claim.id, text));
    }
    let mut definition = Definition::open(body, true)?;
    definition.set_cors(&cors)?;
    *body = definition.close().into();
    Ok(())
}

fn add_tags(claim: &mut Claim, body: &mut Node) -> Outcome<()> {
    let has_tags = claim.properties.truthy("Tags");
    if has_tags {
        need(claim, body, "Tags works only with inline OpenApi specified in the 'DefinitionBody' property.")?;
        need_valid(claim, body, "`Tags`")?;
    }
    if !Definition::is_valid(body, true) {
        return Ok(());
    }
    if !has_tags {
        claim.properties.set("Tags", Map::default());
    }
    let Some(tags) = claim.properties.map_mut("Tags") else { return Ok(()) };
    tags.set(TAG, "SAM");
    let mut definition = Definition::open(body, true)?;
    definition.add_tags(tags)?;
    *body = definition.close().into();
    Ok(())
}

/// The API's name and description stand in its definition.
fn add_info(claim: &Claim, body: &mut Node) -> Outcome<()> {
    let found = |body: &Node, name: &str, end: &str| {
        let found = body.as_map().map(|doc| deep(doc, &["info", name]).map(|node| node.cloned()));
        let found =
            found.transpose().map_err(|text| resource(&claim.id, format!("Invalid 'DefinitionBody': {text}{end}")));
        found.map(Option::flatten)
    };
    let set = |name: &str| {
        let text = "because it is already defined within inline OpenAPI specified in the 'DefinitionBody' property.";
        resource(&claim.id, format!("Unable to set {name} {text}"))
    };
    if let Some(name) = claim.properties.some("Name") {
        need(claim, body, "Name works only with inline OpenApi specified in the 'DefinitionBody' property.")?;
        if found(body, "title", ".")? != Some(reference("AWS::StackName")) {
            return Err(set("Name"));
        }
        let mut definition = Definition::open(body, true)?;
        definition.name(name);
        *body = definition.close().into();
    }
    if let Some(description) = claim.properties.some("Description") {
        need(claim, body, "Description works only with inline OpenApi specified in the 'DefinitionBody' property.")?;
        if found(body, "description", "'.")?.is_some_and(|found| found.truthy()) {
            return Err(set("Description"));
        }
        let mut definition = Definition::open(body, true)?;
        definition.describe(description);
        *body = definition.close().into();
    }
    Ok(())
}

fn permissions(claim: &Claim, api: &Resource) -> Outcome<Vec<Resource>> {
    let Some(auth) = claim.properties.some("Auth").and_then(Node::as_map) else { return Ok(Vec::new()) };
    let mut made = Vec::new();
    for one in authorizer::read(claim, auth)? {
        let Some(function) = one.config.some("FunctionArn") else { continue };
        if one.config.truthy("EnableFunctionDefaultPermissions") {
            let id = format!("{}{}AuthorizerPermission", &*claim.id, &*one.name);
            made.push(permission(id, &claim.passed_on(), function, "${AWS::Partition}", api.reference()));
        }
    }
    Ok(made)
}

fn stage(claim: &Claim) -> Resource {
    let name = claim.properties.some("StageName").cloned().unwrap_or_else(|| DEFAULT.into());
    let prefix = name.as_str().unwrap_or_default();
    let own = &*claim.id;
    let id = match prefix {
        DEFAULT => format!("{own}ApiGatewayDefaultStage"),
        prefix if id::is_alphanumeric(prefix) => format!("{own}{prefix}Stage"),
        prefix => id::of(&format!("{own}Stage"), &prefix.into()),
    };
    let mut stage = Resource::new(id, "AWS::ApiGatewayV2::Stage", &claim.passed_on())
        .with("ApiId", reference(&claim.id))
        .with("StageName", &name);
    for name in ["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "Tags", "RouteSettings"] {
        stage.set(name, claim.node(name));
    }
    stage.with("AutoDeploy", true)
}
