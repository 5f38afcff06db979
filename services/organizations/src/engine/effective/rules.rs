//! What an effective policy must be like, whatever the documents it was made of: each may be right and their sum not.
//!
//! AWS documents that such checks exist, their code `ELEMENTS_TOO_MANY` and that each names a path. The elements that a
//! backup plan must have are those of "Backup policy syntax"; the limits are those of AWS Backup.

use super::merge::Merged;
use crate::engine::kind::Kind;

/// Values of one setting.
const VALUES: usize = 1_000;
/// Elements of a backup plan that it cannot be without.
const PLAN: [&str; 3] = ["regions", "rules", "selections"];
/// Elements of a backup plan's rule that it cannot be without.
const RULE: [&str; 1] = ["target_backup_vault_name"];
/// Rules of a backup plan. Source: AWS Backup quotas.
const RULES: usize = 10;

/// Something wrong with an effective policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// `ELEMENTS_TOO_MANY`, `ELEMENT_MISSING`.
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// Where, from the top, parts apart by slashes.
    pub path: String,
}

/// Everything wrong with an effective policy.
pub(super) fn check(kind: Kind, merged: &Merged) -> Vec<Invalid> {
    let mut invalid = Vec::new();
    too_many(merged, "", &mut invalid);
    if kind == Kind::Backup {
        plans(merged, &mut invalid);
    }
    invalid
}

fn too_many(merged: &Merged, path: &str, invalid: &mut Vec<Invalid>) {
    if merged.value.as_ref().and_then(|value| value.as_array()).is_some_and(|values| values.len() > VALUES) {
        invalid.push(many(path, VALUES));
    }
    for (key, child) in &merged.children {
        too_many(child, &join(path, key), invalid);
    }
}

fn plans(merged: &Merged, invalid: &mut Vec<Invalid>) {
    let Some(plans) = merged.children.get("plans") else { return };
    for (name, plan) in &plans.children {
        let path = join("plans", name);
        missing(plan, &path, &PLAN, invalid);
        let Some(rules) = plan.children.get("rules") else { continue };
        let path = join(&path, "rules");
        if rules.children.len() > RULES {
            invalid.push(many(&path, RULES));
        }
        for (name, rule) in &rules.children {
            missing(rule, &join(&path, name), &RULE, invalid);
        }
    }
}

fn missing(merged: &Merged, path: &str, wanted: &[&str], invalid: &mut Vec<Invalid>) {
    for element in wanted.iter().filter(|element| !merged.children.contains_key(**element)) {
        let message = format!("The element {element} is missing.");
        invalid.push(Invalid { code: "ELEMENT_MISSING", message, path: path.to_owned() });
    }
}

fn many(path: &str, most: usize) -> Invalid {
    let message = format!("The number of elements exceeds the maximum of {most}.");
    Invalid { code: "ELEMENTS_TOO_MANY", message, path: path.to_owned() }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") }
}

#[cfg(test)]
mod tests {
    use super::super::{merge::merge, parse};
    use super::*;
    use serde_json::json;

    fn checked(kind: Kind, document: &serde_json::Value) -> Vec<(&'static str, String)> {
        let merged = merge(&[vec![parse(kind, &document.to_string()).unwrap()]]);
        check(kind, &merged).into_iter().map(|invalid| (invalid.code, invalid.path)).collect()
    }

    #[test]
    fn a_plan_that_is_not_whole() {
        let whole = json!({"plans": {"p": {"regions": {"@@assign": ["us-east-1"]}, "selections": {},
            "rules": {"r": {"target_backup_vault_name": {"@@assign": "v"}}}}}});
        assert_eq!(checked(Kind::Backup, &whole), []);
        let part = json!({"plans": {"p": {"rules": {"r": {}}}}});
        let found = checked(Kind::Backup, &part);
        assert_eq!(
            found,
            [
                ("ELEMENT_MISSING", "plans/p".to_owned()),
                ("ELEMENT_MISSING", "plans/p".to_owned()),
                ("ELEMENT_MISSING", "plans/p/rules/r".to_owned()),
            ]
        );
    }

    #[test]
    fn too_many_values() {
        let values: Vec<_> = (0..=VALUES).map(|i| i.to_string()).collect();
        let document = json!({"tags": {"a": {"tag_value": {"@@assign": values}}}});
        assert_eq!(checked(Kind::Tag, &document), [("ELEMENTS_TOO_MANY", "tags/a/tag_value".to_owned())]);
    }
}
