//! What an update changes, as change sets tell it: which properties, why, and whether the resource is made anew.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::Document;
use super::evaluate::LATER;
use super::graph;

/// One reason for which a property changes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Detail {
    /// `Properties`, `Tags`, `Metadata`, `DeletionPolicy`, …
    pub attribute: &'static str,
    /// The property, when it is one.
    pub name: Option<String>,
    /// Whether its change makes a new resource: `Never`, `Conditionally`, `Always`.
    pub recreation: &'static str,
    /// `Static` when the change is sure.
    pub evaluation: &'static str,
    /// `DirectModification`, `ParameterReference`, …
    pub source: &'static str,
    /// What causes it.
    pub cause: Option<String>,
    /// Its value before.
    pub before: Option<Value>,
    /// Its value afterwards.
    pub after: Option<Value>,
}

/// A template as written, with what its functions give.
pub(crate) struct Side<'a> {
    /// Properties as they are written.
    pub written: &'a Map<String, Value>,
    /// Properties without functions.
    pub plain: &'a Map<String, Value>,
}

/// What a parameter or a resource of a template does between two states.
pub(crate) struct Causes<'a> {
    /// The new template.
    pub document: &'a Document,
    /// Parameters whose value changes.
    pub parameters: &'a BTreeSet<String>,
    /// Resources that change, and whether they are made anew.
    pub changed: &'a dyn Fn(&str) -> Option<bool>,
}

/// All details of the change of one resource's properties.
pub(crate) fn properties(
    before: &Side<'_>,
    after: &Side<'_>,
    create_only: &[&str],
    causes: &Causes<'_>,
) -> Vec<Detail> {
    let names: BTreeSet<_> = before.plain.keys().chain(after.plain.keys()).collect();
    let mut details = Vec::new();
    for name in names {
        let (was, is) = (before.plain.get(name), after.plain.get(name));
        if was == is {
            continue;
        }
        let later = is.is_some_and(|value| value.to_string().contains(LATER));
        let recreation = match create_only.contains(&name.as_str()) {
            false => "Never",
            true if later => "Conditionally",
            true => "Always",
        };
        let tags = name == "Tags";
        let detail = |source, evaluation, cause| Detail {
            attribute: if tags { "Tags" } else { "Properties" },
            name: (!tags).then(|| name.clone()),
            recreation,
            evaluation,
            source,
            cause,
            before: was.cloned(),
            after: is.cloned(),
        };
        let reasons = after.written.get(name).map(|written| reasons(written, causes)).unwrap_or_default();
        let own = before.written.get(name) != after.written.get(name);
        let evaluation = if reasons.is_empty() && !later { "Static" } else { "Dynamic" };
        if own || reasons.is_empty() || reasons.iter().any(|(source, _)| *source != "ResourceReference") {
            details.push(detail("DirectModification", evaluation, None));
        }
        details.extend(reasons.into_iter().map(|(source, cause)| detail(source, "Static", Some(cause))));
    }
    details
}

/// Parameters and resources that a written value refers to, and that change.
fn reasons(written: &Value, causes: &Causes<'_>) -> Vec<(&'static str, String)> {
    let mut reasons = Vec::new();
    for name in graph::references(written) {
        if causes.parameters.contains(&name) {
            reasons.push(("ParameterReference", name));
        } else if let Some(anew) = (causes.changed)(&name) {
            let attributes = attributes(written, &name);
            reasons.extend(attributes.iter().map(|attribute| ("ResourceAttribute", format!("{name}.{attribute}"))));
            if attributes.is_empty() && anew && causes.document.resource(&name).is_some() {
                reasons.push(("ResourceReference", name));
            }
        }
    }
    reasons
}

/// Attributes of a resource that a value asks for.
fn attributes(value: &Value, of: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match value {
        Value::Array(items) => items.iter().for_each(|item| found.extend(attributes(item, of))),
        Value::Object(members) => {
            if let Some((name, Value::String(attribute))) = members.get("Fn::GetAtt").and_then(graph::attribute)
                && name == of
            {
                found.insert(attribute);
            }
            let texts = members.get("Fn::Sub").map(|argument| argument.get(0).unwrap_or(argument));
            for name in texts.and_then(Value::as_str).map(graph::placeholders).unwrap_or_default() {
                if let Some((name, attribute)) = name.split_once('.')
                    && name == of
                {
                    found.insert(attribute.to_owned());
                }
            }
            members.values().for_each(|member| found.extend(attributes(member, of)));
        }
        _ => {}
    }
    found
}

/// Whether such changes make a new resource: `True`, `Conditional`, `False`.
pub(crate) fn replacement(details: &[Detail]) -> &'static str {
    match details {
        _ if details.iter().any(|detail| detail.recreation == "Always") => "True",
        _ if details.iter().any(|detail| detail.recreation == "Conditionally") => "Conditional",
        _ => "False",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn details_tell_what_changes_and_why() {
        let template = json!({"Resources": {"A": {"Type": "T"}, "B": {"Type": "T"}}});
        let document = Document::read(&template, &|_| true).unwrap();
        let (written, new) = (
            map(json!({"Name": "x", "Title": {"Fn::GetAtt": ["A", "Title"]}, "Size": {"Ref": "P"}})),
            map(json!({"Name": "y", "Title": {"Fn::GetAtt": ["A", "Title"]}, "Size": {"Ref": "P"}})),
        );
        let before = Side { written: &written, plain: &map(json!({"Name": "x", "Title": "t", "Size": "1"})) };
        let after = Side { written: &new, plain: &map(json!({"Name": "y", "Title": LATER, "Size": "2"})) };
        let parameters = BTreeSet::from(["P".to_owned()]);
        let changed = |name: &str| (name == "A").then_some(false);
        let causes = Causes { document: &document, parameters: &parameters, changed: &changed };
        let details = properties(&before, &after, &["Name"], &causes);
        let told: Vec<_> = details
            .iter()
            .map(|d| (d.name.as_deref().unwrap(), d.source, d.evaluation, d.recreation, d.cause.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("Name", "DirectModification", "Static", "Always", None),
                ("Size", "DirectModification", "Dynamic", "Never", None),
                ("Size", "ParameterReference", "Static", "Never", Some("P")),
                ("Title", "DirectModification", "Dynamic", "Never", None),
                ("Title", "ResourceAttribute", "Static", "Never", Some("A.Title")),
            ]
        );
        assert_eq!(replacement(&details), "True");
    }
}
