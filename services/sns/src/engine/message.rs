//! A message as its publisher gave it, and what was noted when it came. Never changed after it was accepted.

use std::collections::BTreeMap;

use bytes::Bytes;
use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::Record;

/// Attributes of a message by name.
pub(crate) type Attributes = BTreeMap<String, Attribute>;

/// One attribute of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attribute {
    /// `String`, `String.Array`, `Number` or `Binary`, with an optional `.label`.
    pub kind: String,
    /// Its value.
    pub value: AttributeValue,
}

/// The value of an attribute; numbers and arrays are texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AttributeValue {
    /// Of all but `Binary`.
    Text(String),
    /// Of a `Binary`.
    Blob(Bytes),
}

/// What a publisher gives, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Of mail, mostly.
    pub subject: Option<String>,
    /// What is said.
    pub content: Content,
    /// Attributes.
    pub attributes: Attributes,
    /// Its group: required on FIFO topics.
    pub group: Option<String>,
    /// Names its content for five minutes, on FIFO topics.
    pub deduplication: Option<String>,
    /// The publisher's X-Ray trace.
    pub trace: Option<String>,
    /// The id of the delivery it comes by, when a service delivers it.
    pub once: Option<u128>,
}

/// What is said: to all the same, or to each protocol its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    /// To protocols that have none of their own.
    pub usual: String,
    /// Of `MessageStructure` `json`: by protocol.
    pub by_protocol: BTreeMap<String, String>,
}

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Random; shown as a UUID.
    pub id: u128,
    /// The topic's ARN.
    pub topic: String,
    /// Of mail, mostly.
    pub subject: Option<String>,
    /// What is said.
    pub content: Content,
    /// Attributes.
    pub attributes: Attributes,
    /// Its group.
    pub group: Option<String>,
    /// What it is deduplicated by.
    pub deduplication: Option<String>,
    /// Its place among the messages of a FIFO topic.
    pub sequence: Option<u64>,
    /// When it was accepted.
    pub at: Timestamp,
    /// The publisher's X-Ray trace.
    pub trace: Option<String>,
    /// Scheme, host and port of the URLs in it: where the publisher reached us.
    pub base_url: String,
    /// How it is signed: 1 or 2; none on FIFO topics.
    pub signature: Option<u8>,
    /// Whether an archive plays it again.
    pub replayed: bool,
}

impl Record for Message {
    const VERSION: u8 = 1;
}

impl Content {
    /// What a protocol is told.
    pub(crate) fn told(&self, protocol: &str) -> &str {
        self.by_protocol.get(protocol).unwrap_or(&self.usual)
    }
}

impl Attribute {
    /// What stands before the label.
    pub(crate) fn base(&self) -> &str {
        if self.kind == "String.Array" { &self.kind } else { self.kind.split('.').next().unwrap_or_default() }
    }
}

/// A number as a UUID.
pub(crate) fn uuid(id: u128) -> String {
    let hex = format!("{id:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A sequence number as FIFO topics show it: twenty digits.
pub(crate) fn sequence_number(number: u64) -> String {
    format!("1{number:019}")
}
