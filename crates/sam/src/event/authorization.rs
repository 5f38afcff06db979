//! What an event asks of callers of its path of a REST API: an authorizer, a key, where they come from.

use crate::editor::Definition;
use crate::error::{Outcome, event};
use crate::expect::Of;
use crate::node::{Map, Node, Text};
use crate::python::show;
use crate::work::Work;

/// A method of a path of an API, and the event that it is for.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) event: Text,
    pub(crate) api: Text,
    pub(crate) path: Text,
    pub(crate) method: Text,
    /// The stage that policies name, or null.
    pub(crate) stage: Node,
}

impl Route {
    fn refuse(&self, authorizer: &Node, why: &str) -> crate::error::Problem {
        unable(&self.event, authorizer, &self.method, &self.path, why)
    }
}

/// A refusal of an authorizer.
pub(super) fn unable(name: &str, authorizer: &Node, method: &str, path: &str, why: &str) -> crate::error::Problem {
    let authorizer = show(authorizer);
    event(name, format!("Unable to set Authorizer [{authorizer}] on API method [{method}] for path [{path}] {why}"))
}

/// What is said where `NONE` spares a method nothing.
pub(super) fn none_without_default(name: &str, method: &str, path: &str) -> crate::error::Problem {
    event(
        name,
        format!(
            "Unable to set Authorizer on API method [{method}] for path [{path}] because 'NONE' is only a valid value when a \
             DefaultAuthorizer on the API is specified."
        ),
    )
}

/// What is said of an authorizer that is no name, or where the API's are no map.
pub(super) fn not_a_name(name: &str, authorizer: &Node, method: &str, path: &str) -> crate::error::Problem {
    let authorizer = show(authorizer);
    event(
        name,
        format!(
            "Unable to set Authorizer [{authorizer}] on API method [{method}] for path [{path}]. The method authorizer must be \
             a string with a corresponding dict entry in the api authorizer."
        ),
    )
}

/// With whose credentials API Gateway calls: the caller's, or those of a role.
pub(crate) fn credentials(work: &Work<'_>, own: &Map, general: &Map) -> Node {
    let signed = |auth: &Map, name: &str| auth.get(name).is_some_and(|value| value.is("AWS_IAM"));
    if !(signed(own, "Authorizer") || (signed(general, "DefaultAuthorizer") && own.is_empty())) {
        return Node::Null;
    }
    let role = |auth: &Map| match auth.some("InvokeRole") {
        None if auth.has("InvokeRole") => Some(Node::from("NONE")),
        role => role.cloned(),
    };
    match role(own).or_else(|| role(general)) {
        Some(role) if role.is("NONE") => Node::Null,
        Some(role) if !role.is("CALLER_CREDENTIALS") => role,
        _ => format!("arn:{}:iam::*:user/*", work.context.partition).into(),
    }
}

/// Adds what an event asks of callers to a definition.
pub(crate) fn add(
    work: &Work<'_>,
    own: &Node,
    api: &mut Map,
    route: &Route,
    definition: &mut Definition,
) -> Outcome<()> {
    if let Some(auth) = api.get_mut("Auth") {
        let _resolved = work.parameters.resolve(auth)?;
    }
    let auth = work.resolved(&api.node("Auth"))?;
    let general = auth.as_map();
    let authorizer = own.get("Authorizer").filter(|authorizer| authorizer.truthy());
    if let Some(authorizer) = authorizer {
        check_authorizer(route, general, authorizer)?;
    }
    let scopes = Node::from(own.get("AuthorizationScopes"));
    if scopes.truthy() {
        Of::Event(&route.event).list(&scopes, "Auth.AuthorizationScopes")?;
        if authorizer.is_none() {
            return Err(event(&route.event, "AuthorizationScopes works only when Authorizer is set"));
        }
    }
    let key = own.get("ApiKeyRequired");
    if key.is_some_and(|key| !key.truthy()) && !general.is_some_and(|auth| auth.truthy("ApiKeyRequired")) {
        let (method, path) = (&*route.method, &*route.path);
        let text = format!(
            "Unable to set ApiKeyRequired [False] on API method [{method}] for path [{path}] because the related API does \
             not specify any ApiKeyRequired."
        );
        return Err(event(&route.event, text));
    }
    if let Some(name) = authorizer.and_then(Node::as_text) {
        let known = api.map("Auth").and_then(|auth| auth.map("Authorizers"));
        definition.set_authorizer(&route.path, &route.method, name, known, &scopes)?;
    }
    if let Some(key) = key {
        definition.set_key(&route.path, &route.method, key.truthy())?;
    }
    if let Some(policy) = own.get("ResourcePolicy").filter(|policy| policy.truthy()) {
        let policy_map = Of::Resource(&route.event).map(policy, "Auth.ResourcePolicy")?;
        definition.add_access(policy, &route.path, &route.stage)?;
        if let Some(statements) = policy_map.some("CustomStatements") {
            definition.add_statements(statements);
        }
    }
    Ok(())
}

fn check_authorizer(route: &Route, general: Option<&Map>, authorizer: &Node) -> Outcome<()> {
    let known = general.and_then(|auth| auth.some("Authorizers"));
    if let Some(known) = known {
        Of::Resource(&route.api).map(known, "Auth.Authorizers")?;
    }
    if authorizer.is("AWS_IAM") {
        return Ok(());
    }
    if authorizer.is("NONE") {
        let has_default = general.is_some_and(|auth| auth.truthy("DefaultAuthorizer"));
        let refuse = || none_without_default(&route.event, &route.method, &route.path);
        return if has_default { Ok(()) } else { Err(refuse()) };
    }
    let refuse = |why: &str| route.refuse(authorizer, why);
    let known = known.ok_or_else(|| refuse("because the related API does not define any Authorizers."))?;
    let name = authorizer.as_str().ok_or_else(|| not_a_name(&route.event, authorizer, &route.method, &route.path))?;
    if known.get(name).is_some_and(Node::truthy) {
        Ok(())
    } else {
        Err(refuse("because it wasn't defined in the API's Authorizers."))
    }
}
