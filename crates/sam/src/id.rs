//! Logical ids: a prefix, and ten digits of a hash of what the resource depends on, so that a change makes a new resource.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::node::Node;
use crate::python::{Json, json};

/// Digits of a hash in an id.
const DIGITS: usize = 10;

/// The SHA-1 of a text, in hexadecimal digits.
pub(crate) fn hash(text: &str) -> String {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An id of a prefix and a value: a text by itself, anything else as JSON. Of nothing there is no hash.
pub(crate) fn of(prefix: &str, value: &Node) -> String {
    format!("{prefix}{}", suffix(value))
}

/// The digits that stand for a value.
pub(crate) fn suffix(value: &Node) -> String {
    if !value.truthy() {
        return String::new();
    }
    let mut digits = match value {
        Node::Text(text) => hash(text),
        _ => hash(&json(value, Json::Compact)),
    };
    digits.truncate(DIGITS);
    digits
}

/// An id of a prefix and a hash that the author gave.
pub(crate) fn given(prefix: &str, hash: &str) -> String {
    format!("{prefix}{}", hash.chars().take(DIGITS).collect::<String>())
}

/// An id of a prefix and a name: the name itself where it is of letters and digits, else its hash.
pub(crate) fn named(prefix: &str, name: &str) -> String {
    if is_alphanumeric(name) { format!("{prefix}{name}") } else { of(prefix, &Node::from(name)) }
}

/// Whether a text is letters and digits, and not empty.
pub(crate) fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::map;

    #[test]
    fn ids_are_hashes_of_what_they_depend_on() {
        assert_eq!(hash("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(of("A", &Node::from("abc")), "Aa9993e3647");
        assert_eq!(of("A", &Node::Null), "A");
        assert_eq!(of("A", &Node::Map(map! { "a" => 1 })), format!("A{}", &hash("{\"a\":1}")[..10]));
        assert_eq!(given("A", "0123456789abcdef"), "A0123456789");
        assert_eq!(named("A", "Prod"), "AProd");
        assert_eq!(named("A", "a b"), format!("A{}", &hash("a b")[..10]));
    }
}
