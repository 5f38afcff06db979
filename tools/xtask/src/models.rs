//! `xtask models`: AWS's API models out of the installed botocore into `models/`, stripped of documentation. One shape a
//! line and byte for byte reproducible, so that the difference between two versions can be read.

use std::process::Command;

use serde_json::{Map, Value};

use crate::{Outcome, workspace};

/// Prints the version, then one JSON document a line for each service named on the command line. The extras that
/// botocore merges are taken for `metadata` only: those of shapes are parameters of its client and not of AWS.
const READER: &str = "
import sys, json, botocore
from botocore.loaders import Loader
print(botocore.__version__)
plain, extra = Loader(include_default_extras=False), Loader()
for name in sys.argv[1:]:
    model = plain.load_service_model(name, 'service-2')
    model['metadata'] = extra.load_service_model(name, 'service-2')['metadata']
    print(json.dumps(model))
";

/// Keys that only clients or their documentation need.
const DROPPED: [&str; 10] = [
    "documentation",
    "documentationUrl",
    "deprecatedMessage",
    "deprecatedSince",
    "contextParam",
    "staticContextParams",
    "operationContextParams",
    "endpointdiscovery",
    "endpointoperation",
    "examples",
];

/// Runs the chore with its options.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let source = workspace::read("models/SOURCE")?;
    let mut lines = source.lines();
    let pinned = lines.next().and_then(|l| l.strip_prefix("botocore ")).ok_or("models/SOURCE names no version")?;
    let services: Vec<&str> = lines.collect();
    let (check, version) = parse(options, pinned)?;
    let printed = read_botocore(&services)?;
    let mut documents = printed.lines();
    let installed = documents.next().unwrap_or_default();
    if installed != version {
        return Err(format!("botocore {installed} is installed and not {version}; --botocore {installed} takes it"));
    }
    for (service, document) in services.iter().zip(documents) {
        let model: Value = serde_json::from_str(document).map_err(|e| format!("{service}: {e}"))?;
        workspace::settle(&format!("models/{service}.json"), &render(&model)?, check, "models")?;
    }
    workspace::settle("models/SOURCE", &source.replacen(pinned, version, 1), check, "models")
}

/// The botocore version of `models/SOURCE` if it is the installed one.
#[cfg(test)]
pub(crate) fn installed_is_pinned() -> bool {
    let source = workspace::read("models/SOURCE").unwrap_or_default();
    read_botocore(&[]).is_ok_and(|v| source.lines().next() == Some(&format!("botocore {}", v.trim())))
}

fn parse<'a>(options: &[&'a str], pinned: &'a str) -> Result<(bool, &'a str), String> {
    match options {
        [] => Ok((false, pinned)),
        ["--check"] => Ok((true, pinned)),
        ["--botocore", version] => Ok((false, version)),
        other => Err(format!("models: cannot read {other:?}")),
    }
}

fn read_botocore(services: &[&str]) -> Result<String, String> {
    let output = Command::new("python3").args(["-c", READER]).args(services).output();
    let output = output.map_err(|e| format!("python3: {e}"))?;
    if !output.status.success() {
        return Err(format!("python3 with botocore: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|e| e.to_string())
}

/// The stripped model as text: metadata, operations and shapes, sorted by name, one a line.
fn render(model: &Value) -> Result<String, String> {
    let mut text = String::from("{\n");
    for (section, last) in [("metadata", false), ("operations", false), ("shapes", true)] {
        let entries = model[section].as_object().ok_or_else(|| format!("a model without {section}"))?;
        let mut lines: Vec<String> = entries.iter().map(|(name, value)| line(section, name, value)).collect();
        lines.sort();
        text += &format!("\"{section}\":{{\n{}\n}}{}\n", lines.join(",\n"), if last { "" } else { "," });
    }
    Ok(text + "}\n")
}

fn line(section: &str, name: &str, value: &Value) -> String {
    let stripped = if section == "metadata" { value.clone() } else { strip(value) };
    format!("{}:{stripped}", Value::from(name))
}

/// Drops documentation at every level, but keeps members that happen to be called `documentation`.
fn strip(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.iter().filter(|(key, _)| !DROPPED.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), strip_entry(key, value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(strip).collect()),
        other => other.clone(),
    }
}

fn strip_entry(key: &str, value: &Value) -> Value {
    match (key, value) {
        ("members", Value::Object(members)) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), strip(member))).collect::<Map<_, _>>())
        }
        _ => strip(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_goes_and_members_of_that_name_stay() {
        let shape = serde_json::json!({"documentation": "d", "members": {"documentation": {"shape": "S", "documentation": "d"}}});
        assert_eq!(strip(&shape), serde_json::json!({"members": {"documentation": {"shape": "S"}}}));
    }

    #[test]
    fn lines_are_sorted_by_name() {
        let model = serde_json::json!({"metadata": {"b": 1, "a": 2}, "operations": {}, "shapes": {}});
        assert!(render(&model).unwrap().starts_with("{\n\"metadata\":{\n\"a\":2,\n\"b\":1\n},\n"));
    }

    #[test]
    fn the_committed_models_are_those_of_the_pinned_version() {
        if installed_is_pinned() {
            run(&["--check"]).unwrap();
        }
    }
}
