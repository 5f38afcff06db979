//! A message as its sender gave it, and what was noted when it came. Never changed after it was stored.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::Record;

use super::content::{Content, Sealing, Text};
use super::digest;
use crate::store::{MessageNo, QueueId};

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
    /// The id of the delivery it comes by, when a service delivers it: recognised when it comes again.
    pub once: Option<u128>,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Random; shown as a UUID.
    pub id: u128,
    /// What its receivers read.
    pub content: Content,
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

/// What all messages of one call are stamped with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp<'a> {
    /// The queue they are sent to.
    pub queue: QueueId,
    /// What their content is sealed with.
    pub sealing: &'a Sealing,
    /// Unique id of who sends.
    pub sender: &'a str,
    /// When.
    pub sent_at: Timestamp,
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
    const VERSION: u8 = 2;

    fn migrate(version: u8, bytes: &[u8]) -> Option<Self> {
        let first: First = (version == 1).then(|| postcard::from_bytes(bytes).ok())??;
        let text = Text { body: first.body, body_md5: first.body_md5, attributes: first.attributes };
        Some(Self {
            id: first.id,
            content: Content::Plain(text),
            trace: first.trace,
            sent_at: first.sent_at,
            sender: first.sender,
            group: first.group,
            deduplication: first.deduplication,
            past: first.past,
        })
    }
}

/// A message of version 1, whose content lay in the clear.
#[derive(Serialize, Deserialize)]
struct First {
    id: u128,
    body: String,
    body_md5: [u8; 16],
    attributes: Attributes,
    trace: Option<String>,
    sent_at: Timestamp,
    sender: String,
    group: Option<String>,
    deduplication: Option<String>,
    past: Option<Past>,
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

    /// The message this becomes, and the MD5 of its body.
    pub(crate) fn stamp(self, stamp: &Stamp<'_>, number: MessageNo, id: u128) -> (Message, [u8; 16]) {
        let body_md5 = digest::body(&self.body);
        let text = Text { body: self.body, body_md5, attributes: self.attributes };
        // A part of the id that nobody is shown would do as well; what matters is that it is random.
        let random = (id >> 32) as u32;
        let message = Message {
            id,
            content: stamp.sealing.close(stamp.queue, number, random, &text),
            trace: self.trace,
            sent_at: stamp.sent_at,
            sender: stamp.sender.to_owned(),
            group: self.group,
            deduplication: self.deduplication,
            past: None,
        };
        (message, body_md5)
    }
}

impl Message {
    /// Roughly the bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        256 + self.content.weight()
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
