//! `xtask managed-policies`: the policies that AWS manages, with the documents of their default versions, into the data of
//! IAM. One policy a line and sorted by name, so that the difference between two versions can be read.

use serde_json::{Value, json};

use crate::package::Package;
use crate::{Outcome, workspace};

const FILE: &str = "services/iam/data/managed-policies.json";
const CHORE: &str = "managed-policies";

/// Runs the chore with its options.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let pinned = pinned()?;
    let (check, package) = match options {
        [] => (false, pinned),
        ["--check"] => (true, pinned),
        ["--version", version] => (false, pinned.at(version)),
        other => return Err(format!("{CHORE}: cannot read {other:?}")),
    };
    let text = render(&package.to_string(), &package.json("package/dist/managedPolicies.json")?)?;
    workspace::settle(FILE, &text, check, CHORE)
}

/// The package that the committed file names.
fn pinned() -> Result<Package, String> {
    let text = workspace::read(FILE)?;
    let line = text.lines().nth(1).and_then(|line| line.strip_prefix("\"source\":\"")?.strip_suffix("\","));
    Package::parse(line.ok_or_else(|| format!("{FILE} names no source"))?)
}

fn render(source: &str, policies: &Value) -> Result<String, String> {
    let entries = policies.as_object().ok_or("the package holds no policies")?;
    let mut lines = Vec::new();
    for (name, policy) in entries {
        let line = policy_line(name, policy).ok_or_else(|| format!("{name} is not as expected: {policy:.300}"))?;
        lines.push((name, line.to_string()));
    }
    lines.sort();
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    Ok(format!("{{\n\"source\":{},\n\"policies\":[\n{}\n]\n}}\n", Value::from(source), lines.join(",\n")))
}

/// What IAM needs of one policy; none when the package holds something else.
fn policy_line(name: &str, policy: &Value) -> Option<Value> {
    let arn = policy["arn"].as_str()?;
    let path = arn.strip_prefix("arn:aws:iam::aws:policy")?.strip_suffix(name)?;
    let version = policy["latestVersionId"].as_str()?;
    let document = policy["versions"][version].get("document")?;
    Some(json!({
        "name": name,
        "path": path,
        "version": version,
        "created": instant(&policy["createdDate"])?,
        "updated": instant(&policy["lastUpdatedDate"])?,
        "document": document,
    }))
}

/// IAM's instants have whole seconds.
fn instant(value: &Value) -> Option<String> {
    value.as_str()?.strip_suffix(".000Z").map(|seconds| format!("{seconds}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_policies_are_those_of_the_pinned_version() {
        if pinned().unwrap().is_here() {
            run(&["--check"]).unwrap();
        }
    }

    #[test]
    fn policies_are_a_line_each_and_sorted() {
        let policy = |path: &str, name: &str| {
            json!({
                "arn": format!("arn:aws:iam::aws:policy{path}{name}"), "latestVersionId": "v2", "versionsCount": 2,
                "createdDate": "2015-02-06T18:39:46.000Z", "lastUpdatedDate": "2016-02-06T18:39:46.000Z",
                "versions": {"v1": {"document": {}}, "v2": {"document": {"Version": "2012-10-17", "Statement": []}}},
            })
        };
        let text = render("npm p 1", &json!({"B": policy("/", "B"), "A": policy("/service-role/", "A")})).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "\"source\":\"npm p 1\",");
        assert!(lines[3].starts_with("{\"name\":\"A\",\"path\":\"/service-role/\",\"version\":\"v2\","), "{text}");
        assert!(lines[4].ends_with("\"document\":{\"Version\":\"2012-10-17\",\"Statement\":[]}}"), "{text}");
        assert!(render("npm p 1", &json!({"C": policy("/", "B")})).is_err());
    }
}
