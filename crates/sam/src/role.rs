//! The role of a function or a state machine: what it is trusted by, and the policies that it has.

use std::sync::LazyLock;

use crate::error::{Outcome, resource};
use crate::intrinsic::{is_if, is_no_value};
use crate::node::{Map, Node, Text, map};
use crate::policy::{self, Kind};
use crate::resource::Resource;
use crate::work::Work;

/// What a role is made of.
#[derive(Debug, Default)]
pub(crate) struct Role {
    pub(crate) attributes: Map,
    pub(crate) trust: Node,
    /// The property `Policies` of the resource.
    pub(crate) policies: Node,
    /// ARNs of managed policies that it has besides.
    pub(crate) managed: Vec<Node>,
    /// Documents that it has besides.
    pub(crate) documents: Vec<Node>,
    pub(crate) path: Node,
    pub(crate) boundary: Node,
    pub(crate) tags: Vec<Node>,
}

impl Role {
    /// The role of a resource.
    pub(crate) fn make(self, work: &Work<'_>, owner: &Text) -> Outcome<Resource> {
        let id = Text::from(format!("{}Role", &**owner));
        let (mut managed, mut documents) = (self.managed, self.documents);
        for (at, (policy, kind)) in policy::read(&self.policies, false)?.into_iter().enumerate() {
            match kind {
                Kind::Statements => documents.push(document(&id, at, policy)),
                Kind::Managed => {
                    let policy = by_arn(work, policy);
                    if !managed.contains(&policy) {
                        managed.push(policy);
                    }
                }
                Kind::Template | Kind::Unknown => {
                    return Err(resource(
                        owner,
                        format!("Policy at index {at} in the 'Policies' property is not valid"),
                    ));
                }
            }
        }
        let mut role = Resource::new(id, "AWS::IAM::Role", &self.attributes)
            .with("AssumeRolePolicyDocument", self.trust)
            .with("ManagedPolicyArns", managed);
        if !documents.is_empty() {
            role.set("Policies", documents);
        }
        Ok(role.with("Path", self.path).with("PermissionsBoundary", self.boundary).with("Tags", self.tags))
    }
}

/// A document of statements, or a choice of two.
fn document(id: &str, at: usize, policy: Node) -> Node {
    let named =
        |document: Node| map! { "PolicyName" => format!("{id}Policy{at}"), "PolicyDocument" => document }.into();
    if is_if(&policy) { in_branches(policy, |branch| !is_no_value(branch), named) } else { named(policy) }
}

/// AWS's managed policies that have a path, by paths.
static PATHS: LazyLock<Map> = LazyLock::new(|| crate::connector::data(include_str!("data/managed.json")));

/// The path of a managed policy's name, where it has one.
fn path_of(name: &str) -> Option<Text> {
    let has = |names: &Node| names.as_list().is_some_and(|names| names.iter().any(|known| known.is(name)));
    PATHS.iter().find(|(_, names)| has(names)).map(|(path, _)| path)
}

/// A managed policy's ARN where its name is known.
fn by_arn(work: &Work<'_>, policy: Node) -> Node {
    let arn = |policy: Node| match policy.as_str() {
        None => policy,
        Some(name) if name.starts_with("arn:") => policy,
        Some(name) => match path_of(name) {
            Some(path) => work.managed_policy(&format!("{}/{name}", &*path)),
            None => (work.context.managed_policy)(name).map_or(policy, Node::from),
        },
    };
    if is_if(&policy) { in_branches(policy, |branch| branch.as_str().is_some(), arn) } else { arn(policy) }
}

fn in_branches(mut policy: Node, is: impl Fn(&Node) -> bool, make: impl Fn(Node) -> Node) -> Node {
    if let Some(Node::List(items)) = policy.as_map_mut().and_then(|map| map.get_mut("Fn::If")) {
        for branch in items.iter_mut().skip(1).filter(|branch| is(branch)) {
            *branch = make(std::mem::take(branch));
        }
    }
    policy
}
