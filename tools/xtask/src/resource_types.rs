//! `xtask resource-types`: AWS's schemas of resource types, as cfn-lint publishes them, into `models/resource-types.json`: of each
//! type the names of its properties, which of them are only for creating, and which only the service sets. One type a line.

use serde_json::{Map, Value, json};

use crate::package::Package;
use crate::{Outcome, workspace};

const FILE: &str = "models/resource-types.json";
const CHORE: &str = "resource-types";
/// Lists of properties that are kept, and what the schemas call them. Some are only for creating under conditions that words
/// tell and schemas do not.
const LISTS: [(&str, &str); 3] = [
    ("create_only", "createOnlyProperties"),
    ("at_times_create_only", "conditionalCreateOnlyProperties"),
    ("read_only", "readOnlyProperties"),
];
const SCHEMAS: &str = "cfnlint/data/schemas";

/// Runs the chore with its options.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let pinned = pinned()?;
    let (check, package) = match options {
        [] => (false, pinned),
        ["--check"] => (true, pinned),
        ["--version", version] => (false, pinned.at(version)),
        other => return Err(format!("{CHORE}: cannot read {other:?}")),
    };
    let listed = package.text(&format!("{SCHEMAS}/providers/us_east_1.py"))?;
    let mut lines = Vec::new();
    for (name, schema) in types(&listed) {
        lines.push(line(name, &package.json(&format!("{SCHEMAS}/resources/{schema}.json"))?).to_string());
    }
    let text =
        format!("{{\n\"source\":{},\n\"types\":[\n{}\n]\n}}\n", Value::from(package.to_string()), lines.join(",\n"));
    workspace::settle(FILE, &text, check, CHORE)
}

/// The package that the committed file names.
fn pinned() -> Result<Package, String> {
    let text = workspace::read(FILE)?;
    let line = text.lines().nth(1).and_then(|line| line.strip_prefix("\"source\":\"")?.strip_suffix("\","));
    Package::parse(line.ok_or_else(|| format!("{FILE} names no source"))?)
}

/// The types of a region's list with the names of their schemas' files. It is written in Python, a line each.
fn types(listed: &str) -> Vec<(&str, &str)> {
    let pairs =
        listed.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\",")?.split_once("\": \""));
    let mut types: Vec<_> = pairs.filter(|(name, _)| name.starts_with("AWS::")).collect();
    types.sort_unstable();
    types
}

/// What is kept of one schema.
fn line(name: &str, schema: &Value) -> Value {
    let mut names: Vec<&str> =
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    let mut line = Map::from_iter([("name".to_owned(), name.into()), ("properties".to_owned(), names.into())]);
    for (key, from) in LISTS {
        let pointers = schema[from].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut paths: Vec<_> = pointers.map(path).collect();
        paths.sort();
        paths.dedup();
        line.insert(key.to_owned(), json!(paths));
    }
    line.into()
}

/// `Endpoint.Address` of `/properties/Endpoint/Address`.
fn path(pointer: &str) -> String {
    pointer.trim_start_matches("/properties/").replace("/properties/", ".").replace('/', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_types_are_those_of_the_pinned_version() {
        if pinned().unwrap().is_here() {
            run(&["--check"]).unwrap();
        }
    }

    #[test]
    fn lists_are_read_and_sorted() {
        let listed = "types: dict[str, str] = {\n    \"AWS::B::C\": \"2\",\n    \"AWS::A::B\": \"1\",\n    \"Other\": \"3\",\n}\n";
        assert_eq!(types(listed), [("AWS::A::B", "1"), ("AWS::B::C", "2")]);
    }

    #[test]
    fn of_a_schema_the_names_are_kept() {
        let schema = json!({
            "properties": {"Name": {"type": "string"}, "Arn": {"type": "string"}},
            "createOnlyProperties": ["/properties/Name"],
            "readOnlyProperties": ["/properties/Endpoint/Address", "/properties/Arn"],
        });
        let kept = line("AWS::A::B", &schema).to_string();
        let expected = "{\"name\":\"AWS::A::B\",\"properties\":[\"Arn\",\"Name\"],\"create_only\":[\"Name\"],\"at_times_create_only\":[],\
                        \"read_only\":[\"Arn\",\"Endpoint.Address\"]}";
        assert_eq!(kept, expected);
    }
}
