//! Intrinsic functions and conditions, on what is known of a stack.
//!
//! A function that refers to a resource asks [`Known`], who may say that it is not known before the resource is there. Values
//! that are `AWS::NoValue` vanish from whatever holds them.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value, json};
use service_kit::properties::text_of;

use super::document::Document;
use super::graph;
use super::refusal::{Checked, Refusal};

/// What change sets show for what only the execution will tell.
pub(crate) const LATER: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// What is known of resources and of other stacks.
pub(crate) trait Known {
    /// What `Ref` gives for a resource.
    fn identifier(&self, resource: &str) -> Checked<Value>;
    /// What `Fn::GetAtt` gives.
    fn attribute(&self, resource: &str, attribute: &str) -> Checked<Value>;
    /// What `Fn::ImportValue` gives.
    fn import(&self, name: &str) -> Option<String>;
}

/// AWS's own parameters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pseudo {
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::Partition`.
    pub partition: String,
    /// `AWS::URLSuffix`.
    pub suffix: String,
    /// `AWS::StackId`.
    pub stack_id: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// `AWS::NotificationARNs`.
    pub notifications: Vec<String>,
}

/// All that functions see.
pub(crate) struct Scope<'a> {
    /// The template.
    pub document: &'a Document,
    /// Values of its parameters, as texts.
    pub parameters: &'a BTreeMap<String, String>,
    /// AWS's own.
    pub pseudo: &'a Pseudo,
    /// Its conditions, decided.
    pub conditions: BTreeMap<String, bool>,
    /// The rest.
    pub known: &'a dyn Known,
}

/// Nothing is known of resources: for conditions and rules, which may not refer to any.
pub(crate) struct Nothing;

impl Known for Nothing {
    fn identifier(&self, resource: &str) -> Checked<Value> {
        Err(Refusal::format(format!(
            "Unresolved dependencies [{resource}]. Cannot reference resources in the Conditions block of the template"
        )))
    }

    fn attribute(&self, resource: &str, _: &str) -> Checked<Value> {
        self.identifier(resource)
    }

    fn import(&self, _: &str) -> Option<String> {
        None
    }
}

/// Decides all conditions of a template.
pub(crate) fn conditions(
    document: &Document,
    parameters: &BTreeMap<String, String>,
    pseudo: &Pseudo,
) -> Checked<BTreeMap<String, bool>> {
    let mut scope = Scope { document, parameters, pseudo, conditions: BTreeMap::new(), known: &Nothing };
    // Each round decides those whose own conditions are decided: what is left at the end goes in circles.
    while scope.conditions.len() < document.conditions.len() {
        let before = scope.conditions.len();
        for (name, condition) in &document.conditions {
            if !scope.conditions.contains_key(name) && decided(condition, &scope.conditions, document)? {
                let holds = scope.holds(condition)?;
                scope.conditions.insert(name.clone(), holds);
            }
        }
        if scope.conditions.len() == before {
            let left = document.conditions.keys().filter(|name| !scope.conditions.contains_key(*name));
            let left = left.map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(Refusal::format(format!("Circular dependency between conditions: [{left}]")));
        }
    }
    Ok(scope.conditions)
}

fn decided(condition: &Value, known: &BTreeMap<String, bool>, document: &Document) -> Checked<bool> {
    match condition {
        Value::Object(members) => {
            if let Some(Value::String(name)) = members.get("Condition") {
                if !document.conditions.contains_key(name) {
                    return Err(Refusal::format(format!(
                        "Unresolved condition dependency {name} in the Conditions block of the template"
                    )));
                }
                return Ok(known.contains_key(name));
            }
            if let Some(Value::String(name)) = members.get("Fn::If").and_then(|branches| branches.get(0))
                && document.conditions.contains_key(name)
                && !known.contains_key(name)
            {
                return Ok(false);
            }
            all(members.values(), |member| decided(member, known, document))
        }
        Value::Array(items) => all(items, |item| decided(item, known, document)),
        _ => Ok(true),
    }
}

fn all<'a>(values: impl IntoIterator<Item = &'a Value>, test: impl Fn(&'a Value) -> Checked<bool>) -> Checked<bool> {
    for value in values {
        if !test(value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Scope<'_> {
    /// Whether something under a condition is there.
    pub(crate) fn is_there(&self, condition: Option<&String>) -> bool {
        condition.is_none_or(|name| self.conditions.get(name).copied().unwrap_or(false))
    }

    /// A value without functions; none when it is `AWS::NoValue`.
    pub(crate) fn value(&self, value: &Value) -> Checked<Option<Value>> {
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.value(item)).collect::<Checked<Vec<_>>>()?;
                Ok(Some(items.into_iter().flatten().collect()))
            }
            Value::Object(members) => match function(members) {
                Some((name, argument)) => self.call(name, argument),
                None => {
                    let mut plain = Map::new();
                    for (name, member) in members {
                        if let Some(member) = self.value(member)? {
                            plain.insert(name.clone(), member);
                        }
                    }
                    Ok(Some(plain.into()))
                }
            },
            other => Ok(Some(other.clone())),
        }
    }

    /// A value as text.
    pub(crate) fn text(&self, value: &Value) -> Checked<String> {
        Ok(self.value(value)?.as_ref().map(text_of).unwrap_or_default())
    }

    fn call(&self, name: &str, argument: &Value) -> Checked<Option<Value>> {
        match name {
            "Ref" => self.reference(argument),
            "Fn::If" => self.choose(argument),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" | "Condition" => {
                self.holds(&json!({ name: argument })).map(|holds| Some(holds.into()))
            }
            "Fn::GetAtt" => self.get_attribute(argument).map(Some),
            "Fn::Sub" => self.substitute(argument).map(Some),
            "Fn::Join" => self.join(argument).map(Some),
            "Fn::Split" => self.split(argument).map(Some),
            "Fn::Select" => self.select(argument),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::Base64" => Ok(Some(BASE64_STANDARD.encode(self.text(argument)?).into())),
            "Fn::Cidr" => self.cidr(argument).map(Some),
            "Fn::GetAZs" => self.zones(argument).map(Some),
            "Fn::ImportValue" => self.import(argument).map(Some),
            "Fn::Length" => self.length(argument).map(Some),
            "Fn::ToJsonString" => {
                let value = self.value(argument)?.unwrap_or(Value::Null);
                Ok(Some(value.to_string().into()))
            }
            other => Err(Refusal::error(format!("{other} is not a valid intrinsic function here"))),
        }
    }

    fn reference(&self, argument: &Value) -> Checked<Option<Value>> {
        let name = argument.as_str().ok_or_else(|| Refusal::format("All References must be of type string."))?;
        let pseudo = self.pseudo;
        Ok(Some(match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::AccountId" => pseudo.account.as_str().into(),
            "AWS::Region" => pseudo.region.as_str().into(),
            "AWS::Partition" => pseudo.partition.as_str().into(),
            "AWS::URLSuffix" => pseudo.suffix.as_str().into(),
            "AWS::StackId" => pseudo.stack_id.as_str().into(),
            "AWS::StackName" => pseudo.stack_name.as_str().into(),
            "AWS::NotificationARNs" => pseudo.notifications.clone().into(),
            name => match self.document.parameters.iter().find(|parameter| parameter.name == name) {
                Some(declared) => declared.typed(self.parameters.get(name).map_or("", String::as_str)),
                None => self.known.identifier(name)?,
            },
        }))
    }

    fn choose(&self, argument: &Value) -> Checked<Option<Value>> {
        let wrong = || Refusal::error("Fn::If requires a list argument with three elements");
        let [condition, then, otherwise] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(wrong());
        };
        let name = condition.as_str().ok_or_else(wrong)?;
        match self.conditions.get(name) {
            Some(true) => self.value(then),
            Some(false) => self.value(otherwise),
            None => Err(Refusal::error(format!("unresolved condition dependency {name} in Fn::If"))),
        }
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, condition: &Value) -> Checked<bool> {
        let members = condition.as_object().and_then(function);
        let Some((name, argument)) = members else {
            return match text_of(condition).as_str() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => {
                    Err(Refusal::format("Conditions can only be boolean operations on parameters and other conditions"))
                }
            };
        };
        match name {
            "Condition" => {
                let name = argument.as_str().unwrap_or_default();
                self.conditions.get(name).copied().ok_or_else(|| {
                    Refusal::format(format!(
                        "Unresolved condition dependency {name} in the Conditions block of the template"
                    ))
                })
            }
            "Fn::Equals" => {
                let [left, right] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else {
                    return Err(Refusal::error("every Fn::Equals object requires a list of 2 string parameters."));
                };
                Ok(self.text(left)? == self.text(right)?)
            }
            "Fn::Not" => {
                let [one] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else {
                    return Err(Refusal::error("every Fn::Not object requires an array of one boolean parameter."));
                };
                Ok(!self.holds(one)?)
            }
            "Fn::And" | "Fn::Or" => {
                let parts = argument.as_array().filter(|parts| (2..=10).contains(&parts.len())).ok_or_else(|| {
                    Refusal::error(format!(
                        "every {name} object requires a list of at least 2 and at most 10 boolean parameters."
                    ))
                })?;
                let mut held = parts.iter().map(|part| self.holds(part)).collect::<Checked<Vec<_>>>()?.into_iter();
                Ok(if name == "Fn::And" { held.all(|one| one) } else { held.any(|one| one) })
            }
            _ => match self.value(condition)?.as_ref().map(text_of).as_deref() {
                Some("true") => Ok(true),
                Some("false") => Ok(false),
                _ => {
                    Err(Refusal::format("Conditions can only be boolean operations on parameters and other conditions"))
                }
            },
        }
    }

    fn get_attribute(&self, argument: &Value) -> Checked<Value> {
        let wrong = || {
            Refusal::error(
                "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
            )
        };
        let (resource, attribute) = graph::attribute(argument).ok_or_else(wrong)?;
        let attribute = self.text(&attribute)?;
        if resource.is_empty() || attribute.is_empty() {
            return Err(wrong());
        }
        self.known.attribute(&resource, &attribute)
    }

    fn substitute(&self, argument: &Value) -> Checked<Value> {
        let wrong = || {
            Refusal::error(
                "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
            )
        };
        let (text, own) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(own)] => (text.as_str(), Some(own)),
                _ => return Err(wrong()),
            },
            _ => return Err(wrong()),
        };
        let mut whole = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            whole.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                whole.push_str("${");
                rest = after;
                continue;
            };
            match name.trim().strip_prefix('!') {
                Some(literal) => whole.extend(["${", literal, "}"]),
                None => whole.push_str(&self.placeholder(name.trim(), own)?),
            }
            rest = behind;
        }
        whole.push_str(rest);
        Ok(whole.into())
    }

    fn placeholder(&self, name: &str, own: Option<&Map<String, Value>>) -> Checked<String> {
        if let Some(value) = own.and_then(|own| own.get(name)) {
            return self.text(value);
        }
        match name.split_once('.') {
            Some((resource, attribute)) => self.known.attribute(resource, attribute).map(|value| text_of(&value)),
            None => Ok(self.reference(&name.into())?.as_ref().map(listed).unwrap_or_default()),
        }
    }

    fn join(&self, argument: &Value) -> Checked<Value> {
        let wrong = || {
            Refusal::error(
                "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
            )
        };
        let [delimiter, list] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else { return Err(wrong()) };
        let delimiter = delimiter.as_str().ok_or_else(wrong)?;
        match self.value(list)? {
            Some(Value::Array(items)) if !items.iter().any(|item| item.is_array() || item.is_object()) => {
                Ok(items.iter().map(text_of).collect::<Vec<_>>().join(delimiter).into())
            }
            Some(Value::String(text)) if text == LATER => Ok(LATER.into()),
            _ => Err(wrong()),
        }
    }

    fn split(&self, argument: &Value) -> Checked<Value> {
        let wrong = || {
            Refusal::error(
                "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
            )
        };
        let [delimiter, text] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else { return Err(wrong()) };
        let delimiter = delimiter.as_str().filter(|delimiter| !delimiter.is_empty()).ok_or_else(wrong)?;
        match self.value(text)? {
            Some(Value::String(text)) => Ok(text.split(delimiter).collect::<Vec<_>>().into()),
            Some(Value::Number(number)) => Ok(number.to_string().split(delimiter).collect::<Vec<_>>().into()),
            _ => Err(wrong()),
        }
    }

    fn select(&self, argument: &Value) -> Checked<Option<Value>> {
        let wrong =
            || Refusal::error("Fn::Select requires a list argument with two elements: an integer index and a list");
        let [index, list] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else { return Err(wrong()) };
        let index: usize = self.text(index)?.parse().map_err(|_| wrong())?;
        match self.value(list)? {
            Some(Value::Array(items)) => {
                items.get(index).cloned().map(Some).ok_or_else(|| {
                    Refusal::error(format!("Fn::Select cannot select nonexistent value at index {index}"))
                })
            }
            Some(Value::String(text)) if text == LATER => Ok(Some(LATER.into())),
            _ => Err(wrong()),
        }
    }

    fn find_in_map(&self, argument: &Value) -> Checked<Option<Value>> {
        let wrong = || {
            Refusal::error(
                "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
            )
        };
        let parts = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let (names, fallback) = match parts {
            [map, top, second] => ([map, top, second], None),
            [map, top, second, more] => ([map, top, second], more.get("DefaultValue")),
            _ => return Err(wrong()),
        };
        let [map, top, second] = [self.text(names[0])?, self.text(names[1])?, self.text(names[2])?];
        let found = self.document.mappings.get(&map).and_then(|map| map.get(&top)?.get(&second));
        match (found, fallback) {
            (Some(value), _) => Ok(Some(value.clone())),
            (None, Some(value)) => self.value(value),
            (None, None) if !self.document.mappings.contains_key(&map) => Err(Refusal::error(format!(
                "Mapping named '{map}' is not present in the 'Mappings' section of template."
            ))),
            (None, None) => Err(Refusal::error(format!("Unable to get mapping for {map}::{top}::{second}"))),
        }
    }

    fn cidr(&self, argument: &Value) -> Checked<Value> {
        let wrong = || {
            Refusal::error(
                "every Fn::Cidr object requires two parameters, (1) ip block and (2) count, and optional (3) cidr bits with valid values",
            )
        };
        let parts = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let [block, count, bits @ ..] = parts else { return Err(wrong()) };
        let number = |value: &Value| self.text(value)?.parse::<u32>().map_err(|_| wrong());
        let block = self.text(block)?;
        let bits = bits.first().map(number).transpose()?;
        let bits = bits.unwrap_or(if block.contains(':') { 64 } else { 8 });
        super::cidr::cidr(&block, number(count)?, bits).map(Value::from).ok_or_else(wrong)
    }

    /// The zones of a region. There are three in each here.
    fn zones(&self, argument: &Value) -> Checked<Value> {
        let region = Some(self.text(argument)?).filter(|region| !region.is_empty());
        let region = region.unwrap_or_else(|| self.pseudo.region.clone());
        Ok(["a", "b", "c"].map(|zone| Value::from(format!("{region}{zone}"))).into_iter().collect())
    }

    fn import(&self, argument: &Value) -> Checked<Value> {
        let name = self.text(argument)?;
        self.known.import(&name).map(Value::from).ok_or_else(|| Refusal(format!("No export named {name} found.")))
    }

    fn length(&self, argument: &Value) -> Checked<Value> {
        match self.value(argument)? {
            Some(Value::Array(items)) => Ok(items.len().into()),
            _ => Err(Refusal::error("Fn::Length expects an array as its argument")),
        }
    }
}

/// The function that an object is: its only member is named as one.
pub(crate) fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    let is_function = name == "Ref" || name.starts_with("Fn::") || (name == "Condition" && argument.is_string());
    is_function.then_some((name.as_str(), argument))
}

/// A value in a text: lists as AWS joins them.
fn listed(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => text_of(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake;

    impl Known for Fake {
        fn identifier(&self, resource: &str) -> Checked<Value> {
            Ok(format!("id-of-{resource}").into())
        }

        fn attribute(&self, resource: &str, attribute: &str) -> Checked<Value> {
            Ok(format!("{attribute}-of-{resource}").into())
        }

        fn import(&self, name: &str) -> Option<String> {
            (name == "there").then(|| "imported".to_owned())
        }
    }

    fn document() -> Document {
        let template = json!({
            "Parameters": {"P": {"Type": "String"}, "L": {"Type": "CommaDelimitedList"}},
            "Mappings": {"M": {"k": {"a": "v", "l": ["x", "y"]}}},
            "Conditions": {
                "Yes": {"Fn::Equals": [{"Ref": "P"}, "p"]},
                "No": {"Fn::Not": [{"Condition": "Yes"}]},
                "Either": {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]},
            },
            "Resources": {"R": {"Type": "AWS::A::B"}},
        });
        Document::read(&template, &|_| true).unwrap()
    }

    fn evaluated(value: &Value) -> Checked<Option<Value>> {
        let document = document();
        let parameters = BTreeMap::from([("P".to_owned(), "p".to_owned()), ("L".to_owned(), "a,b".to_owned())]);
        let pseudo = Pseudo { region: "eu-west-1".to_owned(), account: "1".to_owned(), ..Pseudo::default() };
        let conditions = conditions(&document, &parameters, &pseudo)?;
        let scope = Scope { document: &document, parameters: &parameters, pseudo: &pseudo, conditions, known: &Fake };
        scope.value(value)
    }

    #[test]
    fn functions_give_their_values() {
        let cases = [
            (json!({"Ref": "P"}), json!("p")),
            (json!({"Ref": "L"}), json!(["a", "b"])),
            (json!({"Ref": "R"}), json!("id-of-R")),
            (json!({"Ref": "AWS::Region"}), json!("eu-west-1")),
            (json!({"Fn::GetAtt": ["R", "Arn"]}), json!("Arn-of-R")),
            (json!({"Fn::GetAtt": "R.A.B"}), json!("A.B-of-R")),
            (json!({"Fn::Sub": "${P}/${R}/${R.Arn}/${!X}/${AWS::AccountId}"}), json!("p/id-of-R/Arn-of-R/${X}/1")),
            (json!({"Fn::Sub": ["${x}${P}", {"x": {"Ref": "P"}}]}), json!("pp")),
            (json!({"Fn::Join": ["-", {"Ref": "L"}]}), json!("a-b")),
            (json!({"Fn::Split": [",", "a,b"]}), json!(["a", "b"])),
            (json!({"Fn::Select": ["1", {"Ref": "L"}]}), json!("b")),
            (json!({"Fn::FindInMap": ["M", "k", "l"]}), json!(["x", "y"])),
            (json!({"Fn::FindInMap": ["M", "z", "l", {"DefaultValue": 7}]}), json!(7)),
            (json!({"Fn::Base64": {"Fn::Sub": "a${P}"}}), json!("YXA=")),
            (json!({"Fn::If": ["Yes", 1, 2]}), json!(1)),
            (json!({"Fn::If": ["No", 1, {"Fn::If": ["Either", 3, 4]}]}), json!(3)),
            (json!({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}), json!({"b": [1]})),
            (json!({"Fn::GetAZs": ""}), json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"])),
            (json!({"Fn::ImportValue": "there"}), json!("imported")),
            (json!({"Fn::Length": {"Ref": "L"}}), json!(2)),
            (json!({"Fn::ToJsonString": {"a": {"Ref": "P"}}}), json!("{\"a\":\"p\"}")),
            (json!({"Fn::Cidr": ["10.0.0.0/24", 1, 5]}), json!(["10.0.0.0/27"])),
            (json!({"Condition": {"StringEquals": {"a": "b"}}}), json!({"Condition": {"StringEquals": {"a": "b"}}})),
        ];
        for (value, expected) in cases {
            assert_eq!(evaluated(&value), Ok(Some(expected)), "{value}");
        }
    }

    #[test]
    fn mistakes_have_aws_words() {
        let cases = [
            (
                json!({"Fn::Select": [0]}),
                "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
            ),
            (json!({"Fn::FindInMap": ["M", "k", "q"]}), "Template error: Unable to get mapping for M::k::q"),
            (json!({"Fn::If": ["Q", 1, 2]}), "Template error: unresolved condition dependency Q in Fn::If"),
            (json!({"Fn::ImportValue": "gone"}), "No export named gone found."),
            (
                json!({"Fn::GetAtt": ["R"]}),
                "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
            ),
        ];
        for (value, text) in cases {
            assert_eq!(evaluated(&value), Err(Refusal(text.to_owned())));
        }
    }

    #[test]
    fn conditions_may_not_go_in_circles() {
        let template = json!({
            "Conditions": {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}},
            "Resources": {"R": {"Type": "AWS::A::B"}},
        });
        let document = Document::read(&template, &|_| true).unwrap();
        let refused = conditions(&document, &BTreeMap::new(), &Pseudo::default()).unwrap_err();
        assert_eq!(refused.0, "Template format error: Circular dependency between conditions: [A, B]");
    }
}
