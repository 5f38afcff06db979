//! The definition of an API, opened to be added to: its paths, their methods, and what is beside them.
//!
//! Where AWS's transform copies a definition, so does this: copies decide about the order of keys, and that about ids.

mod access;
mod cors;
mod openapi;
mod security;
mod swagger;

use crate::error::{Outcome, document};
use crate::intrinsic::{contents, contents_of, reference, when};
use crate::node::{Map, Node, Text, hashed};
use crate::python::show;
use crate::work::is_version_three;

pub(crate) use cors::Cors;
pub(crate) use swagger::Integration;

/// What a method's integration is under.
pub(crate) const INTEGRATION: &str = "x-amazon-apigateway-integration";
/// The method that stands for all.
pub(crate) const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// A definition of an API: of REST APIs in Swagger or OpenAPI, of HTTP APIs in OpenAPI.
#[derive(Debug)]
pub(crate) struct Definition {
    doc: Map,
    is_http: bool,
    /// Authorizers, put under `securityDefinitions` or `components` when closed.
    security: Map,
    /// Policy of a REST API.
    policy: Map,
    responses: Map,
    models: Map,
    tags: Node,
    info: Map,
}

impl Definition {
    /// A definition without paths.
    pub(crate) fn skeleton(is_http: bool) -> Map {
        let mut doc = Map::hashed();
        if is_http {
            doc.set("openapi", "3.0.1");
        } else {
            doc.set("swagger", "2.0");
        }
        doc.set("info", hashed! { "version" => "1.0", "title" => reference("AWS::StackName") });
        doc.set("paths", Map::hashed());
        doc
    }

    /// Whether a value is a definition of an API.
    pub(crate) fn is_valid(body: &Node, is_http: bool) -> bool {
        let Some(doc) = body.as_map().filter(|doc| doc.map("paths").is_some()) else { return false };
        (!is_http && doc.truthy("swagger")) || doc.some("openapi").is_some_and(is_version_three)
    }

    /// Opens a definition.
    pub(crate) fn open(body: &Node, is_http: bool) -> Outcome<Self> {
        if !Self::is_valid(body, is_http) {
            return Err(document(if is_http {
                "Invalid OpenApi document. Invalid values or missing keys for 'openapi' or 'paths' in 'DefinitionBody'."
            } else {
                "Invalid Swagger document or the Swagger document is not explicitly defined in 'DefinitionBody'."
            }));
        }
        let doc = body.as_map().map(Map::deep_copied).unwrap_or_default();
        if is_http { Self::open_http(doc) } else { Self::open_rest(doc) }
    }

    fn new(doc: Map, is_http: bool) -> Self {
        let none = Map::hashed;
        let (security, policy, responses, models, info) = (none(), none(), none(), none(), none());
        Self { doc, is_http, security, policy, responses, models, tags: Node::List(Vec::new()), info }
    }

    /// The definition with what was added.
    pub(crate) fn close(mut self) -> Map {
        if self.is_http {
            self.put_back_http()
        } else {
            self.put_back_rest()
        }
        self.doc.deep_copied()
    }

    fn paths(&self) -> &Map {
        self.doc.map("paths").expect("checked when opened")
    }

    fn paths_mut(&mut self) -> &mut Map {
        self.doc.map_mut("paths").expect("checked when opened")
    }

    /// The paths in their order.
    pub(crate) fn path_names(&self) -> Vec<Text> {
        self.paths().keys()
    }

    /// Makes a path depend on a condition.
    pub(crate) fn make_conditional(&mut self, path: &Text, condition: &Text) {
        let item = self.paths().node(path);
        self.paths_mut().set(path, when(condition, item));
    }

    /// Adds a method of a path, unless it is there.
    pub(crate) fn add_path(&mut self, path: &Text, method: &Text) -> Outcome<()> {
        let method = normal(method);
        let item = self.paths_mut().entry(path, || Map::hashed().into());
        if item.as_map().is_none() {
            return Err(not_a_path(path));
        }
        for item in contents(item)? {
            item.as_map_mut().ok_or_else(|| not_a_path(path))?.entry(&method, || Map::hashed().into());
        }
        Ok(())
    }

    /// Whether a method of a path is integrated with something.
    pub(crate) fn has_integration(&self, path: &str, method: &Text) -> Outcome<bool> {
        let normal = normal(method);
        if !self.paths().has(path) {
            return Ok(false);
        }
        let items = contents_of(self.paths().get(path).unwrap_or(&Node::Null))?;
        if items.iter().any(|item| !item.as_map().is_some_and(|item| item.has(&normal))) {
            return Ok(false);
        }
        for item in items {
            let Some(definition) = item.get(&normal).filter(|definition| definition.as_map().is_some()) else {
                return Ok(false);
            };
            let mut is_integrated = false;
            for definition in contents_of(definition)? {
                let definition = definition.as_map().ok_or_else(|| not_a_method(path, &normal))?;
                is_integrated |= definition.truthy(INTEGRATION);
            }
            if !is_integrated {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The definitions of a method of a path that are integrated with something.
    fn methods_at(&mut self, path: &str, method: &Text) -> Outcome<Vec<&mut Map>> {
        let found = self.all_methods_at(path, method)?;
        Ok(found.into_iter().filter(|definition| definition.truthy(INTEGRATION)).collect())
    }

    fn all_methods_at(&mut self, path: &str, method: &Text) -> Outcome<Vec<&mut Map>> {
        let normal = normal(method);
        let mut found = Vec::new();
        let item = self.paths_mut().get_mut(path).ok_or_else(|| not_a_path(path))?;
        for item in contents(item)? {
            let item = item.as_map_mut().ok_or_else(|| not_a_path(path))?;
            let definition = item.get_mut(&normal).ok_or_else(|| not_a_method(path, method))?;
            for definition in contents(definition)? {
                found.push(definition.as_map_mut().ok_or_else(|| not_a_method(path, method))?);
            }
        }
        Ok(found)
    }

    /// All methods of a path that are integrated with something.
    fn methods(&mut self, path: &str) -> Outcome<Vec<(Text, &mut Map)>> {
        let skipped: &[&str] = if self.is_http { &[] } else { &["summary", "description", "parameters"] };
        let mut found = Vec::new();
        let item = self.paths_mut().get_mut(path).ok_or_else(|| not_a_path(path))?;
        for item in contents(item)? {
            let item = item.as_map_mut().ok_or_else(|| not_a_path(path))?;
            for (name, definition) in item.iter_mut() {
                if skipped.contains(&&*name) {
                    continue;
                }
                for definition in contents(definition)? {
                    let definition = definition.as_map_mut().ok_or_else(|| not_a_method(path, &name))?;
                    if definition.truthy(INTEGRATION) {
                        found.push((normal(&name), definition));
                    }
                }
            }
        }
        Ok(found)
    }

    /// The milliseconds after which a method's integration is given up.
    pub(crate) fn set_timeout(&mut self, path: &str, method: &Text, timeout: &Node) -> Outcome<()> {
        self.set_in_integration(path, method, "timeoutInMillis", timeout)
    }

    fn set_in_integration(&mut self, path: &str, method: &Text, name: &str, value: &Node) -> Outcome<()> {
        for definition in self.methods_at(path, method)? {
            if let Some(integration) = definition.map_mut(INTEGRATION) {
                integration.set(name, value);
            }
        }
        Ok(())
    }
}

/// A method's name in lower case; `any` is API Gateway's name for it.
pub(crate) fn normal(method: &Text) -> Text {
    let lower = method.to_lowercase();
    if lower == "any" { ANY_METHOD.into() } else { method.with(lower) }
}

/// A path with a star for each of its parameters, as ARNs have it. A parameter that takes the rest of a path is any that ends
/// with `+` where `any_rest`, else `{proxy+}` only.
pub(crate) fn starred(path: &Text, any_rest: bool) -> Text {
    let (mut result, mut rest) = (String::new(), &**path);
    while let Some(start) = rest.find('{') {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let name_end = rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).map(|at| at + 1);
        let Some(name_end) = name_end.filter(|end| *end > 1) else {
            result.push('{');
            rest = &rest[1..];
            continue;
        };
        let after = &rest[name_end..];
        let takes_rest = any_rest || &rest[1..name_end] == "proxy";
        match after.strip_prefix('}').or_else(|| after.strip_prefix("+}").filter(|_| takes_rest)) {
            Some(after) => {
                result.push('*');
                rest = after;
            }
            None => {
                result.push('{');
                rest = &rest[1..];
            }
        }
    }
    result.push_str(rest);
    path.with(result)
}

fn not_a_path(path: &str) -> crate::error::Problem {
    document(format!("Value of '{path}' path must be a dictionary according to Swagger spec."))
}

fn not_a_method(path: &str, method: &str) -> crate::error::Problem {
    document(format!("Definition of method '{method}' for path '{path}' should be a map."))
}

/// A method's requirements of security that it has already.
fn security_of(definition: &Map, path: &str, method: &str) -> Outcome<Vec<Node>> {
    match definition.node("security") {
        Node::List(items) => Ok(items),
        _ if !definition.has("security") => Ok(Vec::new()),
        _ => Err(document(format!("Type of security for path {path} method {method} must be a list"))),
    }
}

/// Each of them as a map.
fn requirement<'n>(item: &'n Node, path: &str, method: &str) -> Outcome<&'n Map> {
    let refuse = || {
        let item = show(item);
        document(format!("{item} in Security for path {path} method {method} is not a valid dictionary."))
    };
    item.as_map().ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_paths_are_stars() {
        for (path, any_rest, proxy_rest) in [
            ("/a/{b}/c", "/a/*/c", "/a/*/c"),
            ("/{proxy+}", "/*", "/*"),
            ("/{rest+}", "/*", "/{rest+}"),
            ("/{}{a b}/{", "/{}{a b}/{", "/{}{a b}/{"),
        ] {
            assert_eq!(&*starred(&path.into(), true), any_rest);
            assert_eq!(&*starred(&path.into(), false), proxy_rest);
        }
    }
}
