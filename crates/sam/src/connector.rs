//! Connectors: what one resource may do with another, told by what they are instead of by policies.

use std::sync::LazyLock;

use crate::error::{Cause, Outcome, Problem, resource, unexpected};
use crate::expect::Of;
use crate::intrinsic::{named_resource, reference};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::{Claim, Resource};
use crate::shape;
use crate::work::{Work, as_list};

/// What resources are referred to by, and what there is between two types.
static FACTS: LazyLock<Map> = LazyLock::new(|| data(include_str!("data/connectors.json")));

const KIND: &str = "AWS::Serverless::Connector";

/// A file of facts.
pub(crate) fn data(text: &str) -> Map {
    let read: serde_json::Value =
        serde_json::from_str(text).expect("the file is part of the crate, and a test reads it");
    Node::from(read).as_map().cloned().unwrap_or_default()
}

/// Makes connectors that stand within a resource resources of their own.
pub(crate) fn split_off(template: &mut Map, problems: &mut Vec<Cause>) {
    let Some(resources) = template.map_mut("Resources") else { return };
    let mut found = Map::default();
    for (source, body) in resources.clone().iter() {
        let Some(connectors) = body.as_map().filter(|body| body.has("Connectors")) else { continue };
        let connectors = connectors.node("Connectors");
        match Of::Attribute(&source).map(&connectors, &format!("{}.Connectors", &*source)) {
            Ok(connectors) => {
                for (name, connector) in connectors.iter() {
                    match separate(resources, &source, &name, connector) {
                        Ok((id, connector)) => found.set(id, connector),
                        Err(problem) => problems.push(problem.into_cause()),
                    }
                }
            }
            Err(problem) => problems.push(problem.into_cause()),
        }
    }
    resources.update(found);
    resources.values_mut().filter_map(Node::as_map_mut).for_each(|resource| {
        resource.remove("Connectors");
    });
}

fn separate(resources: &Map, source: &Text, name: &Text, connector: &Node) -> Outcome<(Text, Node)> {
    let id = source.with(format!("{}{}", &**source, &**name));
    let refuse = || resource(&id, format!("{}.{} should be a map.", &**source, &*id));
    let mut body = connector.as_map().ok_or_else(refuse)?.clone();
    let place = format!("Connectors.{}.Properties", &**name);
    let properties = body.get("Properties").cloned().unwrap_or(Node::Null);
    let mut properties = Of::Attribute(source).map(&properties, &place)?.clone();
    let mut from = map! { "Id" => source };
    if properties.has("SourceReference") {
        let given = properties.node("SourceReference");
        let given = Of::Resource(source).map(&given, &format!("{place}.SourceReference"))?;
        if given.has("Id") {
            return Err(resource(name, "'Id' shouldn't be defined in 'SourceReference'."));
        }
        from.update(given.clone());
        properties.remove("SourceReference");
    }
    properties.set("Source", from);
    body.set("Properties", properties);
    let claim = Claim::read(&id, KIND, shape::CONNECTOR, &body, |_| Ok(()))?;
    if resources.has(&id) {
        let (id, made) = (source.to_string(), id.to_string());
        return Err(Problem::Duplicate { id, made, kind: KIND.to_owned() });
    }
    let mut made = claim.main(KIND);
    made.properties = claim.properties;
    Ok((id, made.into_node()))
}

/// One end of a connector.
#[derive(Debug, Default)]
struct End {
    id: Option<Text>,
    kind: String,
    role: Node,
    /// What policies refer to it by: `Arn`, `ResourceId`, `Name`, `Qualifier`.
    names: Map,
    url: Node,
}

impl End {
    /// The end that a connector names. `other` is the other one.
    fn read(work: &Work<'_>, given: &Map, other: &Map) -> Result<Self, String> {
        let has_id = given.has("Id");
        let has_more = given.keys().iter().any(|key| !matches!(&**key, "Id" | "Qualifier"));
        if has_id == has_more {
            return Err(
                "Must provide 'Id' (with optional 'Qualifier') or a supported combination of other properties."
                    .to_owned(),
            );
        }
        match given.some("Id") {
            None => Self::described(given),
            Some(id) => Self::of_template(work, id, given, other),
        }
    }

    fn described(given: &Map) -> Result<Self, String> {
        let kind = given.some("Type").and_then(Node::as_str).ok_or("'Type' is missing or not a string.")?;
        let kind = match kind {
            "AWS::Serverless::Function" => "AWS::Lambda::Function",
            "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
            "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
            "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
            "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
            other => other,
        };
        let mut names = Map::default();
        ["Arn", "ResourceId", "Name", "Qualifier"].iter().for_each(|name| names.set_some(*name, given.node(name)));
        let (role, url) = (given.node("RoleName"), given.node("QueueUrl"));
        Ok(Self { id: None, kind: kind.to_owned(), role, names, url })
    }

    fn of_template(work: &Work<'_>, id: &Node, given: &Map, other: &Map) -> Result<Self, String> {
        let id = id.as_text().ok_or("'Id' is missing or not a string.")?;
        let found = work.output.map("Resources").and_then(|resources| resources.map(id));
        let found = found.filter(|found| !found.is_empty());
        let found = found.ok_or_else(|| format!("Unable to find resource with logical ID '{}'.", &**id))?;
        let kind = found.some("Type").and_then(Node::as_str).ok_or("'Type' is missing or not a string.")?;
        let facts = FACTS.map("references").map(|references| references.node(kind)).unwrap_or_default();
        let facts = replace(&facts, &[("logicalId", id.into())])?;
        let outputs = facts.get("Outputs").and_then(Node::as_map).cloned().unwrap_or_default();
        let mut names = Map::default();
        for (name, output) in [("Arn", "Arn"), ("ResourceId", "Id"), ("Name", "Name"), ("Qualifier", "Qualifier")] {
            names.set_some(name, outputs.node(output));
        }
        if given.has("Qualifier") {
            names.set("Qualifier", given.node("Qualifier"));
        }
        let properties = found.map("Properties").cloned().unwrap_or_default();
        let role = role_property(&facts, &properties, other);
        let role = named_resource(&role).map_or(Node::Null, reference);
        Ok(Self { id: Some(id.clone()), kind: kind.to_owned(), role, names, url: outputs.node("Url") })
    }
}

/// The role that a resource acts with.
fn role_property(facts: &Node, properties: &Map, other: &Map) -> Node {
    match facts.get("Inputs").and_then(|inputs| inputs.get("Role")) {
        Some(Node::Text(property)) => properties.node(property),
        Some(_) => role_of_rule(properties, other),
        None => Node::Null,
    }
}

/// The role with which a rule calls the other end.
fn role_of_rule(properties: &Map, other: &Map) -> Node {
    let (id, arn) = (other.get("Id").and_then(Node::as_str), other.some("Arn"));
    let targets = as_list(&properties.node("Targets"));
    let is_other = |target: &&Node| {
        let target = Node::from(target.get("Arn"));
        let by_id = named_resource(&target).is_some_and(|named| Some(named) == id);
        by_id || arn.is_some_and(|arn| *arn == target)
    };
    targets.iter().find(is_other).and_then(|target| target.get("RoleArn")).cloned().unwrap_or_default()
}

/// What a connector becomes.
pub(crate) fn plain(work: &mut Work<'_>, claim: Claim) -> Outcome<Vec<Resource>> {
    let from = claim.properties.map("Source").cloned().ok_or_else(unexpected)?;
    let to = claim.node("Destination");
    let several = to.as_list().is_some();
    let mut resources = Vec::new();
    for (at, one) in as_list(&to).iter().enumerate() {
        let one = one.as_map().ok_or_else(unexpected)?;
        let read = |given: &Map, other: &Map| End::read(work, given, other).map_err(|text| resource(&claim.id, text));
        let (destination, source) = (read(one, &from)?, read(&from, one)?);
        let suffix = if several { format!("Destination{at}") } else { String::new() };
        let mut made = connect(work, &claim, &source, &destination, &suffix)?;
        let facts = metadata(work, &claim, &source, &destination);
        for resource in &mut made {
            let mut all = resource.attributes.map("Metadata").cloned().unwrap_or_default();
            all.update(facts.clone());
            resource.attributes.set("Metadata", all);
        }
        resources.extend(made);
    }
    if resources.is_empty() {
        return Err(resource(&claim.id, "'Destination' is an empty list"));
    }
    let ids: Vec<Node> = resources.iter().map(|resource| Node::from(&resource.id)).collect();
    depend_instead(work, &claim.id, &ids);
    Ok(resources)
}

fn metadata(work: &Work<'_>, claim: &Claim, source: &End, destination: &End) -> Map {
    let kind = |end: &End| {
        let found =
            end.id.as_ref().and_then(|id| work.resource(id)).and_then(|resource| resource.some("Type").cloned());
        found.unwrap_or_else(|| end.kind.as_str().into())
    };
    let ends = map! {
        "Source" => map! { "Type" => kind(source) },
        "Destination" => map! { "Type" => kind(destination) },
    };
    map! { "aws:sam:connectors" => map! { &claim.id => ends } }
}

/// Resources that depend on the connector depend on what it becomes.
fn depend_instead(work: &mut Work<'_>, connector: &Text, made: &[Node]) {
    let connector = Node::from(connector);
    for resource in work.output_resources().values_mut().filter_map(Node::as_map_mut) {
        let mut ids = as_list(&resource.node("DependsOn"));
        if !ids.contains(&connector) {
            continue;
        }
        ids.retain(|id| *id != connector);
        add_new(&mut ids, made);
        resource.set("DependsOn", ids);
    }
}

fn add_new(ids: &mut Vec<Node>, others: &[Node]) {
    for id in others {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
}

fn depend(work: &mut Work<'_>, id: &str, on: &Text) {
    if let Some(resource) = work.output_resources().map_mut(id) {
        let mut ids = as_list(&resource.node("DependsOn"));
        add_new(&mut ids, &[on.into()]);
        resource.set("DependsOn", ids);
    }
}

/// What connecting two ends takes.
fn connect(
    work: &mut Work<'_>,
    claim: &Claim,
    source: &End,
    destination: &End,
    suffix: &str,
) -> Outcome<Vec<Resource>> {
    let (from, to) = (source.kind.as_str(), destination.kind.as_str());
    let refuse = |text: String| resource(&claim.id, text);
    let profile = FACTS.map("profiles").and_then(|profiles| profiles.map(from)).and_then(|profiles| profiles.map(to));
    let profile = profile.ok_or_else(|| {
        refuse(format!(
            "Unable to create connector from {from} to {to}; it's not supported or the template is invalid."
        ))
    })?;
    let properties = profile.map("Properties").ok_or_else(unexpected)?;
    let permissions = permissions(claim, properties, from, to)?;
    let mut values = Vec::new();
    for name in ["Arn", "ResourceId", "Name", "Qualifier"] {
        values.push((format!("Source.{name}"), source.names.node(name)));
        values.push((format!("Destination.{name}"), destination.names.node(name)));
    }
    let values: Vec<(&str, Node)> = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let filled = replace(&Node::Map(properties.clone()), &values).map_err(refuse)?;
    let filled = filled.as_map().cloned().ok_or_else(unexpected)?;
    let granted = Grant { claim, filled, permissions, suffix };
    let end = if properties.truthy("SourcePolicy") { ("Source", source) } else { ("Destination", destination) };
    match profile.text("Type").map(|kind| kind.to_string()).as_deref() {
        Some("AWS_IAM_ROLE_MANAGED_POLICY") => {
            let policy = granted.role_policy(end)?;
            let by = granted.filled.node("DependedBy");
            order(work, &by, source, destination, &policy.id);
            Ok(vec![policy])
        }
        Some("AWS_SQS_QUEUE_POLICY") => granted.queue_policy(end).map(|policy| vec![policy]),
        Some("AWS_SNS_TOPIC_POLICY") => granted.topic_policy(end).map(|policy| vec![policy]),
        _ => granted.function_permissions(end),
    }
}

/// Makes those depend on a policy that need it when they start.
fn order(work: &mut Work<'_>, by: &Node, source: &End, destination: &End, policy: &Text) {
    let (Some(from), to) = (&source.id, &destination.id) else { return };
    if by.is("SOURCE") {
        depend(work, from, policy);
    }
    let Some(to) = to.as_ref().filter(|_| by.is("DESTINATION_EVENT_SOURCE_MAPPING")) else { return };
    let mut mappings = Vec::new();
    for (id, resource) in work.output_resources().iter() {
        let names = |property: &str, id: &str| {
            let value = resource.get("Properties").and_then(|properties| properties.get(property));
            value.and_then(named_resource) == Some(id)
        };
        let is_mapping = resource.get("Type").is_some_and(|kind| kind.is("AWS::Lambda::EventSourceMapping"));
        if is_mapping && names("FunctionName", to) && names("EventSourceArn", from) {
            mappings.push(id);
        }
    }
    if let [mapping] = &mappings[..] {
        depend(work, mapping, policy);
    }
}

/// The permissions that a connector asks for, each once.
fn permissions(claim: &Claim, properties: &Map, from: &str, to: &str) -> Outcome<Vec<Node>> {
    let known = properties.map("AccessCategories").map(Map::keys).unwrap_or_default();
    let names = known.iter().map(|name| &**name).collect::<Vec<_>>().join(", ");
    let mut asked = Vec::new();
    add_new(&mut asked, &as_list(&claim.node("Permissions")));
    if asked.is_empty() {
        return Err(resource(&claim.id, format!("'Permissions' cannot be empty; valid values are: {names}.")));
    }
    let unsupported = format!("Unsupported 'Permissions' provided for connector from {from} to {to};");
    if asked.iter().any(|permission| !permission.as_text().is_some_and(|permission| known.contains(permission))) {
        return Err(resource(&claim.id, format!("{unsupported} valid values are: {names}.")));
    }
    let sorted = |permissions: &[Node]| {
        let mut names: Vec<String> = permissions.iter().map(crate::python::show).collect();
        names.sort();
        names
    };
    let combinations: Vec<Vec<String>> =
        as_list(&properties.node("ValidAccessCategories")).iter().map(|one| sorted(&as_list(one))).collect();
    if !combinations.is_empty() && !combinations.contains(&sorted(&asked)) {
        let combinations = combinations.iter().map(|one| one.join(" + ")).collect::<Vec<_>>().join(", ");
        return Err(resource(&claim.id, format!("{unsupported} valid combinations are: {combinations}.")));
    }
    Ok(asked)
}

/// What is granted.
struct Grant<'a> {
    claim: &'a Claim,
    /// The profile of the two types, with the ends' names.
    filled: Map,
    permissions: Vec<Node>,
    suffix: &'a str,
}

impl Grant<'_> {
    /// A resource of the connector.
    fn make(&self, name: &str, kind: &'static str) -> Resource {
        let mut made = self.claim.main(kind);
        made.id = format!("{}{name}{}", &*self.claim.id, self.suffix).into();
        made
    }

    fn granted(&self) -> Vec<(Text, Node)> {
        let all = self.filled.map("AccessCategories").cloned().unwrap_or_default();
        let asked = |(name, _): &(Text, &Node)| self.permissions.contains(&Node::from(name));
        all.iter().filter(asked).map(|(name, access)| (name, access.clone())).collect()
    }

    fn document(&self) -> Map {
        let statements = |(_, access): &(Text, Node)| as_list(&Node::from(access.get("Statement")));
        let statements: Vec<Node> = self.granted().iter().flat_map(statements).collect();
        map! { "Version" => "2012-10-17", "Statement" => statements }
    }

    fn need(&self, value: &Node, what: &str, (name, _): (&str, &End)) -> Outcome<Node> {
        let missing = || resource(&self.claim.id, format!("Unable to get {what} from '{name}' resource."));
        if value.truthy() { Ok(value.clone()) } else { Err(missing()) }
    }

    fn role_policy(&self, end: (&str, &End)) -> Outcome<Resource> {
        let role = self.need(&end.1.role, "IAM role name", end)?;
        let policy = self.make("Policy", "AWS::IAM::ManagedPolicy");
        Ok(policy.with("PolicyDocument", self.document()).with("Roles", list![role]))
    }

    fn queue_policy(&self, end: (&str, &End)) -> Outcome<Resource> {
        let url = self.need(&end.1.url, "SQS queue URL", end)?;
        let policy = self.make("QueuePolicy", "AWS::SQS::QueuePolicy");
        Ok(policy.with("PolicyDocument", self.document()).with("Queues", list![url]))
    }

    fn topic_policy(&self, end: (&str, &End)) -> Outcome<Resource> {
        let arn = self.need(&end.1.names.node("Arn"), "SNS topic ARN", end)?;
        let policy = self.make("TopicPolicy", "AWS::SNS::TopicPolicy");
        Ok(policy.with("Topics", list![arn]).with("PolicyDocument", self.document()))
    }

    fn function_permissions(&self, end: (&str, &End)) -> Outcome<Vec<Resource>> {
        let arn = self.need(&end.1.names.node("Arn"), "Lambda function ARN", end)?;
        let permission = |(name, access): (Text, Node)| {
            let mut made = self.make(&format!("{}LambdaPermission", &*name), "AWS::Lambda::Permission");
            made.set("FunctionName", &arn);
            for property in ["Action", "Principal", "SourceArn", "SourceAccount"] {
                made.set(property, access.get(property));
            }
            made
        };
        Ok(self.granted().into_iter().map(permission).collect())
    }
}

/// Puts values where `%{name}` stands: as they are where it stands alone, else by `Fn::Sub`.
fn replace(node: &Node, values: &[(&str, Node)]) -> Result<Node, String> {
    match node {
        Node::Map(map) => {
            let mut replaced = Map::default();
            for (key, value) in map.iter() {
                replaced.set(key, replace(value, values)?);
            }
            Ok(replaced.into())
        }
        Node::List(items) => {
            items.iter().map(|item| replace(item, values)).collect::<Result<Vec<_>, _>>().map(Node::List)
        }
        Node::Text(text) => replace_text(text, values),
        _ => Ok(node.clone()),
    }
}

fn replace_text(text: &str, values: &[(&str, Node)]) -> Result<Node, String> {
    let (mut text, mut variables) = (text.to_owned(), Map::default());
    for (name, value) in values {
        let pattern = format!("%{{{name}}}");
        if !text.contains(&pattern) {
            continue;
        }
        if value.is_null() {
            return Err(format!("{name} is missing."));
        }
        if text == pattern {
            return Ok(value.clone());
        }
        let variable: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        text = text.replace(&pattern, &format!("${{{variable}}}"));
        variables.set(variable, value);
    }
    let has_variable = text.find("${").is_some_and(|at| text[at + 3..].contains('}'));
    Ok(match () {
        () if !has_variable => text.into(),
        () if variables.is_empty() => crate::intrinsic::sub(text),
        () => crate::intrinsic::sub_with(text, variables),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_in_place() {
        let values = [("Source.Arn", reference("S")), ("Source.Name", Node::Null)];
        assert_eq!(replace_text("%{Source.Arn}", &values).unwrap(), reference("S"));
        let expected = crate::intrinsic::sub_with("${SourceArn}/*", map! { "SourceArn" => reference("S") });
        assert_eq!(replace_text("%{Source.Arn}/*", &values).unwrap(), expected);
        assert_eq!(replace_text("plain", &values).unwrap(), "plain".into());
        assert_eq!(replace_text("%{Source.Name}", &values).unwrap_err(), "Source.Name is missing.");
    }

    #[test]
    fn every_profile_is_of_a_known_kind() {
        let kinds =
            ["AWS_IAM_ROLE_MANAGED_POLICY", "AWS_SQS_QUEUE_POLICY", "AWS_SNS_TOPIC_POLICY", "AWS_LAMBDA_PERMISSION"];
        for (source, profiles) in FACTS.map("profiles").unwrap().iter() {
            for (destination, profile) in profiles.as_map().unwrap().iter() {
                let kind = profile.get("Type").and_then(Node::as_str).unwrap();
                assert!(kinds.contains(&kind), "{} to {}", &*source, &*destination);
            }
        }
    }
}
