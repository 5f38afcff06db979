//! What is added to the definition of an HTTP API.

use crate::error::{Outcome, document};
use crate::expect::{deep, should_be_a_map};
use crate::intrinsic::{contents, reference, when};
use crate::node::{Map, Node, Text, hashed, list};

use super::{ANY_METHOD, Definition, INTEGRATION, normal, not_a_path};

/// The route of requests that no other takes.
pub(crate) const DEFAULT_PATH: &str = "$default";

impl Definition {
    pub(super) fn open_http(doc: Map) -> Outcome<Self> {
        let invalid = |text: String| document(format!("Invalid OpenApi document: {text}"));
        let security = deep(&doc, &["components", "securitySchemes"]).map_err(invalid)?;
        let security = security.filter(|node| node.truthy()).and_then(Node::as_map).cloned();
        let info = doc.some("info").and_then(Node::as_map).cloned().unwrap_or_else(Map::hashed);
        let tags = doc.some("tags").cloned().unwrap_or_else(|| list![]);
        let security = security.unwrap_or_else(Map::hashed);
        Ok(Self { security, tags, info, ..Self::new(doc, true) })
    }

    pub(super) fn put_back_http(&mut self) {
        if self.tags.truthy() {
            self.doc.set("tags", &self.tags);
        }
        if !self.security.is_empty() {
            if !self.doc.truthy("components") {
                self.doc.set("components", Map::hashed());
            }
            let security = self.security.clone();
            if let Some(components) = self.doc.map_mut("components") {
                components.set("securitySchemes", security);
            }
        }
        if !self.info.is_empty() {
            self.doc.set("info", self.info.clone());
        }
    }

    /// Integrates a method of an HTTP API with a function, unless it is integrated.
    pub(crate) fn integrate_http(&mut self, path: &Text, method: &Text, uri: Node, condition: &Node) -> Outcome<()> {
        if self.has_integration(path, method)? {
            return Ok(());
        }
        self.add_path(path, method)?;
        let method = normal(method);
        let uri = if condition.is_null() { uri } else { when(condition, uri) };
        let item = self.paths_mut().get_mut(path).ok_or_else(|| not_a_path(path))?;
        for item in contents(item)? {
            let item = item.as_map_mut().ok_or_else(|| not_a_path(path))?;
            if item.get(&method).is_none() {
                item.set(&method, Map::hashed());
            }
            let Some(definition) = item.map_mut(&method) else { continue };
            let body = hashed! {
                "type" => "aws_proxy",
                "httpMethod" => "POST",
                "payloadFormatVersion" => "2.0",
                "uri" => &uri,
            };
            definition.set(INTEGRATION, body);
            if &**path == DEFAULT_PATH && &*method == ANY_METHOD {
                definition.set("isDefaultRoute", true);
            }
            definition.entry(&"responses".into(), || Map::hashed().into());
            if !condition.is_null() {
                let conditional = when(condition, definition.clone());
                item.set(&method, conditional);
            }
        }
        Ok(())
    }

    /// Whether the default route is integrated with a function.
    pub(crate) fn default_route_is_of(&mut self, function: &str) -> Outcome<bool> {
        let any: Text = ANY_METHOD.into();
        if !self.has_integration(DEFAULT_PATH, &any)? {
            return Ok(false);
        }
        for definition in self.all_methods_at(DEFAULT_PATH, &any)? {
            let Some(integration) = definition.get(INTEGRATION) else { return Ok(false) };
            let refuse =
                || document(format!("Value of '{INTEGRATION}' must be a dictionary according to Swagger spec."));
            let uri = integration.as_map().ok_or_else(refuse)?.node("uri");
            if uri.as_map().is_none() {
                return Ok(false);
            }
            for content in super::contents_of(&uri)? {
                let arn = content.get("Fn::Sub").and_then(Node::as_str).unwrap_or_default();
                if function_in(arn) != Some(function) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The version in which requests are handed to the function of a method.
    pub(crate) fn set_payload_version(&mut self, path: &str, method: &Text, version: &Node) -> Outcome<()> {
        self.set_in_integration(path, method, "payloadFormatVersion", version)
    }

    /// Names the parameters of a path.
    pub(crate) fn add_path_parameters(&mut self, path: &str, method: &Text, names: &[&str]) -> Outcome<()> {
        for definition in self.methods_at(path, method)? {
            let Node::List(parameters) = definition.entry(&"parameters".into(), || list![]) else { continue };
            for name in names {
                let existing = parameters.iter_mut().filter_map(Node::as_map_mut);
                let mut existing =
                    existing.filter(|parameter| parameter.get("name").is_some_and(|found| found.is(name)));
                if let Some(parameter) = existing.next() {
                    parameter.set("in", "path");
                    parameter.set("required", true);
                    continue;
                }
                let parameter = hashed! { "name" => Text::written(*name), "in" => "path", "required" => true };
                parameters.push(parameter.into());
            }
        }
        Ok(())
    }

    /// Adds tags of the API.
    pub(crate) fn add_tags(&mut self, tags: &Map) -> Outcome<()> {
        const VALUE: &str = "x-amazon-apigateway-tag-value";
        for (name, value) in tags.iter() {
            let Node::List(all) = &mut self.tags else {
                let (shown, kind) = (crate::python::show(&self.tags), self.tags.type_name());
                return Err(document(format!(
                    "Tags in OpenApi DefinitionBody needs to be a list. {shown} is a {kind} not a list."
                )));
            };
            let mut existing = all.iter_mut().filter_map(Node::as_map_mut);
            match existing.find(|tag| tag.get("name").is_some_and(|found| found.is(&name))) {
                Some(tag) => tag.set(VALUE, value),
                None => all.push(hashed! { "name" => &name, VALUE => value }.into()),
            }
        }
        Ok(())
    }

    /// Whether an HTTP API can be called at its own address.
    pub(crate) fn disable_http_endpoint(&mut self, disabled: &Node) -> Outcome<()> {
        let refuse = || document("Value of 'servers' item must be a dictionary according to Swagger spec.");
        let mut servers = match self.doc.get("servers") {
            Some(Node::List(servers)) => servers.clone(),
            _ => vec![Map::hashed().into()],
        };
        for server in &mut servers {
            let server = server.as_map_mut().ok_or_else(refuse)?;
            let key: Text = "x-amazon-apigateway-endpoint-configuration".into();
            let Node::Map(configuration) = server.entry(&key, || Map::default().into()) else {
                return Err(document(should_be_a_map(&key)));
            };
            configuration.set("disableExecuteApiEndpoint", disabled);
        }
        self.doc.set("servers", servers);
        Ok(())
    }

    /// Describes the API, unless it is described.
    pub(crate) fn describe(&mut self, description: &Node) {
        if !self.info.truthy("description") {
            self.info.set("description", description);
        }
    }

    /// Names the API, unless it has a name.
    pub(crate) fn name(&mut self, title: &Node) {
        if self.info.get("title") == Some(&reference("AWS::StackName")) {
            self.info.set("title", title);
        }
    }
}

/// The function whose ARN is in the address of an integration: `${Function.Arn}`.
fn function_in(arn: &str) -> Option<&str> {
    let before = &arn[..arn.find(".Arn")?];
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    Some(&before[start..]).filter(|name| !name.is_empty())
}
