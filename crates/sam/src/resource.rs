//! What goes in and what comes out: a serverless resource as the template has it, and the plain ones that it becomes.

use crate::error::{Outcome, resource};
use crate::intrinsic::{attribute, reference};
use crate::node::{Map, Node, Text, list, map};
use crate::shape::{Property, check_names, check_values};
use crate::work::is_logical_id;

/// Attributes of a resource that its main plain one gets too.
const KEPT: [&str; 5] = ["DeletionPolicy", "UpdatePolicy", "Condition", "UpdateReplacePolicy", "Metadata"];
/// Those that all plain ones get.
const PASSED_ON: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// Types whose tags are a list.
const TAGGED: [&str; 19] = [
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameAccessAssociation",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::CloudFormation::Stack",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::CapacityProvider",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
];
/// Types whose tags are a map.
const TAGGED_BY_MAP: [&str; 2] = ["AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::Stage"];

/// A resource or an event as the template has it.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) id: Text,
    pub(crate) depends_on: Node,
    /// Those of [`KEPT`] that it has.
    pub(crate) attributes: Map,
    pub(crate) properties: Map,
}

impl Claim {
    /// Reads one. `prepare` may change the properties before they are checked.
    pub(crate) fn read(
        id: &Text,
        kind: &str,
        shape: &[Property],
        body: &Map,
        prepare: impl FnOnce(&mut Map) -> Outcome<()>,
    ) -> Outcome<Self> {
        if !is_logical_id(id) {
            return Err(resource(id, "Logical ids must be alphanumeric."));
        }
        let mut properties = match body.get("Properties") {
            None => Map::default(),
            Some(Node::Map(properties)) => properties.clone(),
            Some(_) => return Err(resource(id, "Properties of a resource must be an object.")),
        };
        prepare(&mut properties)?;
        check_names(shape, id, kind, &properties)?;
        let mut attributes = Map::default();
        KEPT.iter().filter(|name| body.has(name)).for_each(|name| attributes.set(*name, body.node(name)));
        check_values(shape, id, &properties)?;
        Ok(Self { id: id.clone(), depends_on: body.node("DependsOn"), attributes, properties })
    }

    /// The value of a property, or null.
    pub(crate) fn node(&self, name: &str) -> Node {
        self.properties.node(name)
    }

    /// The attributes that all resources made of it get.
    pub(crate) fn passed_on(&self) -> Map {
        passed_on(&self.attributes)
    }

    /// The plain resource that stands for it.
    pub(crate) fn main(&self, kind: &'static str) -> Resource {
        let mut main = Resource::new(&self.id, kind, &self.attributes);
        main.depends_on = self.depends_on.clone();
        main
    }
}

/// Those attributes that all resources made of one get.
pub(crate) fn passed_on(attributes: &Map) -> Map {
    let mut passed = Map::default();
    PASSED_ON.iter().filter(|name| attributes.has(name)).for_each(|name| passed.set(*name, attributes.node(name)));
    passed
}

/// A plain resource.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) id: Text,
    pub(crate) kind: &'static str,
    pub(crate) depends_on: Node,
    pub(crate) attributes: Map,
    pub(crate) properties: Map,
}

impl Resource {
    pub(crate) fn new(id: impl Into<Text>, kind: &'static str, attributes: &Map) -> Self {
        let (id, attributes) = (id.into(), attributes.clone());
        Self { id, kind, depends_on: Node::Null, attributes, properties: Map::default() }
    }

    /// Sets a property, unless the value is null.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Node>) {
        self.properties.set_some(name, value);
    }

    /// The same, of a value being made.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Node>) -> Self {
        self.set(name, value);
        self
    }

    /// What it depends on.
    pub(crate) fn after(mut self, ids: Node) -> Self {
        self.depends_on = ids;
        self
    }

    /// `Ref` to it.
    pub(crate) fn reference(&self) -> Node {
        reference(&self.id)
    }

    /// `Fn::GetAtt` of it.
    pub(crate) fn attribute(&self, name: &str) -> Node {
        attribute(&self.id, name)
    }

    /// Gives it these tags instead of its own, where its type has tags.
    pub(crate) fn assign_tags(&mut self, tags: &Map) {
        if TAGGED.contains(&self.kind) {
            self.set("Tags", tag_list(tags));
        } else if TAGGED_BY_MAP.contains(&self.kind) || self.properties.has("ProtocolType") {
            self.set("Tags", tags.clone());
        }
    }

    /// As it stands in a template.
    pub(crate) fn into_node(self) -> Node {
        let mut node = map! { "Type" => self.kind };
        if self.depends_on.truthy() {
            node.set("DependsOn", self.depends_on);
        }
        node.update(self.attributes);
        node.set("Properties", self.properties);
        node.into()
    }
}

/// Tags as a list of keys and values.
pub(crate) fn tag_list(tags: &Map) -> Vec<Node> {
    tags.keys()
        .iter()
        .map(|key| {
            let value = tags.get(key).cloned().unwrap_or_else(|| "".into());
            map! { "Key" => key, "Value" => value }.into()
        })
        .collect()
}

/// Gives tags to all resources, where that is asked for.
pub(crate) fn propagate(resources: &mut [Resource], tags: Option<&Map>, asked: bool) {
    if let Some(tags) = tags.filter(|tags| asked && !tags.is_empty()) {
        resources.iter_mut().for_each(|resource| resource.assign_tags(tags));
    }
}

/// A policy's document of one statement.
pub(crate) fn policy(name: impl Into<Text>, statements: Vec<Node>) -> Node {
    map! { "PolicyName" => name.into(), "PolicyDocument" => map! { "Statement" => statements } }.into()
}

/// A statement that allows an action on a resource.
pub(crate) fn allow(action: impl Into<Node>, resource: impl Into<Node>) -> Node {
    map! { "Action" => action, "Effect" => "Allow", "Resource" => resource }.into()
}

/// The trust that a service's role needs.
pub(crate) fn trust(service: &str) -> Node {
    map! {
        "Version" => "2012-10-17",
        "Statement" => list![map! {
            "Action" => list!["sts:AssumeRole"],
            "Effect" => "Allow",
            "Principal" => map! { "Service" => list![service] },
        }],
    }
    .into()
}
