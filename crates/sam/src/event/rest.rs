//! Paths of a REST API that call a function.

use crate::editor::{Definition, INTEGRATION, starred};
use crate::error::{Outcome, resource, unexpected};
use crate::expect::{Of, deep};
use crate::intrinsic::{is_intrinsic, sub_with};
use crate::node::{Map, Node, Text, map};
use crate::python::show;
use crate::resource::Resource;
use crate::work::{Work, as_list};

use super::authorization::{self, Route};
use super::{Event, Target, arn, integration_uri};
use crate::editor::Integration;

/// The API of an event, and the stage that ids of what is made for the event name.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) api: Text,
    pub(crate) stage: Text,
}

/// The API that an event names.
pub(crate) fn link(work: &Work<'_>, name: &str, api: &Node) -> Outcome<Link> {
    let api = api.as_map().and_then(|map| map.get("Ref")).cloned().unwrap_or_else(|| api.clone());
    let Some(id) = api.as_text() else { return Err(unexpected()) };
    let text = "RestApiId property of Api event must reference a valid resource in the same template.";
    let body = work.resource(id).ok_or_else(|| crate::error::event(name, text))?;
    let none = Node::Map(Map::default());
    let properties = Of::Attribute(id).map(body.get("Properties").unwrap_or(&none), "Properties")?;
    let stage = match properties.text("StageName") {
        Some(stage) if stage.is_empty() => return Err(resource(id, "StageName cannot be empty.")),
        Some(stage) => stage.clone(),
        None => "Stage".into(),
    };
    Ok(Link { api: id.clone(), stage })
}

/// Leave for the API to call the function; its definition gets the path.
pub(super) fn plain(work: &mut Work<'_>, event: &Event, target: &Target) -> Outcome<Vec<Resource>> {
    let link = link(work, &event.name, &event.node("RestApiId"))?;
    let route = Route {
        event: event.name.clone(),
        api: link.api.clone(),
        path: event.properties.text("Path").cloned().ok_or_else(unexpected)?,
        method: event
            .properties
            .text("Method")
            .map(|method| method.with(method.to_lowercase()))
            .ok_or_else(unexpected)?,
        stage: (&link.stage).into(),
    };
    let permission = permission(event, &route, &link.stage, target, work.context.partition);
    let mut api = take_properties(work, &link.api)?;
    let done = add_to_definition(work, event, &route, target, &mut api);
    put_properties(work, &link.api, api);
    done.map(|()| vec![permission])
}

/// The properties of an API, to be given back.
pub(crate) fn take_properties(work: &mut Work<'_>, api: &str) -> Outcome<Map> {
    work.resource_mut(api).and_then(|api| api.map("Properties").cloned()).ok_or_else(unexpected)
}

/// Gives the properties of an API back.
pub(crate) fn put_properties(work: &mut Work<'_>, api: &str, properties: Map) {
    if let Some(api) = work.resource_mut(api) {
        api.set("Properties", properties);
    }
}

fn permission(event: &Event, route: &Route, stage: &str, target: &Target, partition: &str) -> Resource {
    let path = match route.path.strip_suffix('/') {
        Some(path) if !path.is_empty() => route.path.with(path),
        _ => route.path.clone(),
    };
    let path = starred(&path, true);
    let method = if &*route.method == "any" { "*".to_owned() } else { route.method.to_uppercase() };
    let resource = format!("${{__ApiId__}}/${{__Stage__}}/{method}{}", &*path);
    let variables = map! { "__ApiId__" => event.node("RestApiId"), "__Stage__" => "*" };
    super::permission(&event.id, stage, "apigateway.amazonaws.com", target)
        .with("SourceArn", sub_with(arn(partition, "execute-api", &resource), variables))
}

fn add_to_definition(work: &Work<'_>, event: &Event, route: &Route, target: &Target, api: &mut Map) -> Outcome<()> {
    if (api.truthy("__MANAGE_SWAGGER") || api.truthy("MergeDefinitions")) && api.get("DefinitionBody").is_some() {
        add_integration(work, event, route, target, api)?;
    }
    let auth = event.node("Auth");
    let body = api.node("DefinitionBody");
    if !body.truthy() || !auth.get("OverrideApiAuth").is_some_and(Node::truthy) {
        return Ok(());
    }
    let says =
        ["Authorizer", "ApiKeyRequired", "ResourcePolicy"].iter().any(|name| auth.get(name).is_some_and(Node::truthy));
    if !says {
        let text =
            "Must define one of: Authorizer, ApiKeyRequired or ResourcePolicy when using the OverrideApiAuth property.";
        return Err(event.refuse(text));
    }
    let mut definition = Definition::open(&body, false)?;
    authorization::add(work, &auth, api, route, &mut definition)?;
    api.set("DefinitionBody", definition.close());
    Ok(())
}

fn add_integration(work: &Work<'_>, event: &Event, route: &Route, target: &Target, api: &mut Map) -> Outcome<()> {
    let merges = api.truthy("MergeDefinitions");
    let body = if merges { Definition::skeleton(false).into() } else { api.node("DefinitionBody") };
    let mut definition = Definition::open(&body, false)?;
    let (path, method) = (&route.path, &route.method);
    if definition.has_integration(path, method)? {
        let text = format!("API method \"{}\" defined multiple times for path \"{}\".", &**method, &**path);
        return Err(event.refuse(text));
    }
    let own = event.properties.some("Auth").cloned().unwrap_or_else(|| Map::hashed().into());
    let own = Of::Event(&event.name).map(&own, "Auth")?;
    let general = api.some("Auth").cloned().unwrap_or_else(|| Map::hashed().into());
    let general = Of::Resource(&route.api).map(&general, "Auth")?;
    let streams = event.node("ResponseTransferMode").is("RESPONSE_STREAM");
    let integration = Integration {
        uri: integration_uri(target, work.context.partition, streams),
        credentials: authorization::credentials(work, own, general),
        condition: target.condition(),
        streams,
        templates: None,
    };
    definition.integrate(path, method, &integration)?;
    if !own.is_empty() {
        authorization::add(work, &own.clone().into(), api, route, &mut definition)?;
    }
    if let Some(timeout) = event.properties.some("TimeoutInMillis") {
        definition.set_timeout(path, method, timeout)?;
    }
    add_model(event, route, api, &mut definition)?;
    if let Some(parameters) = event.properties.some("RequestParameters") {
        definition.add_parameters(path, method, &parameters_of(event, parameters)?)?;
    }
    let closed = definition.close();
    let body = if merges { merged(api.map("DefinitionBody"), route, &closed)? } else { closed };
    api.set("DefinitionBody", body);
    Ok(())
}

/// Says of which model requests are, and whether they are validated.
fn add_model(event: &Event, route: &Route, api: &Map, definition: &mut Definition) -> Outcome<()> {
    let Some(request) = event.properties.some("RequestModel") else { return Ok(()) };
    let request = Of::Event(&event.name).map(request, "RequestModel")?;
    let Some(model) = request.some("Model") else { return Ok(()) };
    let refuse = |what: &str, why: &str| {
        let (model, method, path) = (show(model), &*route.method, &*route.path);
        event.refuse(format!("Unable to set {what} [{model}] on API method [{method}] for path [{path}] {why}"))
    };
    let models = api
        .some("Models")
        .ok_or_else(|| refuse("RequestModel", "because the related API does not define any Models."))?;
    if !is_intrinsic(models) && models.as_map().is_none() {
        return Err(refuse("RequestModel", "because the related API Models defined is of invalid type."));
    }
    let Some(name) = model.as_text() else {
        return Err(refuse("RequestModel", "because the related API does not contain valid Models."));
    };
    if !models.get(name).is_some_and(Node::truthy) {
        return Err(refuse("RequestModel", "because it wasn't defined in the API's Models."));
    }
    definition.add_request_model(&route.path, &route.method, name, &request.node("Required"))?;
    let (body, parameters) = (request.node("ValidateBody"), request.node("ValidateParameters"));
    if body.is_null() && parameters.is_null() {
        return Ok(());
    }
    let boolean = |node: &Node| match node {
        Node::Null => Ok(false),
        Node::Bool(value) => Ok(*value),
        _ => Err(refuse(
            "Validator to RequestModel",
            "ValidateBody and ValidateParameters must be a boolean type, strings or intrinsics are not supported.",
        )),
    };
    definition.add_validator(&route.path, &route.method, boolean(&body)?, boolean(&parameters)?)
}

/// Parameters of requests: names, whether they are required, and whether answers are cached by them.
fn parameters_of(event: &Event, parameters: &Node) -> Outcome<Vec<(Text, Node, Node)>> {
    let refuse = |text: &str| event.refuse(format!("Invalid value for 'RequestParameters' property. {text}"));
    let named = |name: &Text| {
        let is = ["querystring.", "path.", "header."]
            .iter()
            .any(|place| name.strip_prefix("method.request.").is_some_and(|rest| rest.starts_with(place)));
        let text = "Keys must be in the format 'method.request.[querystring|path|header].{value}', e.g \
                    'method.request.header.Authorization'.";
        if is { Ok(name.clone()) } else { Err(refuse(text)) }
    };
    let mut found = Vec::new();
    for parameter in as_list(parameters) {
        match &parameter {
            Node::Text(name) => found.push((named(name)?, false.into(), false.into())),
            Node::Map(map) => {
                let (name, settings) = map.iter().next().ok_or_else(unexpected)?;
                let name = named(&name)?;
                let known =
                    |settings: &&Map| settings.keys().iter().all(|key| matches!(&**key, "Required" | "Caching"));
                let text = "Values must be an object, e.g { Required: true, Caching: false }";
                let settings = settings.as_map().filter(known).ok_or_else(|| refuse(text))?;
                let setting = |name: &str| settings.get(name).cloned().unwrap_or(Node::Bool(false));
                found.push((name, setting("Required"), setting("Caching")));
            }
            _ => return Err(refuse("Property must be either a string or an object")),
        }
    }
    Ok(found)
}

/// The author's definition with what was made for a path: what both have of a method is the transform's.
fn merged(source: Option<&Map>, route: &Route, made: &Map) -> Outcome<Map> {
    let (path, method) = (&route.path, &route.method);
    let mut merged = source.map(Map::copied).unwrap_or_default();
    let mut paths = merged.some("paths").and_then(Node::as_map).cloned().unwrap_or_default();
    let refuse = |text: String| resource(&route.api, format!("Property 'DefinitionBody' is invalid: {text}"));
    let own = deep(&paths, &[path, method]).map_err(refuse)?.cloned().filter(Node::truthy);
    let own = own.unwrap_or_else(|| Map::default().into());
    let place = format!("DefinitionBody.paths.{}.{}", &**path, &**method);
    let mut both = map! {};
    both.update(Of::Resource(&route.api).map(&own, &place)?.clone());
    let made = deep(made, &["paths", path, &crate::editor::normal(method)]).ok().flatten().and_then(Node::as_map);
    both.update(made.cloned().unwrap_or_default());
    debug_assert!(both.has(INTEGRATION) || both.has("Fn::If"));
    if let Node::Map(item) = paths.entry(path, || Map::default().into()) {
        item.set(method, both);
    }
    if merged.truthy("paths") {
        merged.set("paths", paths);
    }
    Ok(merged)
}
