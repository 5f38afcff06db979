//! GraphQL APIs of AppSync: the API and its schema, keys, cache, domain; its functions and resolvers; its data sources.

pub(crate) mod model;
mod resolver;
mod schema;
mod source;

use crate::connector;
use crate::error::{Outcome, resource};
use crate::intrinsic::{attribute, reference};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::{Claim, Resource, tag_list, trust};
use crate::shape;
use crate::work::Work;

/// What is made for a GraphQL API, as far as its parts refer to each other.
#[derive(Debug, Default)]
struct Parts {
    /// Data sources by their names in the template.
    sources: Map,
    /// Functions by their names in the template.
    functions: Map,
    /// The data source of functions that need none.
    none: Option<Resource>,
}

/// What a GraphQL API becomes.
pub(crate) fn plain(work: &mut Work<'_>, id: &Text, body: &Map) -> Outcome<Vec<Resource>> {
    // A property that is not known is not looked at.
    let known = |properties: &mut Map| {
        for name in properties.keys() {
            if !schema::PROPERTIES.iter().any(|(known, _, _)| *known == &*name) {
                properties.remove(&name);
            }
        }
        Ok(())
    };
    let claim = Claim::read(id, "AWS::Serverless::GraphQLApi", shape::GRAPHQL_API, body, known)?;
    if let Some((path, _)) = model::check(schema::PROPERTIES, &claim.properties).first() {
        return Err(resource(id, format!("Property '{path}' is invalid.")));
    }
    let (api, functions, role) = graphql_api(&claim)?;
    let schema = schema_of(&claim)?;
    let schema_id = schema.id.clone();
    let mut resources = vec![api, schema];
    for (at, function) in functions.into_iter().enumerate() {
        let id = format!("{}ToLambdaAuthConnector{}", &**id, at + 1);
        let api = map! { "Type" => "AWS::AppSync::GraphQLApi", "Arn" => reference(&claim.id), "ResourceId" => api_id(&claim) };
        let function = map! { "Type" => "AWS::Lambda::Function", "Arn" => function };
        resources.extend(connect(work, id, api, function, list!["Write"])?);
    }
    resources.extend(role);
    resources.extend(keys(&claim));
    resources.extend(cache(&claim));
    let mut parts = Parts::default();
    resources.extend(source::all(work, &claim, &mut parts)?);
    resources.extend(domain(&claim));
    resources.extend(resolver::functions(&claim, &mut parts)?);
    resources.extend(resolver::resolvers(&claim, &parts, &schema_id)?);
    resources.extend(parts.none);
    Ok(resources)
}

/// `Fn::GetAtt` of an API's id.
fn api_id(claim: &Claim) -> Node {
    attribute(&claim.id, "ApiId")
}

/// A resource of the API, whose id begins with the API's.
fn part(claim: &Claim, suffix: &str, kind: &'static str) -> Resource {
    let mut made = claim.main(kind);
    made.id = format!("{}{suffix}", &*claim.id).into();
    made
}

/// What a connector between two described ends becomes.
fn connect(
    work: &mut Work<'_>,
    id: String,
    source: Map,
    destination: Map,
    permissions: Node,
) -> Outcome<Vec<Resource>> {
    let properties = map! { "Source" => source, "Destination" => destination, "Permissions" => permissions };
    let claim = Claim { id: id.into(), depends_on: Node::Null, attributes: Map::default(), properties };
    connector::plain(work, claim)
}

/// The API, the functions that authorize for it, and the role with which it writes logs.
fn graphql_api(claim: &Claim) -> Outcome<(Resource, Vec<Node>, Option<Resource>)> {
    let mut api = claim.main("AWS::AppSync::GraphQLApi");
    let name = claim.properties.some("Name").cloned().unwrap_or_else(|| (&claim.id).into());
    api.set("Name", name);
    for name in ["Visibility", "OwnerContact", "IntrospectionConfig", "QueryDepthLimit", "ResolverCountLimit"] {
        api.set(name, claim.properties.some(name));
    }
    api.set("XrayEnabled", claim.node("XrayEnabled"));
    let functions = authorize(claim, &mut api)?;
    let mut tags = claim.properties.map("Tags").cloned().unwrap_or_default();
    tags.set("graphqlapi:createdBy", "SAM");
    api.set("Tags", tag_list(&tags));
    let role = log(claim, &mut api);
    Ok((api, functions, role))
}

/// Sets who may call the API. Gives the functions that decide.
fn authorize(claim: &Claim, api: &mut Resource) -> Outcome<Vec<Node>> {
    let auth = claim.properties.map("Auth").cloned().unwrap_or_default();
    let mut functions = Vec::new();
    let mut first = auth.clone();
    first.remove("Additional");
    api.set("AuthenticationType", auth.node("Type"));
    if let Some((name, config)) = authentication(claim, &first, None)? {
        functions.extend(config.get("AuthorizerUri").filter(|_| name == "LambdaAuthorizerConfig").cloned());
        api.set(name, config);
    }
    let mut others = Vec::new();
    for (at, other) in crate::work::as_list(&auth.node("Additional")).iter().enumerate() {
        let other = other.as_map().cloned().unwrap_or_default();
        let mut made = map! { "AuthenticationType" => other.node("Type") };
        if let Some((name, config)) = authentication(claim, &other, Some(at))? {
            functions.extend(config.get("AuthorizerUri").filter(|_| name == "LambdaAuthorizerConfig").cloned());
            made.set(name, config);
        }
        others.push(Node::from(made));
    }
    if !others.is_empty() {
        api.set("AdditionalAuthenticationProviders", others);
    }
    Ok(functions)
}

/// The settings of a way to authenticate, and what AppSync calls them.
fn authentication(claim: &Claim, auth: &Map, at: Option<usize>) -> Outcome<Option<(&'static str, Map)>> {
    if auth.keys().iter().filter(|key| auth.get(key).is_some()).count() > 2 {
        let path = at.filter(|at| *at > 0).map_or_else(|| "'Auth'".to_owned(), |at| format!("'Auth.Additional.{at}'"));
        return Err(resource(&claim.id, format!("{path} has more than one authentication configuration defined.")));
    }
    let kinds = [
        ("AWS_LAMBDA", "LambdaAuthorizer", "LambdaAuthorizerConfig"),
        ("OPENID_CONNECT", "OpenIDConnect", "OpenIDConnectConfig"),
        ("AMAZON_COGNITO_USER_POOLS", "UserPool", "UserPoolConfig"),
    ];
    let kind = auth.node("Type");
    let Some((kind, property, name)) = kinds.into_iter().find(|(known, _, _)| kind.is(known)) else { return Ok(None) };
    let Some(config) = auth.map(property) else {
        return Err(resource(&claim.id, format!("'{property}' must be defined if type is '{kind}'.")));
    };
    let mut config = config.clone();
    if property == "UserPool" && at.is_some() {
        config.remove("DefaultAction");
    }
    Ok(Some((name, config)))
}

/// Sets what is logged. Gives the role that is made for it, if any.
fn log(claim: &Claim, api: &mut Resource) -> Option<Resource> {
    let logging = claim.properties.get("Logging");
    if logging.is_some_and(|logging| logging.is_bool(false)) {
        return None;
    }
    let own = logging.and_then(Node::as_map).cloned().unwrap_or_default();
    let mut config = Map::default();
    config.set_some("ExcludeVerboseContent", own.some("ExcludeVerboseContent"));
    config.set("FieldLogLevel", own.some("FieldLogLevel").cloned().unwrap_or_else(|| "ALL".into()));
    let role = match own.some("CloudWatchLogsRoleArn") {
        Some(role) => {
            config.set("CloudWatchLogsRoleArn", role);
            None
        }
        None => {
            let policy = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs";
            let role = part(claim, "CloudWatchRole", "AWS::IAM::Role")
                .with("AssumeRolePolicyDocument", trust("appsync.amazonaws.com"))
                .with("ManagedPolicyArns", list![crate::intrinsic::sub(policy)]);
            config.set("CloudWatchLogsRoleArn", role.attribute("Arn"));
            Some(role)
        }
    };
    api.set("LogConfig", config);
    role
}

fn schema_of(claim: &Claim) -> Outcome<Resource> {
    let (inline, uri) = (claim.properties.some("SchemaInline"), claim.properties.some("SchemaUri"));
    let refuse = |text: &str| Err(resource(&claim.id, text));
    match (inline, uri) {
        (None, None) => return refuse("One of 'SchemaInline' or 'SchemaUri' must be set."),
        (Some(_), Some(_)) => return refuse("Both 'SchemaInline' and 'SchemaUri' cannot be defined at the same time."),
        _ => {}
    }
    Ok(part(claim, "Schema", "AWS::AppSync::GraphQLSchema")
        .with("ApiId", api_id(claim))
        .with("Definition", claim.node("SchemaInline"))
        .with("DefinitionS3Location", claim.node("SchemaUri")))
}

/// The entries of a property that is a map of maps.
fn entries(claim: &Claim, name: &str) -> Vec<(Text, Map)> {
    let all = claim.properties.map(name).cloned().unwrap_or_default();
    all.iter().map(|(name, entry)| (name, entry.as_map().cloned().unwrap_or_default())).collect()
}

fn keys(claim: &Claim) -> Vec<Resource> {
    let key = |(name, key): (Text, Map)| {
        part(claim, &name, "AWS::AppSync::ApiKey")
            .with("ApiId", api_id(claim))
            .with("ApiKeyId", key.node("ApiKeyId"))
            .with("Description", key.node("Description"))
            .with("Expires", key.node("ExpiresOn"))
    };
    entries(claim, "ApiKeys").into_iter().map(key).collect()
}

fn cache(claim: &Claim) -> Option<Resource> {
    let cache = claim.properties.map("Cache")?;
    let mut made = part(claim, "ApiCache", "AWS::AppSync::ApiCache").with("ApiId", api_id(claim));
    for name in ["ApiCachingBehavior", "Type", "Ttl", "AtRestEncryptionEnabled", "TransitEncryptionEnabled"] {
        made.set(name, cache.node(name));
    }
    Some(made)
}

fn domain(claim: &Claim) -> Vec<Resource> {
    let Some(domain) = claim.properties.map("DomainName") else { return Vec::new() };
    let mut made = part(claim, "DomainName", "AWS::AppSync::DomainName");
    for name in ["CertificateArn", "DomainName", "Description"] {
        made.set(name, domain.node(name));
    }
    let association = part(claim, "DomainNameApiAssociation", "AWS::AppSync::DomainNameApiAssociation")
        .with("ApiId", api_id(claim))
        .with("DomainName", made.reference());
    vec![made, association]
}
