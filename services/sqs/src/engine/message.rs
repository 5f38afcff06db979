//! A message as its sender gave it, and what was noted when it came. Never changed after it was stored.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::Record;

use super::digest;

/// Attributes of a message by name.
pub(crate) type Attributes = BTreeMap<String, Attribute>;

/// One attribute of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attribute {
    /// `String`, `Number` or `Binary`, with an optional `.label`.
    pub kind: String,
    /// Its value.
    pub value: AttributeValue,
}

/// The value of an attribute; numbers are texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AttributeValue {
    /// Of a `String` or `Number`.
    Text(String),
    /// Of a `Binary`.
    Blob(Bytes),
}

/// What a sender gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// The text.
    pub body: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// The sender's X-Ray trace.
    pub trace: Option<String>,
    /// Its group: required on FIFO queues, allowed on others.
    pub group: Option<String>,
    /// Names its content for five minutes.
    pub deduplication: Option<String>,
    /// Seconds until it can be received; none for the queue's own delay.
    pub delay: Option<u32>,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Random; shown as a UUID.
    pub id: u128,
    /// The text.
    pub body: String,
    /// MD5 of the text.
    pub body_md5: [u8; 16],
    /// Its attributes.
    pub attributes: Attributes,
    /// The sender's X-Ray trace.
    pub trace: Option<String>,
    /// When it was sent; a dead letter on a standard queue keeps the instant at which it was first sent.
    pub sent_at: Timestamp,
    /// Unique id of who sent it.
    pub sender: String,
    /// Its group.
    pub group: Option<String>,
    /// What it is deduplicated by, on FIFO queues.
    pub deduplication: Option<String>,
    /// What it went through before it came to a dead-letter queue.
    pub past: Option<Past>,
}

/// The life of a dead letter in the queue it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Past {
    /// ARN of that queue.
    pub source: String,
    /// How often it was received there.
    pub receives: u32,
    /// When it was first received there.
    pub first_received: Option<Timestamp>,
}

impl Record for Message {
    const VERSION: u8 = 1;
}

impl Attribute {
    /// Bytes it counts for in a message's size, without its name.
    fn size(&self) -> usize {
        let value = match &self.value {
            AttributeValue::Text(text) => text.len(),
            AttributeValue::Blob(bytes) => bytes.len(),
        };
        self.kind.len() + value
    }
}

impl Draft {
    /// Bytes that count against the largest size: body, names, types and values of attributes.
    pub(crate) fn size(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, attribute)| name.len() + attribute.size());
        self.body.len() + attributes.sum::<usize>()
    }

    /// The message this becomes. `id` is random.
    pub(crate) fn stamp(self, id: u128, sender: String, sent_at: Timestamp) -> Message {
        Message {
            id,
            body_md5: digest::body(&self.body),
            body: self.body,
            attributes: self.attributes,
            trace: self.trace,
            sent_at,
            sender,
            group: self.group,
            deduplication: self.deduplication,
            past: None,
        }
    }
}

impl Message {
    /// Roughly the bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, attribute)| name.len() + attribute.size() + 64);
        256 + self.body.len() + attributes.sum::<usize>()
    }

    /// The group, empty where there is none.
    pub(crate) fn group_name(&self) -> &str {
        self.group.as_deref().unwrap_or_default()
    }

    /// Whether it has outlived `retention`.
    pub(crate) fn expired(&self, retention: Duration, now: Timestamp) -> bool {
        self.sent_at.plus(retention) <= now
    }
}

/// Whether a text has only the characters SQS takes: those of XML 1.0.
pub(crate) fn is_printable(text: &str) -> bool {
    // Nearly all texts are ASCII without control characters: told without decoding.
    text.bytes().all(|b| (0x20..0x80).contains(&b)) || text.chars().all(is_xml)
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a group, deduplication or attempt id is well formed: 1 to 128 ASCII letters, digits and punctuation.
pub(crate) fn is_token(text: &str) -> bool {
    crate::limits::TOKEN_LENGTH.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_characters_of_xml() {
        for good in ["", "plain", "tab\tline\r\n", "\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{10ffff}"] {
            assert!(is_printable(good), "{good:?}");
        }
        for bad in ["\0", "\u{1f}", "\u{fffe}", "\u{ffff}", "a\u{b}"] {
            assert!(!is_printable(bad), "{bad:?}");
        }
    }

    #[test]
    fn tokens() {
        assert!(is_token("a!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~9"));
        assert!(is_token(&"x".repeat(128)));
        for bad in ["", " ", "a b", "é", "\t", &"x".repeat(129)] {
            assert!(!is_token(bad), "{bad:?}");
        }
    }

    #[test]
    fn attributes_count() {
        let value = AttributeValue::Text("four".into());
        let attributes = Attributes::from([("ab".to_owned(), Attribute { kind: "String".into(), value })]);
        let draft = Draft { body: "é".into(), attributes, ..Draft::default() };
        assert_eq!(draft.size(), 2 + 2 + 6 + 4);
    }
}
