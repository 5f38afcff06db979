//! Putting values where a template refers to them, as far as the transform can know them: parameters and mappings before, the
//! ids of what it made after.

use std::collections::HashMap;

use crate::error::{Outcome, document};
use crate::intrinsic::call;
use crate::node::{Map, Node, Text};
use crate::python::{print, show};

/// Values by names.
#[derive(Debug, Default)]
pub(crate) struct Parameters(pub(crate) Map);

impl Parameters {
    /// Resolves a value, and what is within it in place. A `Ref` itself is left as it is where it stands.
    pub(crate) fn resolve(&self, node: &mut Node) -> Outcome<Node> {
        if let Some(value) = self.reference(node) {
            let mut value = value.clone();
            self.resolve_within(&mut value)?;
            return Ok(value);
        }
        self.resolve_in_place(node)?;
        Ok(node.clone())
    }

    /// The resolved value of one that is not changed.
    pub(crate) fn resolved(&self, node: &Node) -> Outcome<Node> {
        let mut node = node.clone();
        self.resolve_in_place(&mut node)?;
        Ok(node)
    }

    /// Resolves a value where it stands.
    pub(crate) fn resolve_in_place(&self, node: &mut Node) -> Outcome<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        if let Some(value) = self.reference(node) {
            *node = value.clone();
        } else {
            substitute(node, |whole, name| Ok(self.value(name).cloned().unwrap_or_else(|| whole.into())))?;
        }
        self.resolve_within(node)
    }

    fn resolve_within(&self, node: &mut Node) -> Outcome<()> {
        match node {
            Node::List(items) => items.iter_mut().try_for_each(|item| self.resolve_in_place(item)),
            Node::Map(map) => map.values_mut().try_for_each(|value| self.resolve_in_place(value)),
            _ => Ok(()),
        }
    }

    /// What a `Ref` refers to, where it is known.
    fn reference(&self, node: &Node) -> Option<&Node> {
        let (name, argument) = call(node)?;
        if &*name == "Ref" { self.value(argument.as_str()?) } else { None }
    }

    /// A parameter's value. CloudFormation stands in for what it does not know yet with a mark.
    fn value(&self, name: &str) -> Option<&Node> {
        self.0.get(name).filter(|value| !value.as_str().is_some_and(|text| text.starts_with("{{IntrinsicFunction:")))
    }
}

/// Replaces the `${name}` in a `Fn::Sub`. `value` is given the whole and the name.
fn substitute(node: &mut Node, value: impl Fn(&str, &str) -> Outcome<Node>) -> Outcome<()> {
    let Some(map) = node.as_map_mut().filter(|map| map.len() == 1) else { return Ok(()) };
    match map.get_mut("Fn::Sub") {
        Some(Node::Text(text)) => *text = substituted(text, value)?,
        Some(Node::List(items)) => {
            if let Some(Node::Text(text)) = items.first_mut() {
                *text = substituted(text, value)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn substituted(text: &Text, value: impl Fn(&str, &str) -> Outcome<Node>) -> Outcome<Text> {
    let mut result = text.to_string();
    for (whole, name) in placeholders(text) {
        let found = value(whole, name)?;
        let Some(found) = found.as_str() else {
            let found = show(&found);
            return Err(document(format!(
                "Invalid Fn::Sub variable value {found}. Fn::Sub expects all variables to be strings."
            )));
        };
        result = result.replacen(whole, found, 1);
    }
    Ok(text.with(result))
}

/// The `${name}` of a text, whole and name.
fn placeholders(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        rest = &rest[start..];
        match rest.find('}') {
            Some(end) if is_name(&rest[2..end]) => {
                found.push((&rest[..=end], &rest[2..end]));
                rest = &rest[end + 1..];
            }
            _ => rest = &rest[2..],
        }
    }
    found
}

/// Whether a placeholder is of letters, digits and points, or of a pseudo parameter.
fn is_name(name: &str) -> bool {
    let letters = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    let pseudo = name.strip_prefix("AWS::");
    plain || pseudo.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()) && letters(rest))
}

/// The value of `Fn::FindInMap` where the mapping has it; other functions are left alone.
pub(crate) fn find_in_map(node: &mut Node, mappings: &Map) -> Outcome<()> {
    if mappings.is_empty() {
        return Ok(());
    }
    if let Some(value) = mapped(node, mappings)? {
        *node = value;
    }
    match node {
        Node::List(items) => items.iter_mut().try_for_each(|item| find_in_map(item, mappings)),
        Node::Map(map) => map.values_mut().try_for_each(|value| find_in_map(value, mappings)),
        _ => Ok(()),
    }
}

fn mapped(node: &Node, mappings: &Map) -> Outcome<Option<Node>> {
    let Some((name, argument)) = call(node) else { return Ok(None) };
    if &*name != "Fn::FindInMap" {
        return Ok(None);
    }
    let Some([map, first, second]) = argument.as_list() else {
        let argument = print(argument);
        return Err(document(format!("Invalid FindInMap value {argument}. FindInMap expects an array with 3 values.")));
    };
    let inner = |node: &Node| Ok(mapped(node, mappings)?.unwrap_or_else(|| node.clone()));
    let (map, first, second) = (inner(map)?, inner(first)?, inner(second)?);
    let (Some(map), Some(first), Some(second)) = (map.as_str(), first.as_str(), second.as_str()) else {
        return Ok(None);
    };
    let flat = || document(format!("Cannot use Fn::FindInMap on Mapping '{map}' which is not a a two-level map."));
    let Some(level) = mappings.get(map) else { return Ok(None) };
    let Some(level) = level.as_map().ok_or_else(flat)?.get(first) else { return Ok(None) };
    Ok(level.as_map().ok_or_else(flat)?.get(second).cloned())
}

/// What became of ids: `(resource, property)` that a template may refer to (`MyApi.Stage`), and resources of another id.
#[derive(Debug, Default)]
pub(crate) struct Made {
    properties: HashMap<(String, String), Text>,
    renamed: HashMap<String, Text>,
}

impl Made {
    /// `Ref: resource.property` means `made`.
    pub(crate) fn refer(&mut self, resource: &str, property: &str, made: &Text) {
        self.properties.insert((resource.to_owned(), property.to_owned()), made.clone());
    }

    /// A resource has another id.
    pub(crate) fn rename(&mut self, from: &str, to: &Text) {
        self.renamed.insert(from.to_owned(), to.clone());
    }

    /// Puts the ids of what was made where a template refers to it.
    pub(crate) fn resolve(&self, node: &mut Node) -> Outcome<()> {
        if !self.renamed.is_empty() {
            self.rename_dependencies(node);
            self.each(node, &|node| self.rename_in(node))?;
        }
        if !self.properties.is_empty() {
            self.each(node, &|node| self.refer_in(node))?;
        }
        Ok(())
    }

    fn each(&self, node: &mut Node, change: &dyn Fn(&mut Node) -> Outcome<()>) -> Outcome<()> {
        change(node)?;
        match node {
            Node::List(items) => items.iter_mut().try_for_each(|item| self.each(item, change)),
            Node::Map(map) => map.values_mut().try_for_each(|value| self.each(value, change)),
            _ => Ok(()),
        }
    }

    fn rename_dependencies(&self, node: &mut Node) {
        let rename = |node: &mut Node| {
            if let Some(id) = node.as_str().and_then(|id| self.renamed.get(id)) {
                *node = id.into();
            }
        };
        match node {
            Node::List(items) => items.iter_mut().for_each(|item| self.rename_dependencies(item)),
            Node::Map(map) => {
                match map.get_mut("DependsOn") {
                    Some(Node::List(items)) => items.iter_mut().for_each(rename),
                    Some(one) => rename(one),
                    None => {}
                }
                map.values_mut().for_each(|value| self.rename_dependencies(value));
            }
            _ => {}
        }
    }

    fn rename_in(&self, node: &mut Node) -> Outcome<()> {
        substitute(node, |whole, name| {
            let resource = name.split('.').next().unwrap_or_default();
            Ok(self.renamed.get(resource).map_or_else(|| whole.into(), |id| whole.replace(resource, id).into()))
        })?;
        let Some(map) = node.as_map_mut().filter(|map| map.len() == 1) else { return Ok(()) };
        if let Some(id) = map.text("Ref").and_then(|name| self.renamed.get(&**name)) {
            map.set("Ref", id);
        }
        if let Some(parts) = attribute_path(map)
            && let Some(id) = self.renamed.get(&parts[0])
        {
            set_path(map, id, &parts[1..]);
        }
        Ok(())
    }

    fn refer_in(&self, node: &mut Node) -> Outcome<()> {
        substitute(node, |whole, name| {
            let mut parts = name.split('.');
            let (Some(resource), Some(property)) = (parts.next(), parts.next()) else { return Ok(whole.into()) };
            let made = self.made(resource, property);
            Ok(made.map_or_else(|| whole.into(), |id| whole.replace(&format!("{resource}.{property}"), id).into()))
        })?;
        let Some(map) = node.as_map_mut().filter(|map| map.len() == 1) else { return Ok(()) };
        let named = map.text("Ref").and_then(|name| name.split_once('.'));
        if let Some(id) = named.and_then(|(resource, property)| self.made(resource, property)) {
            map.set("Ref", id);
        }
        if let Some(parts) = attribute_path(map)
            && let Some(id) = self.made(&parts[0], &parts[1])
        {
            set_path(map, id, &parts[2..]);
        }
        Ok(())
    }

    fn made(&self, resource: &str, property: &str) -> Option<&Text> {
        self.properties.get(&(resource.to_owned(), property.to_owned()))
    }
}

/// The parts of a `Fn::GetAtt`, split at points: at least two.
fn attribute_path(map: &Map) -> Option<Vec<String>> {
    let parts = map.get("Fn::GetAtt")?.as_list().filter(|parts| parts.len() >= 2)?;
    let parts = parts.iter().map(Node::as_str).collect::<Option<Vec<_>>>()?;
    Some(parts.join(".").split('.').map(str::to_owned).collect())
}

fn set_path(map: &mut Map, id: &Text, rest: &[String]) {
    let mut parts = vec![Node::from(id)];
    parts.extend(rest.iter().map(|part| Node::from(part.as_str())));
    map.set("Fn::GetAtt", parts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intrinsic::{reference, sub};
    use crate::node::{list, map};

    #[test]
    fn placeholders_are_names_only() {
        let found: Vec<_> =
            placeholders("${A}${!B}${C.D}${AWS::Region}${a b}$${E}${").into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, ["A", "C.D", "AWS::Region", "E"]);
    }

    #[test]
    fn parameters_are_put_in_place_but_for_the_outermost() {
        let parameters = Parameters(map! { "P" => "value", "N" => 3 });
        let mut node = reference("P");
        assert_eq!(parameters.resolve(&mut node).unwrap(), "value".into());
        assert_eq!(node, reference("P"));
        let mut node = list![reference("P"), reference("Q"), sub("a-${P}-${Q}")];
        let expected = list!["value", reference("Q"), sub("a-value-${Q}")];
        assert_eq!(parameters.resolve(&mut node).unwrap(), expected);
        assert_eq!(node, expected);
        assert!(parameters.resolved(&sub("${N}")).is_err());
    }

    #[test]
    fn references_follow_what_was_made() {
        let mut made = Made::default();
        made.refer("Api", "Stage", &"ApiProdStage".into());
        made.rename("Layer", &"Layer123".into());
        let mut node: Node = map! {
            "DependsOn" => list!["Layer", "Other"],
            "A" => reference("Api.Stage"),
            "B" => sub("${Layer}/${Api.Stage}"),
            "C" => map! { "Fn::GetAtt" => list!["Layer", "Arn"] },
        }
        .into();
        made.resolve(&mut node).unwrap();
        let expected: Node = map! {
            "DependsOn" => list!["Layer123", "Other"],
            "A" => reference("ApiProdStage"),
            "B" => sub("${Layer123}/${ApiProdStage}"),
            "C" => map! { "Fn::GetAtt" => list!["Layer123", "Arn"] },
        }
        .into();
        assert_eq!(node, expected);
    }

    #[test]
    fn mappings_are_two_levels() {
        let mappings = map! { "M" => map! { "a" => map! { "b" => "found" } }, "Flat" => "x" };
        let find = |parts: Node| {
            let mut node: Node = map! { "Fn::FindInMap" => parts }.into();
            find_in_map(&mut node, &mappings).map(|()| node)
        };
        assert_eq!(find(list!["M", "a", "b"]).unwrap(), "found".into());
        assert!(find(list!["M", "a", "c"]).is_ok());
        assert!(find(list!["M", "a"]).is_err());
        assert!(find(list!["Flat", "a", "b"]).is_err());
    }
}
