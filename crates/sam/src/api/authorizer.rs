//! Authorizers of a REST API: user pools, functions, signatures; and who may call it at all.

use crate::editor::Definition;
use crate::error::{Outcome, document, resource};
use crate::expect::Of;
use crate::intrinsic::{reference, sub_with};
use crate::node::{Map, Node, Text, hashed, list, map};
use crate::python::show;
use crate::resource::{Claim, Resource};
use crate::work::Work;

use super::definition::check_body;

/// What `Auth` may have.
const KNOWN: [&str; 8] = [
    "Authorizers",
    "DefaultAuthorizer",
    "InvokeRole",
    "AddDefaultAuthorizerToCorsPreflight",
    "AddApiKeyRequiredToCorsPreflight",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
];

/// Where a request has what it is told by, and what that is called in a definition.
const IDENTITY: [(&str, &str); 4] = [
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
];

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";

/// An authorizer.
#[derive(Debug)]
struct Authorizer {
    name: Text,
    signs: bool,
    config: Map,
}

/// Adds authorizers to a definition, and makes methods ask for the default one.
pub(super) fn add(work: &Work<'_>, claim: &Claim, body: &mut Node, version: &Node) -> Outcome<()> {
    let Some(auth) = claim.properties.some("Auth").and_then(Node::as_map) else { return Ok(()) };
    if !body.truthy() {
        return check_body(claim, body, "Auth", "Auth configuration");
    }
    if auth.keys().iter().any(|key| !KNOWN.contains(&&**key)) {
        return Err(resource(&claim.id, "Invalid value for 'Auth' property"));
    }
    check_body(claim, body, "Auth", "Auth configuration")?;
    if body.get("securityDefinitions").is_some_and(|schemes| schemes.truthy() && schemes.as_map().is_none()) {
        return Err(document("securityDefinitions must be a dictionary."));
    }
    let mut definition = Definition::open(body, false)?;
    let with_preflight = |name: &str| auth.get(name).is_none_or(Node::truthy);
    let default = auth.node("DefaultAuthorizer");
    let authorizers = authorizers(claim, auth, &default)?;
    if !authorizers.is_empty() {
        for authorizer in &authorizers {
            definition.add_authorizer(&authorizer.name, authorizer.scheme(work, claim)?);
        }
        let preflight = with_preflight("AddDefaultAuthorizerToCorsPreflight");
        set_default(claim, &mut definition, &authorizers, &default, preflight)?;
    }
    if auth.truthy("ApiKeyRequired") {
        definition.add_key_scheme();
        for path in definition.path_names() {
            definition.set_key_required(&path, with_preflight("AddApiKeyRequiredToCorsPreflight"))?;
        }
    }
    if let Some(policy) = auth.some("ResourcePolicy") {
        let text = "ResourcePolicy must be a map (ResourcePolicyStatement).";
        let lists = policy.as_map().ok_or_else(|| document(text))?;
        for path in definition.path_names() {
            definition.add_access(policy, &path, &claim.node("StageName"))?;
        }
        if let Some(statements) = lists.some("CustomStatements") {
            definition.add_statements(statements);
        }
    }
    *body = Definition::settle(definition.close(), version)?.into();
    Ok(())
}

fn set_default(
    claim: &Claim,
    definition: &mut Definition,
    authorizers: &[Authorizer],
    default: &Node,
    preflight: bool,
) -> Outcome<()> {
    if !default.truthy() {
        return Ok(());
    }
    let name = default.as_text().ok_or_else(|| resource(&claim.id, "DefaultAuthorizer is not a string."))?;
    if !authorizers.iter().any(|authorizer| authorizer.name == *name) && &**name != "AWS_IAM" {
        let text = format!("Unable to set DefaultAuthorizer because '{}' was not defined in 'Authorizers'.", &**name);
        return Err(resource(&claim.id, text));
    }
    let scopes = authorizers.iter().map(|one| (one.name.clone(), one.config.node("AuthorizationScopes"))).collect();
    for path in definition.path_names() {
        definition.set_default_authorizer(&path, name, &scopes, preflight)?;
    }
    Ok(())
}

fn authorizers(claim: &Claim, auth: &Map, default: &Node) -> Outcome<Vec<Authorizer>> {
    let mut all = Vec::new();
    if let Some(name) = default.as_text().filter(|name| &***name == "AWS_IAM") {
        all.push(Authorizer { name: name.clone(), signs: true, config: Map::default() });
    }
    let Some(own) = auth.some("Authorizers") else { return Ok(all) };
    let of = Of::Resource(&claim.id);
    // Kept in the order of Python 2, with the one for signatures among them.
    let mut named = Map::hashed();
    all.iter().for_each(|one| named.set(&one.name, Map::default()));
    for (name, config) in of.map(own, "Auth.Authorizers")?.iter() {
        let config = of.map(config, &format!("Auth.Authorizers.{}", &*name))?;
        check(claim, &name, config)?;
        named.set(name, config.clone());
    }
    let own = own.as_map().cloned().unwrap_or_default();
    let made = |(name, config): (Text, &Node)| {
        let signs = !own.has(&name);
        Authorizer { name, signs, config: config.as_map().cloned().unwrap_or_default() }
    };
    Ok(named.iter().map(made).collect())
}

fn check(claim: &Claim, name: &str, config: &Map) -> Outcome<()> {
    let of = Of::Resource(&claim.id);
    let kind = config.node("FunctionPayloadType");
    if !kind.is_null() && !kind.is("TOKEN") && !kind.is("REQUEST") {
        let text = format!("{name} Authorizer has invalid 'FunctionPayloadType': {}.", show(&kind));
        return Err(resource(&claim.id, text));
    }
    if kind.is("REQUEST") && lacks_identity(claim, name, &config.node("Identity"))? {
        let text = format!(
            "{name} Authorizer must specify Identity with at least one of Headers, QueryStrings, StageVariables, or Context."
        );
        return Err(resource(&claim.id, text));
    }
    if let Some(scopes) = config.get("AuthorizationScopes") {
        of.list(scopes, &format!("Authorizers.{name}.AuthorizationScopes"))?;
    }
    if let Some(disabled) = config.get("DisableFunctionDefaultPermissions") {
        of.boolean(disabled, &format!("Authorizers.{name}.DisableFunctionDefaultPermissions"))?;
    }
    Ok(())
}

/// Whether answers would be kept without anything that tells requests apart.
fn lacks_identity(claim: &Claim, name: &str, identity: &Node) -> Outcome<bool> {
    if !identity.truthy() {
        return Ok(true);
    }
    let identity = Of::Resource(&claim.id).map(identity, &format!("Authorizer.{name}.Identity"))?;
    let lacks = IDENTITY.iter().all(|(property, _)| !identity.truthy(property));
    let seconds = match identity.get("ReauthorizeEvery") {
        Some(Node::Number(number)) => number.as_f64(),
        Some(Node::Text(text)) => text.trim().parse::<i64>().ok().map(|seconds| seconds as f64),
        _ => None,
    };
    Ok(lacks && seconds.is_none_or(|seconds| seconds.trunc() > 0.0))
}

impl Authorizer {
    fn is_pool(&self) -> bool {
        self.config.truthy("UserPoolArn")
    }

    fn takes_request(&self) -> bool {
        self.config.get("FunctionPayloadType").is_some_and(|kind| kind.is("REQUEST"))
    }

    /// How it stands in a definition.
    fn scheme(&self, work: &Work<'_>, claim: &Claim) -> Outcome<Map> {
        let identity = self.config.node("Identity");
        if identity.truthy() && identity.as_map().is_none() {
            let text = "Auth.Authorizers.<Authorizer>.Identity must be a dict (LambdaTokenAuthorizationIdentity, \
                        LambdaRequestAuthorizationIdentity or CognitoAuthorizationIdentity).";
            return Err(resource(&claim.id, text));
        }
        let is_function = !self.signs && !self.is_pool();
        let header = identity.get("Header").filter(|header| header.truthy()).cloned();
        let header = header.unwrap_or_else(|| "Authorization".into());
        let mut scheme = hashed! {
            "type" => "apiKey",
            "name" => if is_function && self.takes_request() { "Unused".into() } else { header },
            "in" => "header",
            "x-amazon-apigateway-authtype" => match () {
                () if self.signs => "awsSigv4",
                () if self.is_pool() => "cognito_user_pools",
                () => "custom",
            },
        };
        if self.signs {
            return Ok(scheme);
        }
        let mut authorizer = if self.is_pool() { self.of_pool() } else { self.of_function(work, claim, &identity)? };
        let validation = identity.get("ValidationExpression").filter(|expression| expression.truthy());
        if self.is_pool() || !self.takes_request() {
            authorizer.set_some("identityValidationExpression", validation);
        }
        scheme.set(AUTHORIZER, authorizer);
        Ok(scheme)
    }

    fn of_pool(&self) -> Map {
        let pool = self.config.node("UserPoolArn");
        let pools = if pool.as_list().is_some() { pool } else { list![pool] };
        hashed! { "type" => "cognito_user_pools", "providerARNs" => pools }
    }

    fn of_function(&self, work: &Work<'_>, claim: &Claim, identity: &Node) -> Outcome<Map> {
        let uri = authorizer_uri(work.context.partition, &self.config.node("FunctionArn"));
        let kind = if self.takes_request() { "request" } else { "token" };
        let mut made = hashed! { "type" => kind, "authorizerUri" => uri };
        made.set_some("authorizerResultTtlInSeconds", identity.get("ReauthorizeEvery"));
        let role = self.config.some("FunctionInvokeRole").filter(|role| !role.is("NONE"));
        made.set_some("authorizerCredentials", role);
        if self.takes_request() {
            let source = self.source(claim, identity)?;
            if !source.is_empty() {
                made.set("identitySource", source);
            }
        }
        Ok(made)
    }

    /// What of a request is handed to the function.
    fn source(&self, claim: &Claim, identity: &Node) -> Outcome<Text> {
        let (mut parts, mut written) = (Vec::new(), false);
        for (property, prefix) in IDENTITY {
            let Some(values) = identity.get(property).filter(|values| values.truthy()) else { continue };
            let path = format!("Auth.Authorizers.{}.Identity.{property}", &*self.name);
            for (at, value) in Of::Resource(&claim.id).list(values, &path)?.iter().enumerate() {
                let text = Of::Resource(&claim.id).text(value, &format!("{path}[{at}]"))?;
                parts.push(format!("{prefix}{text}"));
                written |= value.as_text().is_some_and(Text::is_written);
            }
        }
        let source = parts.join(", ");
        Ok(if written { Text::written(source) } else { source.into() })
    }
}

/// The address under which API Gateway asks a function.
pub(crate) fn authorizer_uri(partition: &str, function: &Node) -> Node {
    let uri = format!(
        "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{__FunctionArn__}}/invocations"
    );
    sub_with(uri, map! { "__FunctionArn__" => function })
}

/// Leave for the API to ask functions that authorize.
pub(super) fn permissions(work: &Work<'_>, claim: &Claim) -> Outcome<Vec<Resource>> {
    let Some(auth) = claim.properties.some("Auth").and_then(Node::as_map) else { return Ok(Vec::new()) };
    let mut made = Vec::new();
    for one in authorizers(claim, auth, &Node::Null)? {
        let Some(function) = one.config.some("FunctionArn") else { continue };
        if one.config.truthy("DisableFunctionDefaultPermissions") {
            continue;
        }
        let id = format!("{}{}AuthorizerPermission", &*claim.id, &*one.name);
        let api = reference(&claim.id);
        made.push(permission(id, &claim.passed_on(), function, work.context.partition, api));
    }
    Ok(made)
}

/// Leave for an API to ask a function.
pub(crate) fn permission(id: String, attributes: &Map, function: &Node, partition: &str, api: Node) -> Resource {
    let source = crate::event::arn(partition, "execute-api", "${__ApiId__}/authorizers/*");
    Resource::new(id, "AWS::Lambda::Permission", attributes)
        .with("Action", "lambda:InvokeFunction")
        .with("FunctionName", function)
        .with("Principal", "apigateway.amazonaws.com")
        .with("SourceArn", sub_with(source, map! { "__ApiId__" => api }))
}
