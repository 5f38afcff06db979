//! Which authorizers and keys methods ask for. A requirement named `NONE` or `api_key_false` is a method's way to be spared the
//! API's default; it is taken out again.

use crate::error::{Outcome, document};
use crate::node::{Map, Node, Text, hashed, list};

use super::{Definition, requirement, security_of};

/// A method that is spared the default authorizer.
const NONE: &str = "NONE";
/// A method that is spared the key.
const NO_KEY: &str = "api_key_false";

/// Authorizers' names, and the scopes that each asks for.
pub(crate) type Authorizers = Vec<(Text, Node)>;

impl Definition {
    /// Makes all methods of a path of a REST API ask for the default authorizer.
    pub(crate) fn set_default_authorizer(
        &mut self,
        path: &Text,
        name: &Text,
        authorizers: &Authorizers,
        with_preflight: bool,
    ) -> Outcome<()> {
        let scopes = scopes_of(authorizers, name);
        let mut needs_signature = false;
        for (method, definition) in self.methods(path)? {
            if !with_preflight && &*method == "options" {
                continue;
            }
            let is_authorizer = |key: &Text| &**key == "AWS_IAM" || authorizers.iter().any(|(name, _)| name == key);
            let (mut of_authorizers, mut others) = (Vec::new(), Vec::new());
            for item in security_of(definition, path, &method)? {
                let is_one = requirement(&item, path, &method)?.keys().iter().any(is_authorizer);
                if is_one { of_authorizers.push(item) } else { others.push(item) }
            }
            match others.iter().position(|item| item.as_map().is_some_and(|item| item.has(NONE))) {
                Some(none) => {
                    others.remove(none);
                }
                None if of_authorizers.is_empty() => others.push(hashed! { name => &scopes }.into()),
                None => others.extend(of_authorizers),
            }
            needs_signature |= set_security(definition, others);
        }
        if needs_signature {
            self.add_signature_scheme();
        }
        Ok(())
    }

    /// Makes all methods of a path of a REST API ask for a key.
    pub(crate) fn set_key_required(&mut self, path: &Text, with_preflight: bool) -> Outcome<()> {
        for (method, definition) in self.methods(path)? {
            let existing = security_of(definition, path, &method)?;
            let (mut of_keys, mut others) = (Vec::new(), Vec::new());
            for item in &existing {
                let keys = requirement(item, path, &method)?;
                let is_key = keys.has("api_key") || keys.has(NO_KEY);
                if is_key { of_keys.push(item.clone()) } else { others.push(item.clone()) }
            }
            let is_spared = of_keys.iter().any(|item| item.as_map().is_some_and(|item| item.has(NO_KEY)));
            if !is_spared && (with_preflight || &*method != "options") {
                others.push(hashed! { "api_key" => list![] }.into());
            }
            if others != existing {
                definition.set("security", others);
            }
        }
        Ok(())
    }

    /// Makes a method of a REST API ask for an authorizer. `known` are those of the API.
    pub(crate) fn set_authorizer(
        &mut self,
        path: &Text,
        method: &Text,
        name: &Text,
        known: Option<&Map>,
        scopes: &Node,
    ) -> Outcome<()> {
        let asked = if &**name == NONE { list![] } else { asked_scopes(name, known, scopes)? };
        let mut needs_signature = false;
        for definition in self.methods_at(path, method)? {
            let mut security = security_of(definition, path, method)?;
            security.push(hashed! { name => &asked }.into());
            needs_signature |= set_security(definition, security);
        }
        if needs_signature {
            self.add_signature_scheme();
        }
        Ok(())
    }

    /// Makes a method of a REST API ask for a key, or spares it that.
    pub(crate) fn set_key(&mut self, path: &Text, method: &Text, is_required: bool) -> Outcome<()> {
        let name = if is_required { "api_key" } else { NO_KEY };
        for definition in self.methods_at(path, method)? {
            let mut security = security_of(definition, path, method)?;
            security.push(hashed! { name => list![] }.into());
            definition.set("security", security);
        }
        if is_required {
            self.add_key_scheme();
        }
        Ok(())
    }

    /// Makes a method of an HTTP API ask for an authorizer.
    pub(crate) fn set_http_authorizer(
        &mut self,
        path: &Text,
        method: &Text,
        name: &Text,
        known: Option<&Map>,
        scopes: &Node,
    ) -> Outcome<()> {
        let named = matches!(&**name, "NONE" | "AWS_IAM");
        let asked = if named { list![] } else { asked_http_scopes(name, known, scopes)? };
        for definition in self.methods_at(path, method)? {
            let mut security = security_of(definition, path, method)?;
            let mut one = Map::default();
            one.set(name, &asked);
            security.push(one.into());
            definition.set("security", security);
        }
        Ok(())
    }

    /// Makes all methods of a path of an HTTP API, that ask for none, ask for the default authorizer.
    pub(crate) fn set_default_http_authorizer(
        &mut self,
        path: &Text,
        name: &Text,
        authorizers: &Authorizers,
    ) -> Outcome<()> {
        let scopes = scopes_of(authorizers, name);
        for (method, definition) in self.methods_with_case(path)? {
            if matches!(&*method, "options" | "parameters") || definition.truthy("security") {
                continue;
            }
            let mut one = Map::default();
            one.set(name, &scopes);
            definition.set("security", list![one]);
        }
        Ok(())
    }

    /// The methods of a path of an HTTP API. What is beside methods is not looked at.
    fn methods_with_case(&mut self, path: &Text) -> Outcome<Vec<(Text, &mut Map)>> {
        for item in super::contents_of(self.paths().get(path).unwrap_or(&Node::Null))? {
            let item = item.as_map().ok_or_else(|| super::not_a_path(path))?;
            for name in item.keys() {
                let normal = super::normal(&name);
                if !matches!(&*normal, "options" | "parameters") && !item.has(&normal) {
                    let text = format!("Could not find {} in {} within DefinitionBody.", &*normal, &**path);
                    return Err(document(text));
                }
            }
        }
        let mut found = Vec::new();
        let item = self.paths_mut().get_mut(path).ok_or_else(|| super::not_a_path(path))?;
        for item in super::contents(item)? {
            let item = item.as_map_mut().ok_or_else(|| super::not_a_path(path))?;
            for (name, definition) in item.iter_mut() {
                let normal = super::normal(&name);
                if matches!(&*normal, "options" | "parameters") {
                    continue;
                }
                for definition in super::contents(definition)? {
                    let definition = definition.as_map_mut().ok_or_else(|| super::not_a_method(path, &name))?;
                    if definition.truthy(super::INTEGRATION) {
                        found.push((normal.clone(), definition));
                    }
                }
            }
        }
        Ok(found)
    }

    /// Notes how requests are signed.
    fn add_signature_scheme(&mut self) {
        let scheme = hashed! {
            "x-amazon-apigateway-authtype" => "awsSigv4",
            "type" => "apiKey",
            "name" => "Authorization",
            "in" => "header",
        };
        if !self.security.has("AWS_IAM") {
            self.security.update(hashed! { "AWS_IAM" => scheme });
        }
    }

    /// Notes where a request's key is.
    pub(crate) fn add_key_scheme(&mut self) {
        let scheme = hashed! { "type" => "apiKey", "name" => "x-api-key", "in" => "header" };
        if !self.security.has("api_key") {
            self.security.update(hashed! { "api_key" => scheme });
        }
    }

    /// Adds an authorizer.
    pub(crate) fn add_authorizer(&mut self, name: &Text, scheme: Map) {
        self.security.set(name, scheme);
    }
}

/// Sets a method's requirements, if any. Tells whether the first asks for a signature.
fn set_security(definition: &mut Map, security: Vec<Node>) -> bool {
    let Some(first) = security.first() else { return false };
    let signed = first.as_map().is_some_and(|first| first.has("AWS_IAM"));
    definition.set("security", security);
    signed
}

fn scopes_of(authorizers: &Authorizers, name: &str) -> Node {
    let found = authorizers.iter().find(|(known, _)| **known == *name).map(|(_, scopes)| scopes.clone());
    found.filter(|scopes| !scopes.is_null()).unwrap_or_else(|| list![])
}

/// A method's own scopes, else those of its authorizer.
fn asked_scopes(name: &str, known: Option<&Map>, own: &Node) -> Outcome<Node> {
    let Some(authorizer) = known.filter(|known| !known.is_empty()).and_then(|known| known.get(name)) else {
        return Ok(list![]);
    };
    let scopes = a_map(authorizer, name)?.node("AuthorizationScopes");
    let scopes = if own.is_null() { scopes } else { own.clone() };
    Ok(if scopes.is_null() { list![] } else { scopes })
}

fn asked_http_scopes(name: &str, known: Option<&Map>, own: &Node) -> Outcome<Node> {
    let Some(authorizer) = known.and_then(|known| known.get(name)) else { return Ok(list![]) };
    let scopes = a_map(authorizer, name)?.node("AuthorizationScopes");
    let scopes = if own.truthy() { own.clone() } else { scopes };
    Ok(if scopes.truthy() { scopes } else { list![] })
}

fn a_map<'n>(authorizer: &'n Node, name: &str) -> Outcome<&'n Map> {
    authorizer.as_map().ok_or_else(|| document(format!("Type of authorizer '{name}' must be a dictionary")))
}
