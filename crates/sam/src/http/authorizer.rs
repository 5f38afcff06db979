//! Authorizers of an HTTP API: tokens, functions, signatures.

use crate::api::authorizer::authorizer_uri;
use crate::editor::Definition;
use crate::error::{Outcome, resource};
use crate::expect::Of;
use crate::intrinsic::is_no_value;
use crate::node::{Map, Node, Text, map};
use crate::resource::Claim;
use crate::work::Work;

use super::{need, need_valid};

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";

/// What kinds of authorizers have for properties, and what is said where another kind has one.
const PROPERTIES: [(&str, Kind, &str); 9] = [
    ("AuthorizationScopes", Kind::Token, "OAuth2 Authorizer"),
    ("JwtConfiguration", Kind::Token, "OAuth2 Authorizer"),
    ("IdentitySource", Kind::Token, "OAuth2 Authorizer. For Lambda Authorizer, use the 'Identity' property instead"),
    ("FunctionArn", Kind::Function, "Lambda Authorizer"),
    ("FunctionInvokeRole", Kind::Function, "Lambda Authorizer"),
    ("Identity", Kind::Function, "Lambda Authorizer"),
    ("AuthorizerPayloadFormatVersion", Kind::Function, "Lambda Authorizer"),
    ("EnableSimpleResponses", Kind::Function, "Lambda Authorizer"),
    ("EnableFunctionDefaultPermissions", Kind::Function, "Lambda Authorizer"),
];

/// Where a request has what it is told by, and what that is called in a definition.
const IDENTITY: [(&str, &str); 4] = [
    ("Headers", "$request.header."),
    ("QueryStrings", "$request.querystring."),
    ("StageVariables", "$stageVariables."),
    ("Context", "$context."),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signature,
    Token,
    Function,
}

/// An authorizer.
#[derive(Debug)]
pub(super) struct Authorizer {
    pub(super) name: Text,
    pub(super) config: Map,
    kind: Kind,
}

/// Adds authorizers to a definition, and makes methods ask for the default one.
pub(super) fn add(work: &Work<'_>, claim: &Claim, body: &mut Node) -> Outcome<()> {
    let Some(auth) = claim.properties.some("Auth").and_then(Node::as_map) else { return Ok(()) };
    need(claim, body, "Auth works only with inline OpenApi specified in the 'DefinitionBody' property.")?;
    let known = ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"];
    if auth.keys().iter().any(|key| !known.contains(&&**key)) {
        return Err(resource(&claim.id, "Invalid value for 'Auth' property"));
    }
    need_valid(claim, body, "Auth configuration")?;
    let mut definition = Definition::open(body, true)?;
    let authorizers = read(claim, auth)?;
    for authorizer in &authorizers {
        definition.add_authorizer(&authorizer.name, authorizer.scheme(work, claim)?);
    }
    let default = auth.node("DefaultAuthorizer");
    if default.truthy() && !is_no_value(&default) {
        Of::Resource(&claim.id).text(&default, "Auth.DefaultAuthorizer")?;
        let name = default.as_text().cloned().unwrap_or_default();
        if !authorizers.iter().any(|authorizer| authorizer.name == name) {
            let text =
                format!("Unable to set DefaultAuthorizer because '{}' was not defined in 'Authorizers'.", &*name);
            return Err(resource(&claim.id, text));
        }
        let scopes = authorizers.iter().map(|one| (one.name.clone(), one.config.node("AuthorizationScopes"))).collect();
        for path in definition.path_names() {
            definition.set_default_http_authorizer(&path, &name, &scopes)?;
        }
    }
    *body = definition.close().into();
    Ok(())
}

/// The authorizers of an API.
pub(super) fn read(claim: &Claim, auth: &Map) -> Outcome<Vec<Authorizer>> {
    let mut all: Vec<Authorizer> = Vec::new();
    if auth.get("EnableIamAuthorizer").is_some_and(|enabled| enabled.is_bool(true)) {
        all.push(Authorizer { name: "AWS_IAM".into(), config: Map::default(), kind: Kind::Signature });
    }
    let Some(own) = auth.some("Authorizers") else { return Ok(all) };
    let of = Of::Resource(&claim.id);
    for (name, config) in of.map(own, "Auth.Authorizers")?.iter() {
        let config = of.map(config, &format!("Auth.Authorizers.{}", &*name))?;
        if config.has("OpenIdConnectUrl") {
            let text = format!(
                "'OpenIdConnectUrl' is no longer a supported property for authorizer '{}'. Please refer to the AWS SAM \
                 documentation.",
                &*name
            );
            return Err(resource(&claim.id, text));
        }
        let kind = if config.truthy("JwtConfiguration") { Kind::Token } else { Kind::Function };
        let authorizer = Authorizer { name, config: config.clone(), kind };
        authorizer.check(claim)?;
        match all.iter_mut().find(|known| known.name == authorizer.name) {
            Some(known) => *known = authorizer,
            None => all.push(authorizer),
        }
    }
    Ok(all)
}

impl Authorizer {
    fn check(&self, claim: &Claim) -> Outcome<()> {
        let name = &*self.name;
        let refuse = |text: String| Err(resource(&claim.id, text));
        if let Some(jwt) = self.config.some("JwtConfiguration") {
            Of::Resource(&claim.id).map(jwt, "JwtConfiguration")?;
        }
        if self.config.get("AuthorizationScopes").is_some_and(|scopes| scopes.as_list().is_none()) {
            return refuse("AuthorizationScopes must be a list.".to_owned());
        }
        for (property, kind, of) in PROPERTIES {
            let is_there = if property == "JwtConfiguration" {
                self.config.truthy(property)
            } else {
                self.config.get(property).is_some()
            };
            if is_there && kind != self.kind {
                return refuse(format!("{property} is only supported for {of}."));
            }
        }
        let (what, needed): (&str, &[&str]) = match self.kind {
            Kind::Token => ("OAuth2", &["IdentitySource"]),
            _ => ("Lambda", &["FunctionArn", "AuthorizerPayloadFormatVersion"]),
        };
        if let Some(lacking) = needed.iter().find(|property| !self.config.truthy(property)) {
            return refuse(format!("{name} {what} Authorizer must define '{lacking}'."));
        }
        if let Some(enabled) = self.config.get("EnableFunctionDefaultPermissions") {
            let path = format!("Authorizers.{name}.EnableFunctionDefaultPermissions");
            Of::Resource(&claim.id).boolean(enabled, &path)?;
        }
        Ok(())
    }

    /// How it stands in a definition.
    fn scheme(&self, work: &Work<'_>, claim: &Claim) -> Outcome<Map> {
        Ok(match self.kind {
            Kind::Signature => map! {
                "type" => "apiKey",
                "name" => "Authorization",
                "in" => "header",
                "x-amazon-apigateway-authtype" => "awsSigv4",
            },
            Kind::Token => {
                let mut jwt = Map::default();
                let own = self.config.map("JwtConfiguration").cloned().unwrap_or_default();
                own.iter().for_each(|(key, value)| jwt.set(key.with(key.to_lowercase()), value));
                let authorizer = map! {
                    "jwtConfiguration" => jwt,
                    "identitySource" => self.config.node("IdentitySource"),
                    "type" => "jwt",
                };
                map! { "type" => "oauth2", AUTHORIZER => authorizer }
            }
            Kind::Function => map! {
                "type" => "apiKey",
                "name" => "Unused",
                "in" => "header",
                AUTHORIZER => self.of_function(work, claim)?,
            },
        })
    }

    fn of_function(&self, work: &Work<'_>, claim: &Claim) -> Outcome<Map> {
        let uri = authorizer_uri(work.context.partition, &self.config.node("FunctionArn"));
        let mut made = map! { "type" => "request", "authorizerUri" => uri };
        let role = self.config.some("FunctionInvokeRole").filter(|role| !role.is("NONE"));
        made.set_some("authorizerCredentials", role);
        if let Some(identity) = self.config.some("Identity") {
            let path = format!("Auth.Authorizers.{}.Identity", &*self.name);
            let identity = Of::Resource(&claim.id).map(identity, &path)?;
            made.set_some("authorizerResultTtlInSeconds", identity.node("ReauthorizeEvery"));
            made.set("identitySource", self.source(claim, identity)?);
        }
        made.set("authorizerPayloadFormatVersion", self.config.node("AuthorizerPayloadFormatVersion"));
        made.set_some("enableSimpleResponses", self.config.some("EnableSimpleResponses"));
        Ok(made)
    }

    /// What of a request is handed to the function.
    fn source(&self, claim: &Claim, identity: &Map) -> Outcome<Node> {
        let mut all = Vec::new();
        for (property, prefix) in IDENTITY {
            let Some(values) = identity.some(property) else { continue };
            let path = format!("Authorizers.{}.Identity.{property}", &*self.name);
            let values = Of::Resource(&claim.id).texts(values, &path)?;
            all.extend(values.iter().map(|value| Node::from(format!("{prefix}{value}"))));
        }
        Ok(all.into())
    }
}
