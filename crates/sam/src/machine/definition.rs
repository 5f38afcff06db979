//! A state machine's definition: an object in S3, or a map of the template that is written out. What a definition refers to is
//! taken out and substituted by CloudFormation.

use crate::error::{Outcome, resource};
use crate::intrinsic::is_intrinsic;
use crate::node::{Map, Node, list, map};
use crate::python::{Json, json};
use crate::resource::{Claim, Resource};
use crate::work::s3_location;

/// Sets the definition.
pub(super) fn add(claim: &Claim, machine: &mut Resource) -> Outcome<()> {
    let inline = claim.properties.some("Definition");
    let uri = claim.properties.some("DefinitionUri");
    let mut substitutions = claim.properties.some("DefinitionSubstitutions").and_then(Node::as_map).cloned();
    match (inline, uri) {
        (Some(_), Some(_)) => {
            let text = "Specify either 'Definition' or 'DefinitionUri' property and not both.";
            return Err(resource(&claim.id, text));
        }
        (None, None) => {
            let text = "Either 'Definition' or 'DefinitionUri' property must be specified.";
            return Err(resource(&claim.id, text));
        }
        (None, Some(uri)) => machine.set("DefinitionS3Location", s3_location(uri, &claim.id, "DefinitionUri")?),
        (Some(definition), None) => {
            let mut definition = definition.clone();
            let mut taken = Map::default();
            take_out(&mut definition, &mut taken);
            if !taken.is_empty() {
                substitutions.get_or_insert_default().update(taken);
            }
            let lines = json(&definition, Json::Indented);
            let lines: Vec<Node> = lines.split('\n').map(Node::from).collect();
            machine.set("DefinitionString", map! { "Fn::Join" => list!["\n", lines] });
        }
    }
    if let Some(substitutions) = substitutions {
        machine.set("DefinitionSubstitutions", substitutions);
    }
    Ok(())
}

/// Takes what is not known yet out of a definition, and puts names in its place: in the order of keys.
fn take_out(node: &mut Node, taken: &mut Map) {
    let mut each: Vec<(String, &mut Node)> = match node {
        Node::Map(map) => map.iter_mut().into_iter().map(|(key, value)| (key.to_string(), value)).collect(),
        Node::List(items) => items.iter_mut().map(|item| (String::new(), item)).collect(),
        _ => return,
    };
    each.sort_by(|(left, _), (right, _)| left.cmp(right));
    for (_, value) in each {
        if is_intrinsic(value) || value.as_str().is_some_and(is_dynamic) {
            let name = format!("definition_substitution_{}", taken.len() + 1);
            let place = std::mem::replace(value, format!("${{{name}}}").into());
            taken.set(name, place);
        } else {
            take_out(value, taken);
        }
    }
}

/// Whether a text is a dynamic reference: `{{resolve:service:name}}`.
fn is_dynamic(text: &str) -> bool {
    let inner = text.strip_prefix("{{resolve:").and_then(|rest| rest.strip_suffix("}}"));
    inner.and_then(|inner| inner.split_once(':')).is_some_and(|(service, name)| {
        !service.is_empty() && service.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !name.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intrinsic::reference;

    #[test]
    fn what_is_not_known_is_taken_out_in_the_order_of_keys() {
        let mut definition: Node = map! {
            "B" => list![reference("X"), "{{resolve:ssm:p}}"],
            "A" => map! { "Z" => reference("Y") },
        }
        .into();
        let mut taken = Map::default();
        take_out(&mut definition, &mut taken);
        assert_eq!(taken.node("definition_substitution_1"), reference("Y"));
        assert_eq!(taken.node("definition_substitution_2"), reference("X"));
        assert_eq!(taken.node("definition_substitution_3"), "{{resolve:ssm:p}}".into());
        assert_eq!(definition.get("A").unwrap().get("Z"), Some(&"${definition_substitution_1}".into()));
    }
}
