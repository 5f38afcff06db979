//! The transform from end to end: what is done to the template as a whole, then its resources one by one, then the ids of what
//! was made of them put where the template refers to them.

use std::collections::HashMap;

use crate::deployment::Deployments;
use crate::error::{Cause, Outcome, Problem, document, resource};
use crate::expect::Of;
use crate::node::{Map, Node, Text, map};
use crate::resolve::{Made, Parameters};
use crate::resource::{Claim, Resource};
use crate::{
    Context, api, application, connector, function, globals, graphql, http, implicit, machine, policy, shape, small,
    socket, written,
};

/// What all steps share.
pub(crate) struct Work<'c> {
    pub(crate) context: &'c Context<'c>,
    pub(crate) parameters: Parameters,
    pub(crate) mappings: Map,
    /// The template with its serverless resources. Events change other resources of it before these are transformed.
    pub(crate) source: Map,
    /// The template with plain resources.
    pub(crate) output: Map,
    pub(crate) deployments: Deployments,
    pub(crate) usage_plan: api::SharedPlan,
    /// Groups of record sets that several APIs add to.
    pub(crate) record_sets: HashMap<String, Resource>,
    /// Names of the functions behind an API, which its deployment depends on.
    pub(crate) function_names: HashMap<String, String>,
    pub(crate) applications: application::Addresses,
    made: Made,
    problems: Vec<Cause>,
}

/// Kinds of serverless resources, in the order in which they are transformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Functions,
    Machines,
    Apis,
    Others,
    Connectors,
}

/// Transforms a template.
pub(crate) fn transform(template: Node, context: &Context<'_>) -> Outcome<Node> {
    let Node::Map(mut template) = template else { return Err(document("'Resources' section is required")) };
    check(&template)?;
    let mut parameters = Node::from(serde_json::Value::Object(context.parameters.clone()));
    if let Some(given) = parameters.as_map_mut() {
        written::mark(&mut template, given);
    }
    let parameters = Parameters(all_parameters(&template, parameters, context));
    let mappings = match template.has("Mappings").then(|| template.node("Mappings")) {
        None => Map::default(),
        Some(Node::Map(mappings)) => mappings,
        Some(_) => {
            return Err(document("'Mappings' or 'Parameters' is either null or not a valid dictionary."));
        }
    };
    let applications = application::find(&mut template, &parameters, &mappings, context)?;
    implicit::give_definitions(&mut template)?;
    implicit::REST.apply(&mut template)?;
    implicit::HTTP.apply(&mut template)?;
    globals::apply(&mut template)?;
    let mut problems = Vec::new();
    connector::split_off(&mut template, &mut problems);
    let mut work = Work {
        context,
        parameters,
        mappings,
        output: template.clone(),
        source: template,
        deployments: Deployments::default(),
        usage_plan: api::SharedPlan::default(),
        record_sets: HashMap::new(),
        function_names: HashMap::new(),
        applications,
        made: Made::default(),
        problems,
    };
    work.run()
}

/// Whether a template has resources that can be read.
fn check(template: &Map) -> Outcome<()> {
    let resources = template.map("Resources").filter(|resources| !resources.is_empty());
    let Some(resources) = resources else { return Err(document("'Resources' section is required")) };
    if resources.iter().any(|(_, resource)| resource.as_map().is_none()) {
        let text = "All 'Resources' must be Objects. If you're using YAML, this may be an indentation issue.";
        return Err(document(text));
    }
    for (id, resource) in resources.iter() {
        let Some(resource) = resource.as_map() else { continue };
        if is_serverless(resource)? && resource.has("Properties") {
            Of::Attribute(&id).map(&resource.node("Properties"), "Properties").map_err(Problem::ending)?;
        }
    }
    Ok(())
}

/// Whether a resource is of a serverless type that has properties of its own.
pub(crate) fn is_serverless(resource: &Map) -> Outcome<bool> {
    if resource.get("Condition").is_some_and(|condition| condition.truthy() && condition.as_str().is_none()) {
        return Err(document("Every Condition member must be a string."));
    }
    let kinds = [
        "Api",
        "Function",
        "SimpleTable",
        "Application",
        "LayerVersion",
        "HttpApi",
        "WebSocketApi",
        "StateMachine",
        "CapacityProvider",
    ];
    let kind = resource.text("Type").and_then(|kind| kind.strip_prefix("AWS::Serverless::"));
    Ok(kind.is_some_and(|kind| kinds.contains(&kind)))
}

/// The serverless resources of a type, in the template's order.
pub(crate) fn of_type(template: &Map, kinds: &[&str]) -> Outcome<Vec<Text>> {
    let mut found = Vec::new();
    for (id, resource) in template.map("Resources").into_iter().flat_map(Map::iter) {
        let Some(resource) = resource.as_map() else { continue };
        if is_serverless(resource)? && resource.text("Type").is_some_and(|kind| kinds.contains(&&**kind)) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Values that are given, defaults, and where the template is.
fn all_parameters(template: &Map, given: Node, context: &Context<'_>) -> Map {
    let Node::Map(mut values) = given else { return Map::default() };
    for (name, parameter) in template.map("Parameters").into_iter().flat_map(Map::iter) {
        if let Some(default) = parameter.get("Default").filter(|_| !values.has(&name)) {
            values.set(name, default);
        }
    }
    for (name, value) in [("AWS::Region", context.region), ("AWS::Partition", context.partition)] {
        if !values.has(name) {
            values.set(name, value);
        }
    }
    values
}

/// Whether a version of OpenAPI is three.
pub(crate) fn is_version_three(version: &Node) -> bool {
    is_version(&crate::python::show(version), &['3'])
}

/// Whether a version is one of majors, a digit, and perhaps another: `3.0`, `3.0.1`.
pub(crate) fn is_version(version: &str, majors: &[char]) -> bool {
    let version = version.strip_suffix('\n').unwrap_or(version);
    let mut chars = version.chars();
    if !chars.next().is_some_and(|major| majors.contains(&major)) {
        return false;
    }
    let rest: Vec<char> = chars.collect();
    matches!(rest.len(), 2 | 4) && rest.chunks(2).all(|part| part[0] == '.' && part[1].is_ascii_digit())
}

impl Work<'_> {
    fn run(&mut self) -> Outcome<Node> {
        for (id, kind) in self.order() {
            match self.translate(&id, &kind) {
                Ok(()) => {}
                Err(Problem::Document(causes)) => return Err(Problem::Document(causes)),
                Err(problem) => self.problems.push(problem.into_cause()),
            }
        }
        self.add_deployments();
        self.output.remove("Transform");
        if !self.problems.is_empty() {
            return Err(Problem::Document(std::mem::take(&mut self.problems)));
        }
        let mut output = Node::Map(std::mem::take(&mut self.output));
        self.made.resolve(&mut output)?;
        Ok(output)
    }

    /// The serverless resources in the order in which they are transformed: functions change APIs, so APIs come later.
    fn order(&self) -> Vec<(Text, String)> {
        let mut order: Vec<(Turn, Text, String)> = Vec::new();
        for (id, resource) in self.source.map("Resources").into_iter().flat_map(Map::iter) {
            let kind = resource.get("Type").and_then(Node::as_str).unwrap_or_default();
            let turn = match kind.strip_prefix("AWS::Serverless::") {
                Some("Function") => Turn::Functions,
                Some("StateMachine") => Turn::Machines,
                Some("Api" | "HttpApi" | "WebSocketApi") => Turn::Apis,
                Some("SimpleTable" | "Application" | "LayerVersion" | "GraphQLApi" | "CapacityProvider") => {
                    Turn::Others
                }
                Some("Connector") => Turn::Connectors,
                _ => continue,
            };
            order.push((turn, id, kind.to_owned()));
        }
        order.sort_by_key(|(turn, _, _)| *turn);
        order.into_iter().map(|(_, id, kind)| (id, kind)).collect()
    }

    /// Puts what a resource becomes in its place.
    fn translate(&mut self, id: &Text, kind: &str) -> Outcome<()> {
        let body = self.resource(id).cloned().unwrap_or_default();
        let (resources, references) = self.plain(id, kind, &body)?;
        if let Some(wrong) = resources.iter().find(|resource| !is_logical_id(&resource.id)) {
            return Err(resource(&wrong.id, "Logical ids must be alphanumeric."));
        }
        for (property, kind) in references {
            if let Some(made) = resources.iter().rev().find(|resource| resource.kind == *kind) {
                self.made.refer(id, property, &made.id);
            }
        }
        self.output_resources().remove(id);
        let metadata = body.some("Metadata").filter(|_| self.context.pass_metadata);
        for mut resource in resources {
            if !self.may_make(&resource) {
                let (made, kind) = (resource.id.to_string(), resource.kind.to_owned());
                self.problems.push(Problem::Duplicate { id: id.to_string(), made, kind }.into_cause());
                continue;
            }
            let id = resource.id.clone();
            if let Some(metadata) = metadata.filter(|_| !self.output_resources().has(&id)) {
                resource.attributes.set("Metadata", metadata);
            }
            let mut one = Map::default();
            one.set(id, resource.into_node());
            self.output_resources().update(one);
        }
        Ok(())
    }

    fn plain(&mut self, id: &Text, kind: &str, body: &Map) -> Outcome<(Vec<Resource>, References)> {
        let plainly = |shape| Claim::read(id, kind, shape, body, |_| Ok(()));
        Ok(match kind.strip_prefix("AWS::Serverless::").unwrap_or_default() {
            "Function" => {
                let claim = Claim::read(id, kind, shape::FUNCTION, body, |found| policy::convert(id, found))?;
                (function::plain(self, claim)?, function::REFERENCES)
            }
            "StateMachine" => {
                let claim = Claim::read(id, kind, shape::STATE_MACHINE, body, |found| policy::convert(id, found))?;
                (machine::plain(self, claim)?, &[])
            }
            "Api" => (api::plain(self, plainly(shape::API)?)?, api::REFERENCES),
            "HttpApi" => (http::plain(self, plainly(shape::HTTP_API)?)?, http::REFERENCES),
            "WebSocketApi" => (socket::plain(self, plainly(shape::WEB_SOCKET_API)?)?, http::REFERENCES),
            "SimpleTable" => (small::table(&plainly(shape::SIMPLE_TABLE)?)?, &[]),
            "Application" => {
                let prepare = |found: &mut Map| self.applications.give_address(id, found);
                (small::application(&Claim::read(id, kind, shape::APPLICATION, body, prepare)?)?, &[])
            }
            "LayerVersion" => {
                let resources = small::layer(self, plainly(shape::LAYER_VERSION)?)?;
                resources.iter().for_each(|made| self.made.rename(id, &made.id));
                (resources, &[])
            }
            "CapacityProvider" => (small::capacity_provider(self, &plainly(shape::CAPACITY_PROVIDER)?)?, &[]),
            "GraphQLApi" => (graphql::plain(self, id, body)?, &[]),
            _ => (connector::plain(self, plainly(shape::CONNECTOR)?)?, &[]),
        })
    }

    /// Whether a resource takes the place of one that it stands for, or a new one.
    fn may_make(&self, made: &Resource) -> bool {
        let Some(existing) = self.resource(&made.id) else { return true };
        let stands_for: &[&str] = match made.kind {
            "AWS::Lambda::Function" => &["AWS::Serverless::Function"],
            "AWS::Lambda::LayerVersion" => &["AWS::Serverless::LayerVersion"],
            "AWS::Lambda::CapacityProvider" => &["AWS::Serverless::CapacityProvider"],
            "AWS::ApiGateway::RestApi" => &["AWS::Serverless::Api"],
            "AWS::ApiGatewayV2::Api" => &["AWS::Serverless::HttpApi", "AWS::Serverless::WebSocketApi"],
            "AWS::DynamoDB::Table" => &["AWS::Serverless::SimpleTable"],
            "AWS::CloudFormation::Stack" => &["AWS::Serverless::Application"],
            "AWS::StepFunctions::StateMachine" => &["AWS::Serverless::StateMachine"],
            "AWS::AppSync::GraphQLApi" => &["AWS::Serverless::GraphQLApi"],
            "AWS::S3::Bucket"
            | "AWS::SNS::Topic"
            | "AWS::Cognito::UserPool"
            | "AWS::ApiGateway::DomainName"
            | "AWS::ApiGateway::BasePathMapping"
            | "AWS::ApiGateway::DomainNameV2"
            | "AWS::ApiGateway::BasePathMappingV2" => &[made.kind],
            _ => &[],
        };
        existing.text("Type").is_some_and(|kind| stands_for.contains(&&**kind))
    }

    fn add_deployments(&mut self) {
        let deployments = std::mem::take(&mut self.deployments);
        let (resources, conditions, problems) = deployments.finish(self.context);
        for resource in resources {
            let id = resource.id.clone();
            self.output_resources().set(id, resource.into_node());
        }
        if let Some(all) = self.output.map_mut("Conditions") {
            conditions.into_iter().for_each(|(name, condition)| all.set(name, condition));
        }
        self.problems.extend(problems.into_iter().map(Problem::into_cause));
    }

    /// A resource of the template.
    pub(crate) fn resource(&self, id: &str) -> Option<&Map> {
        self.source.map("Resources")?.map(id)
    }

    /// The same, to be changed.
    pub(crate) fn resource_mut(&mut self, id: &str) -> Option<&mut Map> {
        self.source.map_mut("Resources")?.map_mut(id)
    }

    /// The resources that the transform gives.
    pub(crate) fn output_resources(&mut self) -> &mut Map {
        match self.output.entry(&"Resources".into(), || map! {}.into()) {
            Node::Map(resources) => resources,
            other => {
                *other = map! {}.into();
                other.as_map_mut().expect("it was made a map")
            }
        }
    }

    /// Adds a condition.
    pub(crate) fn add_condition(&mut self, name: &str, condition: Node) {
        if let Node::Map(conditions) = self.output.entry(&"Conditions".into(), || map! {}.into()) {
            conditions.set(name, condition);
        }
    }

    /// The ARN of a policy that AWS manages, of its path and name.
    pub(crate) fn managed_policy(&self, path: &str) -> Node {
        format!("arn:{}:iam::aws:policy/{path}", self.context.partition).into()
    }

    /// The policy that lets traces be written.
    pub(crate) fn tracing_policy(&self) -> &'static str {
        if self.context.partition == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" }
    }

    /// The text that a property of a resource resolves to; it may be left out.
    pub(crate) fn resolved(&self, node: &Node) -> Outcome<Node> {
        self.parameters.resolved(node)
    }
}

/// Whether an id is of letters and digits only.
pub(crate) fn is_logical_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What a template may refer to of a resource, and the type of what that is made of.
pub(crate) type References = &'static [(&'static str, &'static str)];

/// Takes a list's text or a lone text for a list.
pub(crate) fn as_list(node: &Node) -> Vec<Node> {
    match node {
        Node::Null => Vec::new(),
        Node::List(items) => items.clone(),
        one => vec![one.clone()],
    }
}

/// A location in S3: a map of bucket and key, or an address `s3://bucket/key?versionId=…`.
pub(crate) fn s3_location(node: &Node, id: &str, property: &str) -> Outcome<Map> {
    if let Node::Map(location) = node {
        if !location.truthy("Bucket") || !location.truthy("Key") {
            return Err(resource(id, format!("'{property}' requires Bucket and Key properties to be specified.")));
        }
        let mut found = map! { "Bucket" => location.node("Bucket"), "Key" => location.node("Key") };
        if location.has("Version") {
            found.set("Version", location.node("Version"));
        }
        return Ok(found);
    }
    node.as_text().and_then(parse_s3).ok_or_else(|| {
        resource(id, format!("'{property}' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter."))
    })
}

fn parse_s3(uri: &Text) -> Option<Map> {
    let (scheme, rest) = uri.split_once("://")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, key) = address.split_once('/')?;
    // Brackets are for addresses of hosts, which no bucket has.
    if !scheme.eq_ignore_ascii_case("s3") || bucket.is_empty() || bucket.contains(['[', ']']) {
        return None;
    }
    let mut found = map! { "Bucket" => uri.with(bucket), "Key" => uri.with(key.trim_start_matches('/')) };
    let versions: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("versionId="))
        .filter(|version| !version.is_empty())
        .collect();
    if let [version] = versions[..] {
        found.set("Version", uri.with(version));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_digits() {
        for (version, is) in
            [("3.0", true), ("3.0.1", true), ("3", false), ("3.0.", false), ("2.0", false), ("3.10.1", false)]
        {
            assert_eq!(is_version(version, &['3']), is, "{version}");
        }
    }

    #[test]
    fn locations_are_addresses_or_maps() {
        let location = |uri: &str| s3_location(&uri.into(), "F", "CodeUri");
        assert_eq!(location("s3://b/k/l").unwrap(), map! { "Bucket" => "b", "Key" => "k/l" });
        let versioned = location("s3://b/k?versionId=v").unwrap();
        assert_eq!(versioned, map! { "Bucket" => "b", "Key" => "k", "Version" => "v" });
        assert!(location("b/k").is_err() && location("s3:///k").is_err() && location("s3://b").is_err());
    }
}
