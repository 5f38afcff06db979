//! Text to tree, refusing what is no management policy.

use serde_json::{Map, Value};

use super::{Node, Operator, Set};
use crate::engine::kind::Kind;
use crate::engine::refusal::Refusal;

const CONTROL: &str = "@@operators_allowed_for_child_policies";
/// Deeper than any type of policy goes.
const DEPTH: usize = 32;

/// A document of a kind as a tree.
pub(crate) fn parse(kind: Kind, content: &str) -> Result<Node, Refusal> {
    let value: Value = serde_json::from_str(content).map_err(|_| Refusal::Malformed)?;
    let Value::Object(object) = value else { return Err(Refusal::Malformed) };
    let top = kind.top().ok_or(Refusal::Malformed)?;
    if object.len() != 1 || !object.contains_key(top) {
        return Err(Refusal::Malformed);
    }
    let mut root = node(&object, DEPTH).ok_or(Refusal::Malformed)?;
    if kind == Kind::Tag {
        tags(&mut root).ok_or(Refusal::Malformed)?;
    }
    Ok(root)
}

fn node(object: &Map<String, Value>, depth: usize) -> Option<Node> {
    let mut node = Node::default();
    let mut steps = Vec::new();
    for (key, value) in object {
        if key == CONTROL {
            node.allowed = Some(allowed(value)?);
        } else if let Some(operator) = operator(key) {
            steps.push((operator, plain(operator, value)?));
        } else if key.starts_with("@@") {
            return None;
        } else {
            node.children.insert(key.clone(), child(value, depth.checked_sub(1)?)?);
        }
    }
    if !steps.is_empty() {
        // A setting has a value or settings in it, not both.
        if !node.children.is_empty() {
            return None;
        }
        node.set = Some(Set { steps });
    }
    Some(node)
}

fn child(value: &Value, depth: usize) -> Option<Node> {
    match value {
        Value::Object(object) => node(object, depth),
        _ => None,
    }
}

fn operator(key: &str) -> Option<Operator> {
    Some(match key {
        "@@assign" => Operator::Assign,
        "@@append" => Operator::Append,
        "@@remove" => Operator::Remove,
        _ => return None,
    })
}

/// A value as its operator takes it: one value, or a list of them; only lists are added to.
fn plain(operator: Operator, value: &Value) -> Option<Value> {
    let single = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let good = match value {
        Value::Array(values) => values.iter().all(single),
        value => operator == Operator::Assign && single(value),
    };
    good.then(|| value.clone())
}

fn allowed(value: &Value) -> Option<Vec<Operator>> {
    let names: Vec<_> = value.as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
    match names.as_slice() {
        [] => None,
        ["@@none"] => Some(Vec::new()),
        ["@@all"] => Some(vec![Operator::Assign, Operator::Append, Operator::Remove]),
        names => names.iter().map(|name| operator(name)).collect(),
    }
}

/// Tag policies: keys are compared without regard to case, and each key has only settings that are known.
fn tags(root: &mut Node) -> Option<()> {
    let tags = root.children.get_mut("tags")?;
    let keys = std::mem::take(&mut tags.children);
    for (key, setting) in keys {
        let known = |name: &String| {
            matches!(name.as_str(), "tag_key" | "tag_value" | "enforced_for" | "report_required_tag_for")
        };
        let lower = key.to_lowercase();
        if !setting.children.keys().all(known) || !same_key(&setting, &lower) {
            return None;
        }
        if tags.children.insert(lower, setting).is_some() {
            return None;
        }
    }
    Some(())
}

/// Whether the case treatment of a key is one of that key.
fn same_key(setting: &Node, lower: &str) -> bool {
    let steps = setting.children.get("tag_key").and_then(|key| key.set.as_ref()).map(|set| &set.steps);
    steps.into_iter().flatten().all(|(operator, value)| {
        *operator == Operator::Assign && value.as_str().is_some_and(|key| key.to_lowercase() == lower)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_management_policy() {
        for content in [
            "",
            "[]",
            "{}",
            r#"{"tags":[]}"#,
            r#"{"plans":{}}"#,
            r#"{"tags":{},"more":{}}"#,
            r#"{"tags":{"a":{"tag_key":{"@@set":"a"}}}}"#,
            r#"{"tags":{"a":{"tag_key":{"@@assign":"b"}}}}"#,
            r#"{"tags":{"a":{"tag_key":{"@@append":"a"}}}}"#,
            r#"{"tags":{"a":{"tag_value":{"@@assign":{"x":1}}}}}"#,
            r#"{"tags":{"a":{"tag_value":{"@@append":"x"}}}}"#,
            r#"{"tags":{"a":{"tag_value":["x"]}}}"#,
            r#"{"tags":{"a":{"values":{"@@assign":["x"]}}}}"#,
            r#"{"tags":{"a":{},"A":{}}}"#,
            r#"{"tags":{"a":{"tag_value":{"@@assign":["x"],"more":{}}}}}"#,
            r#"{"tags":{"@@operators_allowed_for_child_policies":["@@never"]}}"#,
            r#"{"tags":{"@@operators_allowed_for_child_policies":[]}}"#,
        ] {
            assert_eq!(parse(Kind::Tag, content), Err(Refusal::Malformed), "{content}");
        }
    }

    #[test]
    fn deep_documents_are_refused_and_not_followed() {
        let deep = format!("{{\"plans\":{}{{}}{}}}", "{\"a\":".repeat(100), "}".repeat(100));
        assert_eq!(parse(Kind::Backup, &deep), Err(Refusal::Malformed));
        let deepest = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parse(Kind::Backup, &deepest), Err(Refusal::Malformed));
    }

    #[test]
    fn each_kind_has_its_beginning() {
        for kind in Kind::all().filter(|kind| !kind.authorizes()) {
            let content = format!(r#"{{"{}":{{}}}}"#, kind.top().unwrap());
            assert!(parse(kind, &content).is_ok(), "{kind:?}");
        }
        assert_eq!(parse(Kind::ServiceControl, "{}"), Err(Refusal::Malformed));
    }
}
