//! What is added to the definition of a REST API: integrations with functions and state machines, models, parameters.

use crate::error::{Outcome, document};
use crate::expect::{deep, should_be_a_map};
use crate::intrinsic::{contents, when};
use crate::node::{Map, Node, Text, hashed, list, map};
use crate::work::is_version_three;

use super::{Definition, INTEGRATION, normal, not_a_path};

const VALIDATORS: &str = "x-amazon-apigateway-request-validators";

/// An integration of a method.
#[derive(Debug)]
pub(crate) struct Integration {
    /// `aws_proxy` for functions, `aws` for what has templates.
    pub(crate) uri: Node,
    /// Whose credentials it is called with, if not API Gateway's own.
    pub(crate) credentials: Node,
    /// The condition that the caller has.
    pub(crate) condition: Node,
    /// Whether answers are passed on as they come.
    pub(crate) streams: bool,
    /// Templates of requests, of state machines.
    pub(crate) templates: Option<Map>,
}

impl Definition {
    pub(super) fn open_rest(doc: Map) -> Outcome<Self> {
        let map = |name: &str| doc.some(name).and_then(Node::as_map).cloned().unwrap_or_else(Map::hashed);
        let (security, policy) = (map("securityDefinitions"), map("x-amazon-apigateway-policy"));
        let (responses, models) = (map("x-amazon-apigateway-gateway-responses"), map("definitions"));
        let definition = Self { security, policy, responses, models, ..Self::new(doc, false) };
        for (path, item) in definition.paths().iter() {
            for item in super::contents_of(item)? {
                item.as_map().ok_or_else(|| not_a_path(&path))?;
            }
        }
        Ok(definition)
    }

    pub(super) fn put_back_rest(&mut self) {
        let parts = [
            ("securityDefinitions", &self.security),
            ("x-amazon-apigateway-gateway-responses", &self.responses),
            ("definitions", &self.models),
        ];
        for (name, part) in parts {
            if !part.is_empty() {
                self.doc.set(name, part.clone());
            }
        }
    }

    /// Integrates a method of a REST API.
    pub(crate) fn integrate(&mut self, path: &Text, method: &Text, integration: &Integration) -> Outcome<()> {
        self.add_path(path, method)?;
        let method = normal(method);
        let uri = match &integration.condition {
            Node::Null => integration.uri.clone(),
            condition => when(condition, integration.uri.clone()),
        };
        let item = self.paths_mut().get_mut(path).ok_or_else(|| not_a_path(path))?;
        for item in contents(item)? {
            let item = item.as_map_mut().ok_or_else(|| not_a_path(path))?;
            let Some(definition) = item.get_mut(&method).and_then(Node::as_map_mut) else { continue };
            match &integration.templates {
                None => integrate_function(definition, integration, &uri),
                Some(templates) => integrate_machine(definition, integration, &uri, templates),
            }
            if !integration.condition.is_null() {
                let conditional = when(&integration.condition, definition.clone());
                item.set(&method, conditional);
            }
        }
        Ok(())
    }

    /// Validates what comes to a method.
    pub(crate) fn add_validator(&mut self, path: &str, method: &Text, body: bool, parameters: bool) -> Outcome<()> {
        let name = match (body, parameters) {
            (true, true) => "body-and-params",
            (true, false) => "body-only",
            (false, true) => "params-only",
            (false, false) => "no-validation",
        };
        let validator = hashed! { "validateRequestBody" => body, "validateRequestParameters" => parameters };
        if !self.doc.truthy(VALIDATORS) {
            self.doc.set(VALIDATORS, Map::hashed());
        }
        if let Some(all) = self.doc.map_mut(VALIDATORS)
            && !all.truthy(name)
        {
            all.update(hashed! { name => validator });
        }
        for definition in self.methods_at(path, method)? {
            definition.update(hashed! { "x-amazon-apigateway-request-validator" => name });
        }
        Ok(())
    }

    /// Says of which model a method's requests are.
    pub(crate) fn add_request_model(
        &mut self,
        path: &str,
        method: &Text,
        model: &Text,
        required: &Node,
    ) -> Outcome<()> {
        let name = model.with(model.to_lowercase());
        let (is_two, is_three) =
            (self.doc.get("swagger").is_some(), self.doc.some("openapi").is_some_and(is_version_three));
        for definition in self.methods_at(path, method)? {
            if is_two {
                let schema = map! { "$ref" => format!("#/definitions/{}", &*name) };
                let mut parameter = hashed! { "in" => "body", "name" => &name, "schema" => schema };
                parameter.set_some("required", required);
                push(definition, "parameters", parameter.into());
            } else if is_three {
                let schema = map! { "$ref" => format!("#/components/schemas/{}", &*name) };
                let mut body = map! { "content" => map! { "application/json" => map! { "schema" => schema } } };
                body.set_some("required", required);
                definition.set("requestBody", body);
            }
        }
        Ok(())
    }

    /// Names parameters of a method: `method.request.header.X`, whether it is required, and whether answers are cached by it.
    pub(crate) fn add_parameters(
        &mut self,
        path: &str,
        method: &Text,
        parameters: &[(Text, Node, Node)],
    ) -> Outcome<()> {
        for definition in self.methods_at(path, method)? {
            let mut all = definition.get("parameters").map(crate::work::as_list).unwrap_or_default();
            for (full, required, caching) in parameters {
                let name = full.with(full.replace("method.request.", ""));
                let Some((location, own)) = name.split_once('.') else { continue };
                let location = if location == "querystring" { "query".into() } else { name.with(location) };
                all.push(
                    hashed! {
                        "in" => location,
                        "name" => name.with(own),
                        "required" => required,
                        "type" => "string",
                    }
                    .into(),
                );
                if caching.truthy()
                    && let Some(integration) = definition.map_mut(INTEGRATION)
                {
                    push(integration, "cacheKeyParameters", full.into());
                }
            }
            definition.set("parameters", all);
        }
        Ok(())
    }

    /// Media types whose contents are not text. A slash may have been written `~1`.
    pub(crate) fn set_binary_types(&mut self, types: &Node) {
        self.doc.set("x-amazon-apigateway-binary-media-types", with_slashes(types));
    }

    /// Answers of the gateway itself.
    pub(crate) fn set_response(&mut self, kind: &Text, response: Map) {
        self.responses.set(kind, response);
    }

    /// Models, by names in small letters.
    pub(crate) fn add_models(&mut self, models: &Map) -> Outcome<()> {
        for (name, schema) in models.iter() {
            if !schema.as_map().is_some_and(|schema| schema.truthy("type")) {
                return Err(document("'Models' schema is missing 'type'."));
            }
            self.models.set(name.with(name.to_lowercase()), schema);
        }
        Ok(())
    }

    /// Whether the API can be called at its own address.
    pub(crate) fn disable_endpoint(&mut self, disabled: &Node) -> Outcome<()> {
        const CONFIGURATION: &str = "x-amazon-apigateway-endpoint-configuration";
        let set = |map: &mut Map| match map.entry(&CONFIGURATION.into(), || Map::default().into()) {
            Node::Map(configuration) => {
                configuration.set("disableExecuteApiEndpoint", disabled);
                Ok(())
            }
            _ => Err(should_be_a_map(CONFIGURATION)),
        };
        if !self.doc.some("openapi").is_some_and(is_version_three) {
            return set(&mut self.doc).map_err(|text| document(format!("Invalid OpenAPI definition: {text}.")));
        }
        let mut servers = match self.doc.get("servers") {
            Some(Node::List(servers)) => servers.clone(),
            _ => vec![Map::hashed().into()],
        };
        for (at, server) in servers.iter_mut().enumerate() {
            let done = server.as_map_mut().map_or_else(|| Err(should_be_a_map("")), set);
            done.map_err(|text| document(format!("Invalid OpenAPI definition of 'servers[{at}]': {text}.")))?;
        }
        self.doc.set("servers", servers);
        Ok(())
    }

    /// Puts a definition into the form of OpenAPI 3, where that is its version. `version` is the one asked for.
    pub(crate) fn settle(mut doc: Map, version: &Node) -> Outcome<Map> {
        if doc.get("swagger").is_some() {
            return Ok(doc);
        }
        let version = if version.is_null() { doc.node("openapi") } else { version.clone() };
        if !version.truthy() || !is_version_three(&version) {
            return Ok(doc);
        }
        for (old, new) in [("securityDefinitions", "securitySchemes"), ("definitions", "schemas")] {
            if doc.truthy(old) {
                let mut components = doc.some("components").and_then(Node::as_map).cloned().unwrap_or_else(Map::hashed);
                components.set(new, doc.node(old));
                doc.set("components", components);
                doc.remove(old);
            }
        }
        if doc.truthy("paths") {
            let paths = doc.map_mut("paths");
            let paths =
                paths.ok_or_else(|| document("Value of paths must be a dictionary according to Swagger spec."))?;
            for (path, item) in paths.iter_mut() {
                let item = item.as_map_mut().ok_or_else(|| not_a_path(&path))?;
                if item.truthy("options") {
                    settle_options(item, &path)?;
                }
            }
        }
        Ok(doc)
    }
}

fn integrate_function(definition: &mut Map, integration: &Integration, uri: &Node) {
    let mut body = hashed! { "type" => "aws_proxy", "httpMethod" => "POST", "uri" => uri };
    if integration.streams {
        body.set("responseTransferMode", "STREAM");
    }
    body.set_some("credentials", &integration.credentials);
    definition.set(INTEGRATION, body);
    definition.entry(&"responses".into(), || Map::hashed().into());
}

fn integrate_machine(definition: &mut Map, integration: &Integration, uri: &Node, templates: &Map) {
    let responses = hashed! {
        "200" => hashed! { "statusCode" => "200" },
        "400" => hashed! { "statusCode" => "400" },
    };
    let mut body = hashed! {
        "type" => "aws",
        "httpMethod" => "POST",
        "uri" => uri,
        "responses" => responses,
        "credentials" => &integration.credentials,
    };
    body.update(map! { "requestTemplates" => templates.clone() });
    definition.set(INTEGRATION, body);
    let described = || {
        hashed! {
            "200" => hashed! { "description" => "OK" },
            "400" => hashed! { "description" => "Bad Request" },
        }
    };
    definition.entry(&"responses".into(), || described().into());
}

/// Adds to a list, which is made where there is none.
pub(super) fn push(map: &mut Map, name: &str, value: Node) {
    if let Node::List(items) = map.entry(&name.into(), || list![]) {
        items.push(value);
    }
}

fn with_slashes(node: &Node) -> Node {
    let slashed = |text: &Text| Text::written(text.replace("~1", "/"));
    match node {
        Node::Text(text) => slashed(text).into(),
        Node::List(items) => Node::List(items.iter().map(with_slashes).collect()),
        Node::Map(map) => {
            let mut result = Map::hashed();
            map.iter().for_each(|(key, value)| result.set(slashed(&key), with_slashes(value)));
            result.into()
        }
        _ => node.clone(),
    }
}

/// OpenAPI 3 has no media types at a method, and a schema for each header of an answer.
fn settle_options(item: &mut Map, path: &str) -> Outcome<()> {
    let wrong = |what: &str| {
        document(format!(
            "Value of {what}options method for path {path} must be a dictionary according to Swagger spec."
        ))
    };
    let options = item.map_mut("options").ok_or_else(|| wrong(""))?;
    options.remove("produces");
    options.remove("consumes");
    let Some(responses) = options.get_mut("responses") else { return Ok(()) };
    let refuse = |text: String| document(format!("Invalid responses in options method for path {path}: {text}."));
    let found = responses.as_map().ok_or_else(|| refuse(should_be_a_map("")))?;
    if !deep(found, &["200", "headers"]).map_err(refuse)?.is_some_and(Node::truthy) {
        return Ok(());
    }
    let answer = responses.as_map_mut().and_then(|responses| responses.map_mut("200"));
    let headers = answer.and_then(|answer| answer.map_mut("headers")).ok_or_else(|| wrong("response's headers in "))?;
    for (_, header) in headers.iter_mut() {
        *header = hashed! { "schema" => std::mem::take(header) }.into();
    }
    Ok(())
}
