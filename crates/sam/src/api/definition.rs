//! The definition of a REST API, completed by what the resource says beside it: other origins, authorizers, the gateway's own
//! answers, media types, models.

use crate::editor::{Cors, Definition};
use crate::error::{Outcome, Problem, resource};
use crate::expect::Of;
use crate::intrinsic::is_intrinsic;
use crate::node::{Map, Node, hashed};
use crate::python::show;
use crate::resource::Claim;
use crate::work::Work;

use super::authorizer;

/// Parameters of an answer of the gateway, and what each is called in a definition.
const RESPONSE_PARAMETERS: [(&str, &str); 3] =
    [("Headers", "header."), ("Paths", "path."), ("QueryStrings", "querystring.")];

/// The definition with everything.
pub(super) fn complete(work: &Work<'_>, claim: &Claim) -> Outcome<Node> {
    let mut body = claim.properties.node("DefinitionBody");
    let version = claim.properties.node("OpenApiVersion");
    add_cors(claim, &mut body)?;
    authorizer::add(work, claim, &mut body, &version)?;
    add_responses(claim, &mut body)?;
    if let Some(types) = claim.properties.some("BinaryMediaTypes").filter(|_| body.truthy()) {
        let mut definition = Definition::open(&body, false)?;
        definition.set_binary_types(types);
        body = definition.close().into();
    }
    add_models(claim, &mut body, &version)?;
    if let Some(disabled) = claim.properties.get("DisableExecuteApiEndpoint") {
        if !body.truthy() {
            let text = "DisableExecuteApiEndpoint works only within 'DefinitionBody' property.";
            return Err(resource(&claim.id, text));
        }
        let mut definition = Definition::open(&body, false)?;
        definition.disable_endpoint(disabled)?;
        body = definition.close().into();
    }
    match body {
        Node::Map(doc) if !claim.properties.truthy("DefinitionUri") => Definition::settle(doc, &version).map(Node::Map),
        body => Ok(body),
    }
}

/// Checks that there is a definition that `what` can be added to.
pub(super) fn check_body(claim: &Claim, body: &Node, what: &str, adding: &str) -> Outcome<()> {
    if !body.truthy() {
        let text = format!("{what} works only with inline Swagger specified in 'DefinitionBody' property.");
        return Err(resource(&claim.id, text));
    }
    if !Definition::is_valid(body, false) {
        let text =
            format!("Unable to add {adding} because 'DefinitionBody' does not contain a valid Swagger definition.");
        return Err(resource(&claim.id, text));
    }
    Ok(())
}

fn add_cors(claim: &Claim, body: &mut Node) -> Outcome<()> {
    let Some(setting) = claim.properties.some("Cors") else { return Ok(()) };
    if !body.truthy() {
        return check_body(claim, body, "Cors", "Cors configuration");
    }
    let everyone = || Node::from("'*'");
    let cors = match setting {
        Node::Text(_) => Cors { origins: setting.clone(), ..Cors::default() },
        Node::Map(_) if is_intrinsic(setting) => Cors { origins: setting.clone(), ..Cors::default() },
        Node::Map(map) => {
            let known = ["AllowMethods", "AllowHeaders", "AllowOrigin", "MaxAge", "AllowCredentials"];
            if let Some(other) = map.keys().iter().find(|key| !known.contains(&&***key)) {
                return Err(resource(&claim.id, format!("Invalid key '{}' for 'Cors' property.", &**other)));
            }
            Cors {
                origins: if map.has("AllowOrigin") { map.node("AllowOrigin") } else { everyone() },
                headers: map.node("AllowHeaders"),
                methods: map.node("AllowMethods"),
                max_age: map.node("MaxAge"),
                credentials: map.node("AllowCredentials"),
                exposed: Node::Null,
            }
        }
        _ => return Err(resource(&claim.id, "Invalid value for 'Cors' property")),
    };
    check_body(claim, body, "Cors", "Cors configuration")?;
    if cors.credentials.is_bool(true) && cors.origins == everyone() {
        let text = "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" \
                    or not set";
        return Err(resource(&claim.id, text));
    }
    let mut definition = Definition::open(body, false)?;
    let mut done: Vec<String> = Vec::new();
    for path in definition.path_names() {
        let normal = if &*path == "/" { "/" } else { path.trim_end_matches('/') };
        if done.iter().any(|known| known == normal) {
            continue;
        }
        done.push(normal.to_owned());
        definition.add_preflight(&path, &cors).map_err(|problem| match problem {
            Problem::Template(_) => resource(&claim.id, problem.message()),
            other => other,
        })?;
    }
    *body = definition.close().into();
    Ok(())
}

fn add_responses(claim: &Claim, body: &mut Node) -> Outcome<()> {
    let Some(responses) = claim.properties.some("GatewayResponses").and_then(Node::as_map) else { return Ok(()) };
    if !body.truthy() {
        return check_body(claim, body, "GatewayResponses", "Auth configuration");
    }
    let refuse = |text: String| Err(resource(&claim.id, text));
    for (kind, response) in responses.iter() {
        if is_intrinsic(response) {
            let text = "Unable to set GatewayResponses attribute because intrinsic functions are not supported for this field.";
            return refuse(text.to_owned());
        }
        let Some(response_map) = response.as_map() else {
            let found = response.type_name();
            return refuse(format!(
                "Invalid property type '{found}' for GatewayResponses. Expected an object of type 'GatewayResponse'."
            ));
        };
        let known = ["ResponseParameters", "ResponseTemplates", "StatusCode"];
        if let Some(other) = response_map.keys().iter().find(|key| !known.contains(&&***key)) {
            let (other, kind) = (&**other, &*kind);
            return refuse(format!("Invalid property '{other}' in 'GatewayResponses' property '{kind}'."));
        }
    }
    check_body(claim, body, "GatewayResponses", "Auth configuration")?;
    let mut definition = Definition::open(body, false)?;
    for (kind, response) in responses.iter() {
        let response = response.as_map().cloned().unwrap_or_default();
        definition.set_response(&kind, made_response(claim, &kind, &response)?);
    }
    *body = definition.close().into();
    Ok(())
}

fn made_response(claim: &Claim, kind: &str, response: &Map) -> Outcome<Map> {
    let none = Map::hashed();
    let parameters = match response.some("ResponseParameters") {
        None => &none,
        Some(parameters) => {
            Of::Resource(&claim.id).map(parameters, &format!("GatewayResponses.{kind}.ResponseParameters"))?
        }
    };
    let unknown = |key: &&crate::node::Text| !RESPONSE_PARAMETERS.iter().any(|(known, _)| *known == &***key);
    if let Some(other) = parameters.keys().iter().find(unknown) {
        return Err(resource(&claim.id, format!("Invalid gateway response parameter '{}'", &**other)));
    }
    let status = response.get("StatusCode");
    let is_numeric = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if status.is_some_and(|status| status.truthy() && !is_numeric(&show(status))) {
        return Err(resource(&claim.id, "Property 'StatusCode' must be numeric"));
    }
    let mut named = Map::hashed();
    for (property, prefix) in RESPONSE_PARAMETERS {
        let Some(values) = parameters.get(property) else { continue };
        for (key, value) in Of::Resource(&claim.id).map(values, &format!("ResponseParameters.{property}"))?.iter() {
            named.set(key.with(format!("gatewayresponse.{prefix}{}", &*key)), value);
        }
    }
    let templates = response.some("ResponseTemplates").cloned().unwrap_or_else(|| Map::hashed().into());
    let mut made = hashed! { "responseParameters" => named, "responseTemplates" => templates };
    // Python's `str` keeps what it is given, if that is a text.
    made.set_some("statusCode", status.map(|status| Node::from(show(status))).filter(Node::truthy));
    Ok(made)
}

fn add_models(claim: &Claim, body: &mut Node, version: &Node) -> Outcome<()> {
    let Some(models) = claim.properties.some("Models").and_then(Node::as_map) else { return Ok(()) };
    check_body(claim, body, "Models", "Models definitions")?;
    if models.iter().any(|(_, model)| model.as_map().is_none()) {
        return Err(resource(&claim.id, "Invalid value for 'Models' property"));
    }
    let mut definition = Definition::open(body, false)?;
    definition.add_models(models)?;
    *body = Definition::settle(definition.close(), version)?.into();
    Ok(())
}
