//! What resource types do with properties whatever their service is: tags as templates list them, answers of operations on
//! what may be gone.

use names::Tags;
use serde_json::{Value, json};

use crate::{Error, PropertySource};

/// Waits for a future behind a pointer, as the methods of [`ResourceType`](crate::ResourceType) answer.
#[macro_export]
macro_rules! answer {
    ($($body:tt)*) => { ::std::boxed::Box::pin(async move { $($body)* }) };
}

/// What changes a resource's tags to those that a template wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retag {
    /// Keys to be removed; none when there are none.
    pub gone: Option<Vec<String>>,
    /// All tags to be set; none when they are there already.
    pub set: Option<Tags>,
}

impl Retag {
    /// From the tags that are there to those wanted.
    pub fn between(present: &Tags, wanted: Tags) -> Self {
        let gone: Vec<_> = present.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
        let set = !wanted.is_empty() && wanted != *present;
        Self { gone: (!gone.is_empty()).then_some(gone), set: set.then_some(wanted) }
    }
}

/// The tags that `Tags` lists by `Key` and `Value`. Numbers and booleans, which templates may write, are their texts; a tag
/// without a value has an empty one.
pub fn tags_of(properties: &PropertySource) -> Tags {
    let list = properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
    let value = |tag: &Value| tag.get("Value").map(text_of).unwrap_or_default();
    list.filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), value(tag)))).collect()
}

/// Tags as `Tags` lists them; none when there are none.
pub fn tag_list(tags: &Tags) -> Option<Value> {
    let list: Vec<_> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    (!list.is_empty()).then(|| list.into())
}

/// Puts tags under `Tags`, when there are any.
pub fn show_tags(properties: &mut PropertySource, tags: &Tags) {
    if let Some(list) = tag_list(tags) {
        properties.insert("Tags".to_owned(), list);
    }
}

/// Gives a name, unless the properties have one.
pub fn give_name(properties: &mut PropertySource, member: &str, invented: impl FnOnce() -> String) {
    if properties.get(member).is_none_or(Value::is_null) {
        properties.insert(member.to_owned(), invented().into());
    }
}

/// A property as text: a string is itself, anything else its JSON.
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// None when an operation answered that the resource is gone, by an error whose code `gone` knows.
///
/// # Errors
/// Every other error.
pub fn unless<T>(answer: Result<T, Error>, gone: impl Fn(&str) -> bool) -> Result<Option<T>, Error> {
    match answer {
        Err(Error::Modeled(error)) if gone(error.schema.code) => Ok(None),
        answer => answer.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn tags_are_read_as_templates_write_them() {
        let listed =
            json!([{"Key": "a", "Value": "1"}, {"Key": "n", "Value": 2}, {"Key": "t", "Value": true}, {"Key": "e"}]);
        let properties = PropertySource::from_iter([("Tags".to_owned(), listed)]);
        assert_eq!(tags_of(&properties), tags(&[("a", "1"), ("e", ""), ("n", "2"), ("t", "true")]));
        assert_eq!(tags_of(&PropertySource::new()), Tags::new());
        let mut shown = PropertySource::new();
        show_tags(&mut shown, &Tags::new());
        assert!(shown.is_empty());
        show_tags(&mut shown, &tags(&[("a", "1")]));
        assert_eq!(shown["Tags"], json!([{"Key": "a", "Value": "1"}]));
    }

    #[test]
    fn tags_change_no_more_than_they_must() {
        let there = tags(&[("a", "1"), ("b", "2")]);
        let between = |wanted: &[(&str, &str)]| Retag::between(&there, tags(wanted));
        assert_eq!(between(&[("a", "1"), ("b", "2")]), Retag { gone: None, set: None });
        assert_eq!(between(&[]), Retag { gone: Some(vec!["a".to_owned(), "b".to_owned()]), set: None });
        let wanted = [("b", "3"), ("c", "4")];
        assert_eq!(between(&wanted), Retag { gone: Some(vec!["a".to_owned()]), set: Some(tags(&wanted)) });
    }

    #[test]
    fn only_what_has_no_name_is_given_one() {
        let mut properties = PropertySource::from_iter([("B".to_owned(), Value::Null), ("C".to_owned(), "own".into())]);
        for member in ["A", "B", "C"] {
            give_name(&mut properties, member, || format!("stack-{member}"));
        }
        assert_eq!(Value::Object(properties), json!({"A": "stack-A", "B": "stack-B", "C": "own"}));
    }

    #[test]
    fn only_what_is_gone_is_none() {
        let schema = &api_sts::errors::EXPIRED_TOKEN_EXCEPTION;
        let missing = || Err::<(), _>(Error::Modeled(smithy::ApiError::new(schema, "gone")));
        assert!(matches!(unless(missing(), |code| code == schema.code), Ok(None)));
        assert!(unless(missing(), |code| code == "Other").is_err());
        assert!(matches!(unless(Ok(1), |_| true), Ok(Some(1))));
    }
}
