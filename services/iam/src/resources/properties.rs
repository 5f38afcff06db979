//! Reading templates' properties, and writing what is there as properties.

use api_iam::Tag;
use names::Tags;
use serde_json::Value;
use service_kit::properties::{tag_list, tags_of, unless};
use service_kit::{Error, PropertySource};

/// A text; numbers and booleans as they are written.
pub(super) fn text(given: &PropertySource, name: &str) -> Option<String> {
    match given.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A text that must be there.
pub(super) fn needed(given: &PropertySource, name: &str) -> String {
    text(given, name).unwrap_or_default()
}

/// A number.
pub(super) fn number(given: &PropertySource, name: &str) -> Option<i32> {
    text(given, name)?.parse().ok()
}

/// A list of texts.
pub(super) fn texts(given: &PropertySource, name: &str) -> Vec<String> {
    let list = given.get(name).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// A document, whether a template wrote it as an object or as text.
pub(super) fn document(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// A document that an operation answered, percent-encoded, as a property.
pub(super) fn shown(encoded: &str) -> Value {
    let text = decoded(encoded);
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn decoded(encoded: &str) -> String {
    let (mut out, mut rest) = (Vec::with_capacity(encoded.len()), encoded.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = &after[2..];
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Tags that a template gives.
pub(super) fn tags(given: &PropertySource) -> Vec<Tag> {
    tags_of(given).into_iter().map(|(key, value)| Tag { key, value }).collect()
}

/// Tags as a property; none when there are none.
pub(super) fn tag_property(tags: Option<Vec<Tag>>) -> Option<Value> {
    tag_list(&tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// What is to go and what is to come, that what is there be as wanted.
pub(super) fn difference(there: &[String], wanted: &[String]) -> (Vec<String>, Vec<String>) {
    let without = |all: &[String], others: &[String]| all.iter().filter(|one| !others.contains(one)).cloned().collect();
    (without(there, wanted), without(wanted, there))
}

/// Tags to put and keys to take away.
pub(super) fn tag_difference(there: &Tags, wanted: &Tags) -> (Vec<Tag>, Vec<String>) {
    let put = wanted.iter().filter(|(key, value)| there.get(*key) != Some(value));
    let put = put.map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect();
    (put, there.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect())
}

/// None when the resource is gone.
pub(super) fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == api_iam::errors::NO_SUCH_ENTITY_EXCEPTION.code)
}

/// Properties out of pairs; what is null is left out.
pub(super) fn properties(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> PropertySource {
    pairs.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A list as a property; null, which is left out, when it is empty.
pub(super) fn list_property(list: Vec<Value>) -> Value {
    if list.is_empty() { Value::Null } else { list.into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_decoded_once() {
        assert_eq!(shown("%7B%22a%22%3A%22x%2520y%22%7D"), json!({"a": "x%20y"}));
        assert_eq!(shown("100%"), Value::String("100%".into()));
    }

    #[test]
    fn differences() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(difference(&list(&["a", "b"]), &list(&["b", "c"])), (list(&["a"]), list(&["c"])));
    }
}
