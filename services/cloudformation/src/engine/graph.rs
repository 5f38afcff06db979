//! Who builds on whom: references in templates, and circles of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::Declared;
use super::refusal::{Checked, Refusal};

/// The names that a value refers to: of resources, of parameters, of AWS's own.
pub(crate) fn references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    gather(value, &mut found);
    found
}

fn gather(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Object(members) => {
            let only = (members.len() == 1).then(|| members.iter().next()).flatten();
            match only.map(|(name, argument)| (name.as_str(), argument)) {
                Some(("Ref", Value::String(name))) => {
                    found.insert(name.clone());
                }
                Some(("Fn::GetAtt", argument)) => {
                    found.extend(attribute(argument).map(|(name, _)| name));
                    members.values().for_each(|member| gather(member, found));
                }
                Some(("Fn::Sub", argument)) => in_text(argument, found),
                _ => members.values().for_each(|member| gather(member, found)),
            }
        }
        _ => {}
    }
}

/// The resource and the attribute that `Fn::GetAtt` names, where it names them by texts.
pub(crate) fn attribute(argument: &Value) -> Option<(String, Value)> {
    match argument {
        Value::String(text) => {
            text.split_once('.').map(|(name, attribute)| (name.to_owned(), attribute.to_owned().into()))
        }
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(name), attribute] => Some((name.clone(), attribute.clone())),
            _ => None,
        },
        _ => None,
    }
}

fn in_text(argument: &Value, found: &mut BTreeSet<String>) {
    let (text, own) = match argument {
        Value::String(text) => (text.as_str(), None),
        Value::Array(parts) => (parts.first().and_then(Value::as_str).unwrap_or_default(), parts.get(1)),
        _ => return,
    };
    let own = own.and_then(Value::as_object);
    for name in placeholders(text) {
        if own.is_none_or(|own| !own.contains_key(name)) {
            found.insert(name.split('.').next().unwrap_or_default().to_owned());
        }
    }
    own.into_iter().flat_map(|own| own.values()).for_each(|value| gather(value, found));
}

/// What stands in `${…}` of a text, but for `${!…}`, which stands for itself.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    let parts = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    parts.map(|(name, _)| name.trim()).filter(|name| !name.starts_with('!')).collect()
}

/// The resources that a resource builds on, among those of the template.
pub(crate) fn dependencies(resource: &Declared, all: &[Declared]) -> BTreeSet<String> {
    let named = references(&Value::Object(resource.properties.clone()));
    let named = named.into_iter().chain(resource.depends_on.iter().cloned());
    named.filter(|name| all.iter().any(|other| other.name == *name)).collect()
}

/// Refuses resources that build on each other.
pub(crate) fn check(resources: &[Declared]) -> Checked<()> {
    let mut open: BTreeMap<_, _> =
        resources.iter().map(|resource| (resource.name.as_str(), dependencies(resource, resources))).collect();
    loop {
        let free: Vec<_> = open.iter().filter(|(_, on)| on.is_empty()).map(|(name, _)| *name).collect();
        if free.is_empty() {
            break;
        }
        for name in free {
            open.remove(name);
            open.values_mut().for_each(|on| {
                on.remove(name);
            });
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = circle(&open).into_iter().collect();
    Refusal::text(format!("Circular dependency between resources: [{}]", names.join(", ")))
}

/// What is in a circle, without what merely builds on one.
fn circle(open: &BTreeMap<&str, BTreeSet<String>>) -> BTreeSet<String> {
    let mut left = open.clone();
    loop {
        let used: BTreeSet<_> = left.values().flatten().cloned().collect();
        let before = left.len();
        left.retain(|name, _| used.contains(*name));
        if left.len() == before {
            return left.keys().map(|name| (*name).to_owned()).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_wherever_they_are() {
        let value = json!({
            "a": {"Ref": "A"},
            "b": [{"Fn::GetAtt": ["B", "Arn"]}, {"Fn::GetAtt": "C.Arn"}],
            "c": {"Fn::Sub": "${D}-${E.Arn}-${!F}"},
            "d": {"Fn::Sub": ["${own}${G}", {"own": {"Ref": "H"}}]},
        });
        assert_eq!(Vec::from_iter(references(&value)), ["A", "B", "C", "D", "E", "G", "H"]);
    }
}
