//! `xtask access`: AWS's service authorization reference into `models/*.access.json`, for every prefix of an action that an
//! operation of a model has. One action, kind of resource or condition key a line, sorted, without descriptions.

use std::collections::BTreeSet;

use codegen::Model;
use serde_json::{Map, Value, json};

use crate::npm::Package;
use crate::{Outcome, workspace};

/// Names the package and its version.
const SOURCE: &str = "models/ACCESS-SOURCE";
const CHORE: &str = "access";

/// Runs the chore with its options.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let pinned = Package::parse(&workspace::read(SOURCE)?)?;
    let (check, package) = match options {
        [] => (false, pinned),
        ["--check"] => (true, pinned),
        ["--version", version] => (false, Package { version: (*version).to_owned(), ..pinned }),
        other => return Err(format!("{CHORE}: cannot read {other:?}")),
    };
    let names = package.json("data/serviceNames.json")?;
    for prefix in prefixes()? {
        let text = render(&names[&prefix], |part| package.json(&format!("data/{part}/{prefix}.json")))
            .map_err(|e| format!("{prefix}: {e}"))?;
        workspace::settle(&format!("models/{prefix}.access.json"), &text, check, CHORE)?;
    }
    workspace::settle(SOURCE, &format!("{package}\n"), check, CHORE)?;
    models()?.iter().flat_map(unknown).for_each(|operation| println!("no action in the reference: {operation}"));
    Ok(())
}

/// All models, as the build has them.
pub(crate) fn models() -> Result<Vec<Model>, String> {
    let source = workspace::read("models/SOURCE")?;
    source.lines().skip(1).map(|id| codegen::load(&workspace::path("models"), id, |_| ())).collect()
}

/// Operations of a model that nobody knows how to authorise: signed, decided by policies, and without an action in the
/// reference.
pub(crate) fn unknown(model: &Model) -> Vec<String> {
    let open = model.operations.values().filter(|operation| {
        let decided = !operation.unsigned && !operation.always_allowed;
        decided && operation.actions().any(|action| model.access.find(action).is_none())
    });
    open.map(|operation| format!("{} {}", model.id, operation.name)).collect()
}

fn prefixes() -> Result<BTreeSet<String>, String> {
    Ok(models()?.iter().flat_map(Model::prefixes).collect())
}

/// The reference of one prefix; `part` reads one of the package's three files about it.
fn render(name: &Value, part: impl Fn(&str) -> Result<Value, String>) -> Result<String, String> {
    let name = name.as_str().ok_or("the package does not know this prefix")?;
    let resources = part("resourceTypes")?;
    let sections = [
        ("actions", lines(&part("actions")?, "name", |one| action(one, &resources))?),
        ("resources", lines(&resources, "key", resource)?),
        ("conditionKeys", lines(&part("conditionKeys")?, "key", |one| Some(json!(one["type"].as_str()?)))?),
    ];
    let mut text = format!("{{\n\"name\":{}", Value::from(name));
    for (section, lines) in sections {
        text += &format!(",\n\"{section}\":{{\n{}\n}}", lines.join(",\n"));
    }
    Ok(text + "\n}\n")
}

/// The entries of a file, named by one of their fields, each as a line.
fn lines(all: &Value, key: &str, line: impl Fn(&Value) -> Option<Value>) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for one in all.as_object().into_iter().flatten().map(|(_, one)| one) {
        let name = &one[key];
        let value = line(one).ok_or_else(|| format!("{name} is not as expected: {one}"))?;
        lines.push(format!("{name}:{value}"));
    }
    lines.sort();
    Ok(lines)
}

fn action(one: &Value, resources: &Value) -> Option<Value> {
    let mut line = Map::new();
    line.insert("level".into(), level(one["accessLevel"].as_str()?)?.into());
    let touched = one["resourceTypes"].as_array()?.iter().map(|touched| action_resource(touched, resources));
    let touched: Map<String, Value> = touched.collect::<Option<_>>()?;
    if !touched.is_empty() {
        line.insert("resources".into(), touched.into());
    }
    put_lists(&mut line, one)?;
    Some(line.into())
}

/// The kind of resource, with a star when every call names one, and what the action has with this kind only.
fn action_resource(touched: &Value, resources: &Value) -> Option<(String, Value)> {
    let name = resources[touched["name"].as_str()?.to_lowercase()]["key"].as_str()?;
    let star = if touched["required"].as_bool()? { "*" } else { "" };
    let mut own = Map::new();
    put_lists(&mut own, touched)?;
    Some((format!("{name}{star}"), own.into()))
}

fn resource(one: &Value) -> Option<Value> {
    let mut line = Map::new();
    line.insert("arn".into(), one["arn"].as_str()?.into());
    put_list(&mut line, one, "conditionKeys");
    Some(line.into())
}

/// Of two levels the greater, which is the one that says more.
fn level(words: &str) -> Option<&str> {
    let known = ["Permissions management", "Tagging", "Write", "Read", "List"];
    known.into_iter().find(|level| words.split(", ").any(|word| word == *level))
}

fn put_lists(line: &mut Map<String, Value>, one: &Value) -> Option<()> {
    one["conditionKeys"].as_array()?;
    one["dependentActions"].as_array()?;
    put_list(line, one, "conditionKeys");
    put_list(line, one, "dependentActions");
    Some(())
}

/// Empty lists are left out.
fn put_list(line: &mut Map<String, Value>, one: &Value, key: &str) {
    let mut list = one[key].as_array().cloned().unwrap_or_default();
    list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    list.dedup();
    if !list.is_empty() {
        line.insert(key.into(), list.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_line_an_entry() {
        let part = |name: &str| {
            Ok(match name {
                "actions" => json!({"b": {"name": "B", "accessLevel": "Tagging, Write", "description": "d",
                    "resourceTypes": [{"name": "Queue", "required": true, "conditionKeys": ["k:b", "k:a"], "dependentActions": []}],
                    "conditionKeys": [], "dependentActions": ["iam:PassRole"]},
                    "a": {"name": "A", "accessLevel": "List", "resourceTypes": [], "conditionKeys": [], "dependentActions": []}}),
                "resourceTypes" => json!({"queue": {"key": "queue", "arn": "arn:x"}}),
                _ => json!({"k:a": {"key": "k:A", "description": "d", "type": "String"}}),
            })
        };
        let expected = "{\n\"name\":\"X\",\n\"actions\":{\n\"A\":{\"level\":\"List\"},\n\
            \"B\":{\"level\":\"Tagging\",\"resources\":{\"queue*\":{\"conditionKeys\":[\"k:a\",\"k:b\"]}},\
            \"dependentActions\":[\"iam:PassRole\"]}\n},\n\"resources\":{\n\"queue\":{\"arn\":\"arn:x\"}\n},\n\
            \"conditionKeys\":{\n\"k:A\":\"String\"\n}\n}\n";
        assert_eq!(render(&json!("X"), part).unwrap(), expected);
    }

    #[test]
    fn of_two_levels_the_greater_stays() {
        assert_eq!(level("Permissions management, Write"), Some("Permissions management"));
        assert_eq!(level("Read"), Some("Read"));
        assert_eq!(level("Reading"), None);
    }
}
