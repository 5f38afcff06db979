//! A template with its sections read and checked: what can be said of it before anybody knows its parameters.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use service_kit::properties::text_of;

use super::parameters::Declaration;
use super::refusal::{Checked, Refusal};

/// Sections a template may have.
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
];

/// Attributes a resource may have beside its type.
const ATTRIBUTES: [&str; 11] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

/// A template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    /// `Description`.
    pub description: Option<String>,
    /// `Metadata`.
    pub metadata: Option<Value>,
    /// Parameters, in the order in which they are declared.
    pub parameters: Vec<Declaration>,
    /// `Mappings`.
    pub mappings: Map<String, Value>,
    /// `Conditions`.
    pub conditions: Map<String, Value>,
    /// `Rules`.
    pub rules: Map<String, Value>,
    /// Resources, in the order in which they are declared.
    pub resources: Vec<Declared>,
    /// Outputs, in the order in which they are declared.
    pub outputs: Vec<Output>,
}

/// A resource as a template declares it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    /// Its logical id.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its properties, with their functions.
    pub properties: Map<String, Value>,
    /// What it names in `DependsOn`.
    pub depends_on: Vec<String>,
    /// The condition under which it is.
    pub condition: Option<String>,
    /// `DeletionPolicy`.
    pub deletion_policy: Option<String>,
    /// `UpdateReplacePolicy`.
    pub replace_policy: Option<String>,
    /// `Metadata`.
    pub metadata: Option<Value>,
    /// `CreationPolicy`.
    pub creation_policy: Option<Value>,
}

/// An output as a template declares it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    /// Its key.
    pub name: String,
    /// Its value, with its functions.
    pub value: Value,
    /// `Description`.
    pub description: Option<String>,
    /// The condition under which it is.
    pub condition: Option<String>,
    /// The name under which it is exported, with its functions.
    pub export: Option<Value>,
}

/// The transforms that a whole template names, in their order.
pub(crate) fn transforms(template: &Value) -> Checked<Vec<(String, Value)>> {
    let listed = match template.get("Transform") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
    };
    listed.iter().map(transform).collect()
}

/// The name of a transform and the parameters that it is given.
pub(crate) fn transform(named: &Value) -> Checked<(String, Value)> {
    let wrong = || Refusal("Key Name of transform definition must be a string.".to_owned());
    match named {
        Value::String(name) => Ok((name.clone(), Value::Null)),
        Value::Object(members) => {
            let name = members.get("Name").and_then(Value::as_str).ok_or_else(wrong)?;
            Ok((name.to_owned(), members.get("Parameters").cloned().unwrap_or(Value::Null)))
        }
        _ => Err(wrong()),
    }
}

impl Document {
    /// Reads a template whose transforms have been applied. `known` tells the types of resources that there are.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub(crate) fn read(template: &Value, known: &dyn Fn(&str) -> bool) -> Checked<Self> {
        if let Some(path) = template::first_null(template) {
            return Refusal::text(format!("[{path}] 'null' values are not allowed in templates"));
        }
        let members = template.as_object().ok_or_else(|| Refusal::format("unsupported structure."))?;
        sections(members)?;
        let section = |name: &str| section(members, name);
        let document = Self {
            description: description(members)?,
            metadata: members.get("Metadata").cloned(),
            parameters: parameters(&section("Parameters")?)?,
            mappings: mappings(section("Mappings")?)?,
            conditions: section("Conditions")?,
            rules: section("Rules")?,
            resources: resources(members)?,
            outputs: outputs(&section("Outputs")?)?,
        };
        document.check(known)?;
        Ok(document)
    }

    /// A resource by its logical id.
    pub(crate) fn resource(&self, name: &str) -> Option<&Declared> {
        self.resources.iter().find(|resource| resource.name == name)
    }

    fn check(&self, known: &dyn Fn(&str) -> bool) -> Checked<()> {
        self.conditions_are_there()?;
        let there = |name: &str| {
            name.starts_with("AWS::")
                || self.resource(name).is_some()
                || self.parameters.iter().any(|parameter| parameter.name == name)
        };
        let mut missing = BTreeSet::new();
        for resource in &self.resources {
            let named = super::graph::references(&Value::Object(resource.properties.clone()));
            missing.extend(named.into_iter().filter(|name| !there(name)));
            missing.extend(resource.depends_on.iter().filter(|name| self.resource(name).is_none()).cloned());
        }
        if !missing.is_empty() {
            let missing = Vec::from_iter(missing).join(", ");
            let text = format!("Unresolved resource dependencies [{missing}] in the Resources block of the template");
            return Err(Refusal::format(text));
        }
        for output in &self.outputs {
            let named = super::graph::references(&output.value);
            let missing: Vec<_> = named.into_iter().filter(|name| !there(name)).collect();
            if !missing.is_empty() {
                let missing = missing.join(", ");
                return Refusal::text(format!(
                    "Unresolved resource dependencies [{missing}] in the Outputs block of the template"
                ));
            }
        }
        let unknown: BTreeSet<_> =
            self.resources.iter().map(|resource| resource.kind.as_str()).filter(|kind| !known(kind)).collect();
        if !unknown.is_empty() {
            let unknown = Vec::from_iter(unknown).join(", ");
            return Err(Refusal::format(format!("Unrecognized resource types: [{unknown}]")));
        }
        super::graph::check(&self.resources)
    }

    fn conditions_are_there(&self) -> Checked<()> {
        let named = self.resources.iter().map(|resource| ("Resources", &resource.name, &resource.condition));
        let named = named.chain(self.outputs.iter().map(|output| ("Outputs", &output.name, &output.condition)));
        for (_, name, condition) in named {
            if let Some(condition) = condition.as_ref().filter(|condition| !self.conditions.contains_key(*condition)) {
                return Err(Refusal::format(format!("Unresolved condition {condition} in {name}")));
            }
        }
        Ok(())
    }
}

fn sections(members: &Map<String, Value>) -> Checked<()> {
    let unknown: Vec<_> =
        members.keys().map(String::as_str).filter(|name| !SECTIONS.contains(name) && *name != "Transform").collect();
    if !unknown.is_empty() {
        return Refusal::text(format!("Invalid template property or properties [{}]", unknown.join(", ")));
    }
    match members.get("AWSTemplateFormatVersion").map(text_of) {
        Some(version) if version != "2010-09-09" => {
            Err(Refusal::format(format!("{version} is not a supported value for AWSTemplateFormatVersion.")))
        }
        _ => Ok(()),
    }
}

fn section(members: &Map<String, Value>, name: &str) -> Checked<Map<String, Value>> {
    match members.get(name) {
        None => Ok(Map::new()),
        Some(Value::Object(section)) => Ok(section.clone()),
        Some(_) => Err(Refusal::format(format!("{name} must be an object."))),
    }
}

fn description(members: &Map<String, Value>) -> Checked<Option<String>> {
    match members.get("Description") {
        None => Ok(None),
        Some(Value::String(text)) if text.len() > 1024 => {
            Err(Refusal::format("'Description' length is greater than 1024."))
        }
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::format("Every Description member must be a string.")),
    }
}

fn parameters(section: &Map<String, Value>) -> Checked<Vec<Declaration>> {
    section
        .iter()
        .map(|(name, declared)| {
            if !alphanumeric(name) {
                return Err(Refusal::format(format!("Parameter name {name} is non alphanumeric.")));
            }
            Declaration::read(name, declared)
        })
        .collect()
}

fn mappings(section: Map<String, Value>) -> Checked<Map<String, Value>> {
    for (name, mapping) in &section {
        let not_a_map = |name: &str| Refusal::format(format!("Every Mappings member {name} must be a map"));
        for (key, attributes) in mapping.as_object().ok_or_else(|| not_a_map(name))? {
            for value in attributes.as_object().ok_or_else(|| not_a_map(key))?.values() {
                if value.is_object() {
                    return Err(Refusal::format("Every Mappings attribute must be a String or a List."));
                }
            }
        }
    }
    Ok(section)
}

fn resources(members: &Map<String, Value>) -> Checked<Vec<Declared>> {
    let none = || Refusal::format("At least one Resources member must be defined.");
    let section = match members.get("Resources") {
        Some(Value::Object(section)) if !section.is_empty() => section,
        Some(Value::Object(_)) | None => return Err(none()),
        Some(_) => return Err(Refusal::format("Resources must be an object.")),
    };
    section.iter().map(|(name, declared)| resource(name, declared)).collect()
}

fn resource(name: &str, declared: &Value) -> Checked<Declared> {
    let members = declared.as_object().ok_or_else(|| Refusal::format("Any Resources member must be an object."))?;
    if !alphanumeric(name) {
        return Err(Refusal::format(format!("Resource name {name} is non alphanumeric.")));
    }
    let kind = members.get("Type").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| {
        Refusal::format(format!("[/Resources/{name}] Every Resources object must contain a Type member."))
    })?;
    if let Some(unknown) = members.keys().find(|member| !ATTRIBUTES.contains(&member.as_str())) {
        return Refusal::text(format!("Invalid template resource property '{unknown}'"));
    }
    let properties = match members.get("Properties") {
        None => Map::new(),
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => return Err(Refusal::format(format!("[/Resources/{name}/Properties] must be an object."))),
    };
    Ok(Declared {
        name: name.to_owned(),
        kind: kind.to_owned(),
        properties,
        depends_on: depends_on(members.get("DependsOn"))?,
        condition: members.get("Condition").map(text_of),
        deletion_policy: policy(members, "DeletionPolicy", &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"])?,
        replace_policy: policy(members, "UpdateReplacePolicy", &["Delete", "Retain", "Snapshot"])?,
        metadata: members.get("Metadata").cloned(),
        creation_policy: members.get("CreationPolicy").cloned(),
    })
}

fn policy(members: &Map<String, Value>, name: &str, allowed: &[&str]) -> Checked<Option<String>> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(policy)) if allowed.contains(&policy.as_str()) => Ok(Some(policy.clone())),
        Some(Value::String(policy)) => Err(Refusal::format(format!("Unrecognized {name} {policy} for resource"))),
        Some(_) => Err(Refusal::format(format!("Every {name} member must be a string."))),
    }
}

fn depends_on(value: Option<&Value>) -> Checked<Vec<String>> {
    let wrong = || Refusal::format("DependsOn must be a string or list of strings.");
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(list)) => {
            list.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

fn outputs(section: &Map<String, Value>) -> Checked<Vec<Output>> {
    section
        .iter()
        .map(|(name, declared)| {
            if !alphanumeric(name) {
                return Err(Refusal::format(format!("Output name {name} is non alphanumeric.")));
            }
            let value = declared.get("Value").cloned();
            let value = value.ok_or_else(|| Refusal::format("Every Outputs member must contain a Value object"))?;
            Ok(Output {
                name: name.clone(),
                value,
                description: declared.get("Description").map(text_of),
                condition: declared.get("Condition").map(text_of),
                export: declared.get("Export").and_then(|export| export.get("Name")).cloned(),
            })
        })
        .collect()
}

fn alphanumeric(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(template: &Value) -> String {
        Document::read(template, &|kind| kind.starts_with("AWS::")).expect_err("refused").0
    }

    #[test]
    fn broken_rules_are_told_in_aws_words() {
        let one = json!({"Type": "AWS::A::B"});
        let cases = [
            (json!({}), "Template format error: At least one Resources member must be defined."),
            (json!({"Resources": {}}), "Template format error: At least one Resources member must be defined."),
            (json!({"Resources": {"A": 1}}), "Template format error: Any Resources member must be an object."),
            (json!({"Resources": {"a-b": one}}), "Template format error: Resource name a-b is non alphanumeric."),
            (
                json!({"Resources": {"A": {}}}),
                "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
            ),
            (
                json!({"Resources": {"A": {"Type": "AWS::A::B", "Invalid": 1}}}),
                "Invalid template resource property 'Invalid'",
            ),
            (json!({"Resources": {"A": one}, "Foo": 1}), "Invalid template property or properties [Foo]"),
            (
                json!({"Resources": {"A": {"Type": "X::Y"}}}),
                "Template format error: Unrecognized resource types: [X::Y]",
            ),
            (
                json!({"Resources": {"A": {"Type": "AWS::A::B", "Properties": {"P": {"Ref": "Q"}}}}}),
                "Template format error: Unresolved resource dependencies [Q] in the Resources block of the template",
            ),
            (
                json!({"Resources": {"A": one}, "Outputs": {"O": {"Value": {"Ref": "T"}}}}),
                "Unresolved resource dependencies [T] in the Outputs block of the template",
            ),
            (
                json!({"Resources": {"A": one}, "Outputs": {"O": {}}}),
                "Template format error: Every Outputs member must contain a Value object",
            ),
            (
                json!({"Resources": {"A": one}, "Outputs": {"O": {"Value": null}}}),
                "[/Outputs/O/Value] 'null' values are not allowed in templates",
            ),
            (
                json!({"Resources": {"A": one}, "Mappings": {"M": {"k": 1}}}),
                "Template format error: Every Mappings member k must be a map",
            ),
            (
                json!({"Resources": {
                    "A": {"Type": "AWS::A::B", "DependsOn": "B"},
                    "B": {"Type": "AWS::A::B", "Properties": {"P": {"Fn::GetAtt": ["A", "Arn"]}}},
                }}),
                "Circular dependency between resources: [A, B]",
            ),
        ];
        for (template, text) in cases {
            assert_eq!(refused(&template), text);
        }
    }
}
