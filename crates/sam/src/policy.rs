//! Policies of functions and state machines: names of managed ones, statements, and AWS's policy templates, which are statements
//! with parameters.

use std::sync::LazyLock;

use crate::error::{Outcome, Problem, resource, unexpected};
use crate::intrinsic::{branches, is_if, is_intrinsic, is_no_value};
use crate::node::{Map, Node, list, map};
use crate::python::print;
use crate::work::as_list;

/// AWS's policy templates, by name: what parameters one has, and its policy.
static TEMPLATES: LazyLock<Map> = LazyLock::new(|| crate::connector::data(include_str!("data/policies.json")));

/// What a policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The name or ARN of a managed policy.
    Managed,
    /// Statements.
    Statements,
    /// A policy template.
    Template,
    Unknown,
}

/// The policies of a property's value. Templates are told where `with_templates`.
pub(crate) fn read(policies: &Node, with_templates: bool) -> Outcome<Vec<(Node, Kind)>> {
    if !policies.truthy() {
        return Ok(Vec::new());
    }
    as_list(policies).into_iter().map(|policy| kind(&policy, with_templates).map(|kind| (policy, kind))).collect()
}

fn kind(policy: &Node, with_templates: bool) -> Outcome<Kind> {
    Ok(match policy {
        Node::Text(_) => Kind::Managed,
        _ if is_if(policy) => return kind_of_branches(policy, with_templates),
        _ if is_intrinsic(policy) => Kind::Managed,
        Node::Map(map) if map.has("Statement") => Kind::Statements,
        Node::Map(map) if with_templates && map.len() == 1 && TEMPLATES.has(&map.keys()[0]) => Kind::Template,
        _ => Kind::Unknown,
    })
}

fn kind_of_branches(policy: &Node, with_templates: bool) -> Outcome<Kind> {
    let [_, then, other] = branches(policy).map_err(|text| Problem::Template(text.to_owned()))?;
    let (left, right) = (kind(then, with_templates)?, kind(other, with_templates)?);
    match () {
        () if left == right => Ok(left),
        () if is_no_value(then) => Ok(right),
        () if is_no_value(other) => Ok(left),
        () => Err(Problem::Template(
            "Different policy types within the same Fn::If statement is unsupported. Separate different policy types into \
             different Fn::If statements"
                .to_owned(),
        )),
    }
}

/// Puts the statements of policy templates in their place.
pub(crate) fn convert(id: &str, properties: &mut Map) -> Outcome<()> {
    let policies = read(&properties.node("Policies"), true)?;
    if policies.is_empty() {
        return Ok(());
    }
    let converted = policies.into_iter().map(|(policy, kind)| match kind {
        Kind::Template if is_if(&policy) => convert_branches(id, &policy),
        Kind::Template => fill(id, &policy),
        _ => Ok(policy),
    });
    let converted = converted.collect::<Outcome<Vec<_>>>()?;
    properties.set("Policies", converted);
    Ok(())
}

fn convert_branches(id: &str, policy: &Node) -> Outcome<Node> {
    let [condition, then, other] = branches(policy).map_err(|_| unexpected())?;
    let branch = |node: &Node| if is_no_value(node) { Ok(node.clone()) } else { fill(id, node) };
    Ok(map! { "Fn::If" => list![condition, branch(then)?, branch(other)?] }.into())
}

/// The policy of a template, its parameters being replaced.
fn fill(id: &str, policy: &Node) -> Outcome<Node> {
    let (name, values) = policy.as_map().and_then(|map| map.iter().next()).ok_or_else(unexpected)?;
    let template = TEMPLATES.map(&name).ok_or_else(unexpected)?;
    let Some(values) = values.as_map() else {
        let text = format!("Must specify valid parameter values for policy template '{}'", &*name);
        return Err(resource(id, text));
    };
    let parameters = as_list(&template.node("parameters"));
    let is_missing = |parameter: &&Node| !parameter.as_str().is_some_and(|name| values.has(name));
    let missing: Vec<Node> = parameters.iter().filter(is_missing).cloned().collect();
    if !missing.is_empty() {
        let (name, missing) = (&*name, print(&Node::List(missing)));
        return Err(resource(
            id,
            format!("Following required parameters of template '{name}' don't have values: {missing}"),
        ));
    }
    Ok(filled(&template.node("policy"), values))
}

fn filled(node: &Node, values: &Map) -> Node {
    match node {
        Node::Map(map) if map.len() == 1 && map.text("Ref").is_some_and(|name| values.get(name).is_some()) => {
            map.text("Ref").map_or(Node::Null, |name| values.node(name))
        }
        Node::Map(map) => {
            let mut result = Map::default();
            map.iter().for_each(|(key, value)| result.set(key, filled(value, values)));
            result.into()
        }
        Node::List(items) => Node::List(items.iter().map(|item| filled(item, values)).collect()),
        _ => node.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intrinsic::reference;

    fn converted(policies: Node) -> Outcome<Node> {
        let mut properties = map! { "Policies" => policies };
        convert("F", &mut properties)?;
        Ok(properties.node("Policies"))
    }

    #[test]
    fn templates_are_filled() {
        let policies = list![map! { "SQSPollerPolicy" => map! { "QueueName" => reference("Q") } }, "Managed"];
        let policies = converted(policies).unwrap();
        let [policy, managed] = policies.as_list().unwrap() else { panic!("two policies") };
        assert!(managed.is("Managed"));
        assert!(print(policy).contains("'queueName': {'Ref': 'Q'}"), "{}", print(policy));
    }

    #[test]
    fn what_a_template_lacks_is_told() {
        let text = |policies: Node| converted(policies).unwrap_err().message();
        assert!(text(map! { "SQSPollerPolicy" => map! {} }.into()).ends_with("don't have values: ['QueueName']"));
        assert!(text(map! { "SQSPollerPolicy" => "x" }.into()).contains("Must specify valid parameter values"));
    }
}
