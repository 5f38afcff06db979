//! How documents come together: level by level from the root, at one level in the order of attaching.
//!
//! What a level forbids its children holds for every level below it, for the setting and all in it; documents of one level
//! forbid together what any of them does. At one level the first assignment wins; a level below overwrites it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Node, Operator};

/// Settings as they are in force.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Merged {
    /// Settings in it.
    pub children: BTreeMap<String, Merged>,
    /// Its value.
    pub value: Option<Value>,
    /// The level at which it was assigned.
    assigned: Option<usize>,
    /// What levels below may do.
    allowed: Option<Vec<Operator>>,
}

/// Merges the documents of each level.
pub(crate) fn merge(levels: &[Vec<Node>]) -> Merged {
    let mut merged = Merged::default();
    for (depth, documents) in levels.iter().enumerate() {
        for document in documents {
            merged.apply(document, depth, None);
        }
        // Only now: documents of one level do not restrict each other.
        for document in documents {
            merged.restrict(document);
        }
    }
    merged
}

impl Merged {
    /// `inherited` is what the settings around allow.
    fn apply(&mut self, node: &Node, depth: usize, inherited: Option<&[Operator]>) {
        let allowed = both(inherited, self.allowed.as_deref());
        for (operator, value) in node.set.iter().flat_map(|set| &set.steps) {
            if allowed.as_ref().is_none_or(|allowed| allowed.contains(operator)) {
                self.step(*operator, value, depth);
            }
        }
        for (key, child) in &node.children {
            self.children.entry(key.clone()).or_default().apply(child, depth, allowed.as_deref());
        }
    }

    fn step(&mut self, operator: Operator, value: &Value, depth: usize) {
        match operator {
            Operator::Assign if self.assigned == Some(depth) => {}
            Operator::Assign => {
                self.value = Some(value.clone());
                self.assigned = Some(depth);
            }
            Operator::Append => {
                let mut values = list(self.value.take());
                for value in list(Some(value.clone())) {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                self.value = Some(values.into());
            }
            Operator::Remove => {
                let removed = list(Some(value.clone()));
                if let Some(Value::Array(values)) = &mut self.value {
                    values.retain(|value| !removed.contains(value));
                }
            }
        }
    }

    fn restrict(&mut self, node: &Node) {
        if node.allowed.is_some() {
            self.allowed = both(self.allowed.as_deref(), node.allowed.as_deref());
        }
        for (key, child) in &node.children {
            self.children.entry(key.clone()).or_default().restrict(child);
        }
    }

    /// As the effective policy writes it; none when nothing is in it.
    fn shown(self) -> Option<Value> {
        match self.value {
            Some(Value::Array(values)) if values.is_empty() => None,
            Some(value) => Some(value),
            None => {
                let children = self.children.into_iter();
                let shown: Map<_, _> = children.filter_map(|(key, child)| Some((key, child.shown()?))).collect();
                (!shown.is_empty()).then_some(Value::Object(shown))
            }
        }
    }
}

impl From<Merged> for Value {
    fn from(merged: Merged) -> Self {
        merged.shown().unwrap_or_else(|| Self::Object(Map::new()))
    }
}

/// What both allow; none for anything.
fn both(a: Option<&[Operator]>, b: Option<&[Operator]>) -> Option<Vec<Operator>> {
    match (a, b) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.to_vec()),
        (Some(a), Some(b)) => Some(a.iter().copied().filter(|operator| b.contains(operator)).collect()),
    }
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(values)) => values,
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::engine::kind::Kind;
    use serde_json::json;

    fn effective(levels: &[&[Value]]) -> Value {
        let parsed: Vec<Vec<_>> = levels
            .iter()
            .map(|level| level.iter().map(|document| parse(Kind::Tag, &document.to_string()).unwrap()).collect())
            .collect();
        merge(&parsed).into()
    }

    fn center(tag_value: Value, enforced_for: Option<Value>) -> Value {
        let mut setting = json!({"tag_key": {"@@assign": "CostCenter"}, "tag_value": tag_value});
        if let Some(enforced_for) = enforced_for {
            setting["enforced_for"] = enforced_for;
        }
        json!({"tags": {"costcenter": setting}})
    }

    /// The examples of AWS's User Guide, "Inheritance examples", by their letters.
    #[test]
    fn documented_examples() {
        let a = center(json!({"@@assign": ["Development", "Support"]}), None);
        let services = || json!(["redshift:*", "dynamodb:table"]);
        let b = center(json!({"@@assign": ["Sandbox"]}), Some(json!({"@@assign": services()})));
        let c = center(json!({"@@append": ["Marketing"]}), Some(json!({"@@append": services()})));
        let d = center(json!({"@@remove": ["Development", "Marketing"]}), Some(json!({"@@remove": services()})));
        let e = json!({"tags": {"project": {
            "tag_key": {"@@operators_allowed_for_child_policies": ["@@none"], "@@assign": "Project"},
            "tag_value": {"@@operators_allowed_for_child_policies": ["@@append"],
                "@@assign": ["Maintenance", "Escalations"]}}}});
        let f = json!({"tags": {"project": {"tag_key": {"@@assign": "PROJECT"},
            "tag_value": {"@@append": ["Escalations - research"]}}}});
        let j = json!({"tags": {"project": {"tag_key": {"@@assign": "PROJECT"},
            "tag_value": {"@@append": ["Maintenance"]}}}});
        let k = json!({"tags": {"project": {"tag_key": {"@@assign": "project"}}}});

        let of = |value: Value| json!({"tags": {"costcenter": value}});
        let project = |value: Value| json!({"tags": {"project": value}});
        for (name, levels, expected) in [
            (
                "1",
                vec![vec![a.clone()], vec![b]],
                of(json!({"tag_key": "CostCenter", "tag_value": ["Sandbox"], "enforced_for": services()})),
            ),
            (
                "2",
                vec![vec![a.clone()], vec![c.clone()]],
                of(json!({"tag_key": "CostCenter", "tag_value": ["Development", "Support", "Marketing"],
                    "enforced_for": services()})),
            ),
            ("3", vec![vec![a], vec![c], vec![d]], of(json!({"tag_key": "CostCenter", "tag_value": ["Support"]}))),
            (
                "4",
                vec![vec![e], vec![f]],
                project(json!({"tag_key": "Project",
                    "tag_value": ["Maintenance", "Escalations", "Escalations - research"]})),
            ),
            ("6", vec![vec![j, k]], project(json!({"tag_key": "PROJECT", "tag_value": ["Maintenance"]}))),
        ] {
            let levels: Vec<&[Value]> = levels.iter().map(Vec::as_slice).collect();
            assert_eq!(effective(&levels), expected, "example {name}");
        }
    }

    #[test]
    fn documents_of_one_level_forbid_together() {
        let value = |value: Value| json!({"tags": {"project": {"tag_value": value}}});
        let g = value(json!({"@@operators_allowed_for_child_policies": ["@@append"], "@@assign": ["Maintenance"]}));
        let h = value(json!({"@@operators_allowed_for_child_policies": ["@@append", "@@remove"]}));
        let child = value(json!({"@@append": ["More"], "@@remove": ["Maintenance"]}));
        let shown = effective(&[&[g, h], &[child]]);
        assert_eq!(shown, json!({"tags": {"project": {"tag_value": ["Maintenance", "More"]}}}));
    }

    #[test]
    fn what_is_forbidden_stays_so_and_holds_inside() {
        let shut = json!({"tags": {"@@operators_allowed_for_child_policies": ["@@none"],
            "a": {"tag_value": {"@@assign": ["1"]}}}});
        let open = json!({"tags": {"@@operators_allowed_for_child_policies": ["@@all"]}});
        let change = json!({"tags": {"a": {"tag_value": {"@@append": ["2"]}}, "b": {"tag_key": {"@@assign": "B"}}}});
        let shown = effective(&[&[shut], &[open], &[change]]);
        assert_eq!(shown, json!({"tags": {"a": {"tag_value": ["1"]}}}));
    }

    #[test]
    fn keys_of_tags_have_no_case() {
        let upper = json!({"tags": {"Team": {"tag_key": {"@@assign": "Team"}}}});
        let lower = json!({"tags": {"team": {"tag_value": {"@@assign": ["x"]}}}});
        let shown = effective(&[&[upper], &[lower]]);
        assert_eq!(shown, json!({"tags": {"team": {"tag_key": "Team", "tag_value": ["x"]}}}));
    }
}
