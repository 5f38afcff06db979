//! Routes of an HTTP API that call a function.

use crate::editor::{ANY_METHOD, Definition, starred};
use crate::error::{Outcome, Problem, resource, unexpected};
use crate::expect::Of;
use crate::intrinsic::sub_with;
use crate::node::{Map, Node, Text, map};
use crate::resource::Resource;
use crate::work::Work;

use super::authorization::{none_without_default, not_a_name, unable};
use super::rest::{put_properties, take_properties};
use super::{Event, Target, arn, integration_uri};

/// The route that takes what no other does.
const DEFAULT: &str = "$default";

/// Leave for the API to call the function; its definition gets the route.
pub(super) fn plain(work: &mut Work<'_>, event: &Event, target: &Target) -> Outcome<Vec<Resource>> {
    let api_id = event.node("ApiId");
    let id = api_id.as_map().and_then(|map| map.get("Ref")).cloned().unwrap_or_else(|| api_id.clone());
    let id = id.as_text().cloned().ok_or_else(unexpected)?;
    let path = event.properties.text("Path").cloned().ok_or_else(unexpected)?;
    let method = event.properties.text("Method").map(|method| method.with(method.to_lowercase()));
    let method = method.ok_or_else(unexpected)?;
    let mut api = match work.resource(&id) {
        Some(resource) if !resource.has("Properties") => Map::default(),
        _ => take_properties(work, &id)?,
    };
    let permission = permission(event, &api, &id, target, &path, &method)?;
    let done = add_route(event, &mut api, &id, target, &path, &method);
    put_properties(work, &id, api);
    done.map(|()| permission.into_iter().collect())
}

fn permission(
    event: &Event,
    api: &Map,
    id: &str,
    target: &Target,
    path: &Text,
    method: &Text,
) -> Outcome<Option<Resource>> {
    let trimmed = match path.strip_suffix('/') {
        Some(rest) if !rest.is_empty() => path.with(rest),
        _ => path.clone(),
    };
    let mut is_default = false;
    if api.truthy("DefinitionBody") {
        let definition = Definition::open(&api.node("DefinitionBody"), true);
        let mut definition = definition.map_err(|problem| resource(id, problem.message()))?;
        is_default = &*trimmed != DEFAULT && definition.default_route_is_of(&target.id)?;
    }
    if is_default {
        return Ok(None);
    }
    let route = if &*trimmed == DEFAULT { String::new() } else { starred(&trimmed, false).to_string() };
    let all = matches!(&**method, "any" | ANY_METHOD);
    let method = if all { "*".to_owned() } else { method.to_uppercase() };
    let of_default = all && route == format!("/{DEFAULT}");
    let rest = if of_default { route } else { format!("/{method}{route}") };
    let resource = format!("${{__ApiId__}}/${{__Stage__}}{rest}");
    let variables = map! { "__ApiId__" => event.node("ApiId"), "__Stage__" => "*" };
    let source = sub_with(arn("${AWS::Partition}", "execute-api", &resource), variables);
    Ok(Some(event.permission("apigateway.amazonaws.com", target).with("SourceArn", source)))
}

fn add_route(event: &Event, api: &mut Map, id: &str, target: &Target, path: &Text, method: &Text) -> Outcome<()> {
    let body = api.node("DefinitionBody");
    if body.is_null() {
        return Ok(());
    }
    let mut definition = Definition::open(&body, true)?;
    if api.truthy("__MANAGE_SWAGGER") && definition.has_integration(path, method)? {
        let text = format!("API method '{}' defined multiple times for path '{}'.", &**method, &**path);
        return Err(event.refuse(text));
    }
    let uri = integration_uri(target, "${AWS::Partition}", false);
    definition.integrate_http(path, method, uri, &target.condition())?;
    if let Some(auth) = event.properties.some("Auth") {
        let auth = auth.as_map().cloned().unwrap_or_default();
        authorize(event, api, id, &auth, path, method, &mut definition)?;
    }
    if let Some(timeout) = event.properties.some("TimeoutInMillis") {
        definition.set_timeout(path, method, timeout)?;
    }
    let parameters = parameters(path);
    if !parameters.is_empty() {
        definition.add_path_parameters(path, method, &parameters)?;
    }
    if let Some(version) = event.properties.some("PayloadFormatVersion") {
        definition.set_payload_version(path, method, version)?;
    }
    api.set("DefinitionBody", definition.close());
    Ok(())
}

/// The names in braces of a path.
fn parameters(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

fn authorize(
    event: &Event,
    api: &Map,
    id: &str,
    own: &Map,
    path: &Text,
    method: &Text,
    definition: &mut Definition,
) -> Outcome<()> {
    let none = Map::default();
    let general = api.node("Auth");
    let general = if api.has("Auth") { Of::Resource(id).map(&general, "Auth")? } else { &none };
    let authorizer = own.some("Authorizer").or_else(|| general.some("DefaultAuthorizer"));
    let text = "'Auth' section requires either an explicit 'Authorizer' set or a 'DefaultAuthorizer' configured on the HttpApi.";
    let authorizer = authorizer.ok_or_else(|| event.refuse(text))?;
    let known = general.get("Authorizers");
    check(event, general, authorizer, known, path, method)?;
    let scopes = own.node("AuthorizationScopes");
    if scopes.truthy() && scopes.as_list().is_none() {
        let text = format!(
            "Unable to set Authorizer on API method [{}] for path [{}] because 'AuthorizationScopes' must be a list of strings.",
            &**method, &**path
        );
        return Err(event.refuse(text));
    }
    let name = authorizer.as_text().ok_or_else(unexpected)?;
    definition.set_http_authorizer(path, method, name, known.and_then(Node::as_map), &scopes)
}

fn check(
    event: &Event,
    general: &Map,
    authorizer: &Node,
    known: Option<&Node>,
    path: &str,
    method: &str,
) -> Result<(), Problem> {
    let signs = general.get("EnableIamAuthorizer").is_some_and(|enabled| enabled.is_bool(true));
    if authorizer.is("NONE") {
        let refuse = || none_without_default(&event.name, method, path);
        return if general.truthy("DefaultAuthorizer") { Ok(()) } else { Err(refuse()) };
    }
    if authorizer.is("AWS_IAM") && signs {
        return Ok(());
    }
    let refuse = |why: &str| unable(&event.name, authorizer, method, path, why);
    let not_a_name = || not_a_name(&event.name, authorizer, method, path);
    let name = authorizer.as_str().ok_or_else(not_a_name)?;
    let known = known.filter(|known| known.truthy());
    let known = known.ok_or_else(|| refuse("because the related API does not define any Authorizers."))?;
    let known = known.as_map().ok_or_else(not_a_name)?;
    if known.truthy(name) { Ok(()) } else { Err(refuse("because it wasn't defined in the API's Authorizers.")) }
}
