//! Parameters: what a template declares, and the values that a stack gives them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use service_kit::properties::text_of;

use super::refusal::{Checked, Refusal};

/// What a parameter's value is shown as when its template hides it.
pub(crate) const HIDDEN: &str = "****";

const MEMBERS: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// A parameter as a template declares it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declaration {
    /// Its key.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// `Default`, as text.
    pub default: Option<String>,
    /// `Description`.
    pub description: Option<String>,
    /// Whether its value is hidden.
    pub no_echo: bool,
    /// `AllowedValues`, as texts.
    pub allowed: Option<Vec<String>>,
    rules: Map<String, Value>,
}

/// What a caller gives for a parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Given {
    /// Its key.
    pub name: String,
    /// A new value.
    pub value: Option<String>,
    /// Whether the stack's present value stays.
    pub previous: bool,
}

impl Declaration {
    /// Reads one.
    pub(crate) fn read(name: &str, declared: &Value) -> Checked<Self> {
        let members = declared.as_object();
        let members = members.ok_or_else(|| Refusal::format("Any Parameters member must be an object."))?;
        if let Some(unknown) = members.keys().find(|member| !MEMBERS.contains(&member.as_str())) {
            return Refusal::text(format!("Invalid template parameter property '{unknown}'"));
        }
        let kind = members.get("Type").and_then(Value::as_str);
        let kind = kind.ok_or_else(|| Refusal::format("Every Parameters object must contain a Type member."))?;
        if !is_kind(kind) {
            return Err(Refusal::format(format!("Unrecognized parameter type: {kind}")));
        }
        let allowed = match members.get("AllowedValues") {
            None => None,
            Some(Value::Array(list)) => Some(list.iter().map(text_of).collect()),
            Some(_) => return Err(Refusal::format("Every AllowedValues member must be a list.")),
        };
        Ok(Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            default: members.get("Default").map(default_text),
            description: members.get("Description").map(text_of),
            no_echo: members.get("NoEcho").is_some_and(|hidden| text_of(hidden) == "true"),
            allowed,
            rules: members.clone(),
        })
    }

    /// Whether its value is the name of a parameter in Systems Manager.
    pub(crate) fn is_stored(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value<")
    }

    fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList" || self.kind.starts_with("List<") || self.kind.contains("Value<List<")
    }

    /// A value as functions see it: a text, or a list of texts.
    pub(crate) fn typed(&self, text: &str) -> Value {
        if self.is_list() {
            let items = text.split(',').map(|item| Value::from(item.trim()));
            return if text.is_empty() { Value::Array(Vec::new()) } else { items.collect() };
        }
        Value::from(text)
    }

    fn check(&self, text: &str) -> Checked<()> {
        let values: Vec<&str> = if self.is_list() { text.split(',').map(str::trim).collect() } else { vec![text] };
        let numbers = self.kind == "Number" || self.kind == "List<Number>";
        if numbers && values.iter().any(|value| value.parse::<f64>().is_err()) {
            return Refusal::text(format!("Parameter '{}' must be a number.", self.name));
        }
        match values.iter().find_map(|value| self.broken(value)) {
            None => Ok(()),
            Some(rule) => match self.rules.get("ConstraintDescription").and_then(Value::as_str) {
                Some(told) => Refusal::text(format!("Parameter '{}' failed to satisfy constraint: {told}", self.name)),
                None => Refusal::text(format!("Parameter '{}' {rule}", self.name)),
            },
        }
    }

    /// The first rule that a value breaks.
    fn broken(&self, value: &str) -> Option<String> {
        if self.allowed.as_ref().is_some_and(|allowed| !allowed.iter().any(|one| one == value)) {
            return Some("must be one of AllowedValues".to_owned());
        }
        let pattern = self.rules.get("AllowedPattern").map(text_of);
        if let Some(pattern) = pattern.filter(|pattern| !matches(pattern, value)) {
            return Some(format!("must match pattern {pattern}"));
        }
        let length = value.chars().count();
        let number = |name: &str| self.rules.get(name).and_then(|rule| text_of(rule).parse::<f64>().ok());
        let size = |name: &str| self.rules.get(name).and_then(|rule| text_of(rule).parse::<usize>().ok());
        let amount = value.parse::<f64>().ok();
        let below = |rule: f64| amount.is_some_and(|amount| amount < rule);
        let above = |rule: f64| amount.is_some_and(|amount| amount > rule);
        None.or_else(|| {
            size("MinLength").filter(|least| length < *least).map(|n| format!("must contain at least {n} characters"))
        })
        .or_else(|| {
            size("MaxLength").filter(|most| length > *most).map(|n| format!("must contain at most {n} characters"))
        })
        .or_else(|| {
            number("MinValue").filter(|rule| below(*rule)).map(|n| format!("must be a number not less than {n}"))
        })
        .or_else(|| {
            number("MaxValue").filter(|rule| above(*rule)).map(|n| format!("must be a number not greater than {n}"))
        })
    }
}

/// A default as text; of a list, which YAML allows to be written, its items.
fn default_text(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => text_of(other),
    }
}

/// Whether a whole text matches. A pattern that is none matches nothing.
fn matches(pattern: &str, text: &str) -> bool {
    let whole = fancy_regex::Regex::new(&format!("^(?:{pattern})$"));
    whole.is_ok_and(|whole| whole.is_match(text).unwrap_or(false))
}

fn is_kind(kind: &str) -> bool {
    let aws = |kind: &str| kind.starts_with("AWS::EC2::") || kind.starts_with("AWS::Route53::HostedZone::Id");
    let listed = kind.strip_prefix("List<").and_then(|kind| kind.strip_suffix('>'));
    matches!(kind, "String" | "Number" | "CommaDelimitedList" | "AWS::SSM::Parameter::Name")
        || aws(kind)
        || kind.starts_with("AWS::SSM::Parameter::Value<")
        || listed.is_some_and(|kind| kind == "Number" || kind == "String" || aws(kind))
}

/// The values of all declared parameters, as texts.
///
/// # Errors
/// Values that are missing, of no parameter, or against its rules.
pub(crate) fn resolve(
    declared: &[Declaration],
    given: &[Given],
    previous: Option<&BTreeMap<String, String>>,
) -> Checked<BTreeMap<String, String>> {
    let unknown: Vec<_> = given.iter().map(|given| given.name.as_str()).collect();
    let unknown: Vec<_> =
        unknown.into_iter().filter(|name| !declared.iter().any(|parameter| parameter.name == *name)).collect();
    if !unknown.is_empty() {
        return Refusal::text(format!("Parameters: [{}] do not exist in the template", unknown.join(", ")));
    }
    let (mut values, mut missing) = (BTreeMap::new(), Vec::new());
    for parameter in declared {
        let given = given.iter().find(|given| given.name == parameter.name);
        match value_of(parameter, given, previous)? {
            Some(value) => {
                parameter.check(&value)?;
                values.insert(parameter.name.clone(), value);
            }
            None => missing.push(parameter.name.as_str()),
        }
    }
    if !missing.is_empty() {
        return Refusal::text(format!("Parameters: [{}] must have values", missing.join(", ")));
    }
    Ok(values)
}

fn value_of(
    parameter: &Declaration,
    given: Option<&Given>,
    previous: Option<&BTreeMap<String, String>>,
) -> Checked<Option<String>> {
    let Some(given) = given else { return Ok(parameter.default.clone()) };
    let name = &parameter.name;
    match (&given.value, given.previous) {
        (Some(_), true) => Refusal::text(format!(
            "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true and a parameter value at the same time"
        )),
        (Some(value), false) => Ok(Some(value.clone())),
        (None, true) => match previous.and_then(|previous| previous.get(name)) {
            Some(value) => Ok(Some(value.clone())),
            None => Refusal::text(format!(
                "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template"
            )),
        },
        (None, false) => match &parameter.default {
            Some(value) => Ok(Some(value.clone())),
            None => Refusal::text(format!("Parameter {name} should either have input value or default value")),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(declared: Value, value: Option<&str>) -> Checked<String> {
        let declared = [Declaration::read("P", &declared)?];
        let given = value.map(|value| Given { name: "P".to_owned(), value: Some(value.to_owned()), previous: false });
        Ok(resolve(&declared, given.as_slice(), None)?["P"].clone())
    }

    #[test]
    fn values_follow_the_rules_of_their_parameter() {
        let string = |rule: &str, value: Value| json!({"Type": "String", rule: value});
        let cases = [
            (json!({"Type": "String"}), None, "Parameters: [P] must have values"),
            (json!({"Type": "Number"}), Some("x"), "Parameter 'P' must be a number."),
            (json!({"Type": "List<Number>"}), Some("1, x"), "Parameter 'P' must be a number."),
            (string("AllowedValues", json!(["a", "b"])), Some("c"), "Parameter 'P' must be one of AllowedValues"),
            (string("AllowedPattern", json!("[a-z]+")), Some("A"), "Parameter 'P' must match pattern [a-z]+"),
            (string("MinLength", json!(3)), Some("ab"), "Parameter 'P' must contain at least 3 characters"),
            (string("MaxLength", json!("1")), Some("ab"), "Parameter 'P' must contain at most 1 characters"),
            (json!({"Type": "Number", "MinValue": 5}), Some("4"), "Parameter 'P' must be a number not less than 5"),
            (
                json!({"Type": "String", "AllowedPattern": "a", "ConstraintDescription": "be a"}),
                Some("b"),
                "Parameter 'P' failed to satisfy constraint: be a",
            ),
            (json!({"Type": "Foo"}), None, "Template format error: Unrecognized parameter type: Foo"),
            (json!({"Type": "String", "Foo": 1}), None, "Invalid template parameter property 'Foo'"),
        ];
        for (declared, value, text) in cases {
            assert_eq!(one(declared, value), Err(Refusal(text.to_owned())));
        }
        assert_eq!(one(json!({"Type": "Number", "Default": 7}), None), Ok("7".to_owned()));
    }

    #[test]
    fn lists_are_split_and_previous_values_stay() {
        let list = Declaration::read("P", &json!({"Type": "CommaDelimitedList"})).unwrap();
        assert_eq!(list.typed("a, b"), json!(["a", "b"]));
        let previous = BTreeMap::from([("P".to_owned(), "x".to_owned())]);
        let given = [Given { name: "P".to_owned(), value: None, previous: true }];
        assert_eq!(resolve(std::slice::from_ref(&list), &given, Some(&previous)), Ok(previous.clone()));
        assert!(resolve(&[list], &given, None).is_err());
    }
}
