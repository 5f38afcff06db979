//! Intrinsic functions: telling them, and writing those that generated resources need.

use crate::error::{Outcome, Problem};
use crate::node::{Map, Node, Text, list, map};

/// Conditions that one `Fn::Or` may combine.
const CONDITIONS_AT_ONCE: usize = 10;

/// `{"Ref": name}`.
pub(crate) fn reference(name: impl Into<Node>) -> Node {
    map! { "Ref" => name }.into()
}

/// `{"Fn::GetAtt": [name, attribute]}`.
pub(crate) fn attribute(name: &Text, attribute: &str) -> Node {
    map! { "Fn::GetAtt" => list![name, attribute] }.into()
}

/// `{"Fn::Sub": text}`.
pub(crate) fn sub(text: impl Into<Node>) -> Node {
    map! { "Fn::Sub" => text }.into()
}

/// `{"Fn::Sub": [text, variables]}`.
pub(crate) fn sub_with(text: impl Into<Node>, variables: Map) -> Node {
    map! { "Fn::Sub" => list![text, variables] }.into()
}

/// `{"Fn::If": [condition, value, nothing]}`.
pub(crate) fn when(condition: impl Into<Node>, value: impl Into<Node>) -> Node {
    choose(condition, value, reference("AWS::NoValue"))
}

/// `{"Fn::If": [condition, then, else]}`.
pub(crate) fn choose(condition: impl Into<Node>, then: impl Into<Node>, other: impl Into<Node>) -> Node {
    map! { "Fn::If" => list![condition, then, other] }.into()
}

/// `{"Fn::Not": [{"Condition": condition}]}`.
pub(crate) fn not(condition: &Node) -> Node {
    map! { "Fn::Not" => list![map! { "Condition" => condition }] }.into()
}

/// `{"Fn::Or": [...]}` of conditions.
pub(crate) fn any_of(conditions: &[Text]) -> Node {
    let conditions = conditions.iter().map(|condition| map! { "Condition" => condition }.into()).collect::<Vec<Node>>();
    map! { "Fn::Or" => conditions }.into()
}

/// Conditions that together say whether any of many holds: `Fn::Or` takes ten, so several may be needed. The last is `name`.
pub(crate) fn combined(mut conditions: Vec<Text>, name: &str) -> Vec<(String, Node)> {
    let mut made = Vec::new();
    let mut left = conditions.len().saturating_sub(2) / (CONDITIONS_AT_ONCE - 1);
    while conditions.len() > 1 {
        let own = if left > 0 { format!("{name}{left}") } else { name.to_owned() };
        left = left.saturating_sub(1);
        let rest = conditions.split_off(conditions.len().min(CONDITIONS_AT_ONCE));
        let or = any_of(&conditions);
        conditions = rest;
        conditions.push(Text::from(own.as_str()));
        made.push((own, or));
    }
    made
}

/// Whether a value is a call of an intrinsic function.
pub(crate) fn is_intrinsic(node: &Node) -> bool {
    call(node).is_some()
}

/// The name of the function that a value calls, and its argument.
pub(crate) fn call(node: &Node) -> Option<(Text, &Node)> {
    let map = node.as_map().filter(|map| map.len() == 1)?;
    let (key, value) = map.iter().next()?;
    (matches!(&*key, "Ref" | "Condition") || key.starts_with("Fn::")).then_some((key, value))
}

/// Whether a value is `Fn::If`.
pub(crate) fn is_if(node: &Node) -> bool {
    call(node).is_some_and(|(name, _)| &*name == "Fn::If")
}

/// Whether a value is `{"Ref": "AWS::NoValue"}`.
pub(crate) fn is_no_value(node: &Node) -> bool {
    call(node).is_some_and(|(name, argument)| &*name == "Ref" && argument.is("AWS::NoValue"))
}

/// The three arguments of `Fn::If`.
pub(crate) fn branches(node: &Node) -> Result<[&Node; 3], &'static str> {
    match node.get("Fn::If").and_then(Node::as_list) {
        Some([condition, then, other]) => Ok([condition, then, other]),
        _ => Err("Fn::If requires 3 arguments"),
    }
}

/// The resource that `Ref` or `Fn::GetAtt` names.
pub(crate) fn named_resource(node: &Node) -> Option<&str> {
    if !is_intrinsic(node) {
        return None;
    }
    if let Some(name) = node.get("Ref").and_then(Node::as_str) {
        return Some(name);
    }
    match node.get("Fn::GetAtt")? {
        Node::List(parts) if parts.len() == 2 => parts[0].as_str(),
        Node::Text(text) => match text.split('.').collect::<Vec<_>>()[..] {
            [name, _] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// How `Ref` and `Fn::GetAtt` are written within a text of `Fn::Sub`.
pub(crate) fn placeholder(node: &Node) -> String {
    let text = match (node.get("Ref"), node.get("Fn::GetAtt").and_then(Node::as_list)) {
        (Some(name), _) => name.as_str().unwrap_or_default().to_owned(),
        (None, Some(parts)) => parts.iter().filter_map(Node::as_str).collect::<Vec<_>>().join("."),
        (None, None) => String::new(),
    };
    format!("${{{text}}}")
}

/// What `Fn::If` chooses from, that can be changed; else the value itself. Nothing stands for `AWS::NoValue`.
pub(crate) fn contents(node: &mut Node) -> Outcome<Vec<&mut Node>> {
    if !node.as_map().is_some_and(|map| map.has("Fn::If")) {
        return Ok(vec![node]);
    }
    match node.as_map_mut().and_then(|map| map.get_mut("Fn::If")) {
        Some(Node::List(items)) => Ok(items.iter_mut().skip(1).filter(|item| !is_no_value(item)).collect()),
        _ => Err(not_a_list()),
    }
}

/// The same, to be read.
pub(crate) fn contents_of(node: &Node) -> Outcome<Vec<&Node>> {
    if !node.as_map().is_some_and(|map| map.has("Fn::If")) {
        return Ok(vec![node]);
    }
    match node.get("Fn::If") {
        Some(Node::List(items)) => Ok(items.iter().skip(1).filter(|item| !is_no_value(item)).collect()),
        _ => Err(not_a_list()),
    }
}

fn not_a_list() -> Problem {
    crate::error::document("Value of Fn::If must be a list.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_conditions_are_combined_ten_at_a_time() {
        let names = |count: usize| (0..count).map(|at| Text::from(format!("C{at}"))).collect::<Vec<_>>();
        assert!(combined(names(1), "Any").is_empty());
        let made = combined(names(10), "Any");
        assert_eq!(made.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Any"]);
        let made = combined(names(11), "Any");
        assert_eq!(made.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Any1", "Any"]);
        assert_eq!(made[1].1, any_of(&["C10".into(), "Any1".into()]));
    }

    #[test]
    fn the_resource_named_is_that_of_ref_and_get_att() {
        let get_att = |argument: Node| Node::from(map! { "Fn::GetAtt" => argument });
        assert_eq!(named_resource(&reference("A")), Some("A"));
        assert_eq!(named_resource(&get_att(list!["A", "Arn"])), Some("A"));
        assert_eq!(named_resource(&get_att("A.Arn".into())), Some("A"));
        assert_eq!(named_resource(&get_att("A.B.C".into())), None);
        assert_eq!(named_resource(&"A".into()), None);
    }
}
