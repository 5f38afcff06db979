//! What a publisher gives, checked: AWS's rules for messages, attributes and ids, in AWS's words.

use std::collections::BTreeMap;

use api_sns::MessageAttributeValue;
use aws_lc_rs::digest;
use serde_json::Value;
use service_kit::{Ctx, Error};

use crate::engine::message::{Attribute, AttributeValue, Attributes, Content, Draft};
use crate::engine::topic::Topic;
use crate::error::{invalid, invalid_because, invalid_value};
use crate::limits;

/// A message as the API has it, alone or in a batch.
pub(crate) struct Publishing {
    pub(crate) message: String,
    pub(crate) subject: Option<String>,
    pub(crate) structure: Option<String>,
    pub(crate) attributes: Option<BTreeMap<String, MessageAttributeValue>>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication: Option<String>,
    /// Which of the call's messages it is.
    pub(crate) index: usize,
    /// Whether every reader may have a text of his own, so that none is for all.
    pub(crate) own_alone: bool,
}

impl Publishing {
    /// Bytes that count against the limit of a message and of a batch.
    pub(crate) fn size(&self) -> usize {
        let value = |value: &MessageAttributeValue| {
            let text = value.string_value.as_ref().map_or(0, String::len);
            value.data_type.len() + text + value.binary_value.as_ref().map_or(0, smithy::Bytes::len)
        };
        let attributes = self.attributes.iter().flatten().map(|(name, one)| name.len() + value(one));
        self.message.len() + attributes.sum::<usize>()
    }

    /// The draft this becomes on a topic, or outside of one.
    pub(crate) fn check(self, ctx: &Ctx, topic: Option<&Topic>) -> Result<Draft, Error> {
        if self.message.is_empty() {
            return Err(invalid("Empty message"));
        }
        check_subject(self.subject.as_deref())?;
        if self.size() > limits::MESSAGE_BYTES {
            return Err(invalid("Message too long"));
        }
        let draft = Draft {
            attributes: read_all(self.attributes.unwrap_or_default())?,
            content: content(self.message, self.structure.as_deref(), self.own_alone)?,
            subject: self.subject,
            group: token(self.group, "MessageGroupId")?,
            deduplication: token(self.deduplication, "MessageDeduplicationId")?,
            trace: ctx.request.trace.clone(),
            once: ctx.request.once.get(self.index).copied(),
        };
        match topic {
            Some(topic) if topic.home.is_fifo() => in_order(draft, topic),
            _ if draft.deduplication.is_some() => {
                let reason =
                    "The request includes MessageDeduplicationId parameter that is not valid for this topic type";
                Err(invalid_because("MessageDeduplicationId", reason))
            }
            _ => Ok(draft),
        }
    }
}

/// What a FIFO topic wants besides.
fn in_order(mut draft: Draft, topic: &Topic) -> Result<Draft, Error> {
    if draft.group.is_none() {
        return Err(invalid("The MessageGroupId parameter is required for FIFO topics"));
    }
    if draft.deduplication.is_none() {
        if !topic.is("ContentBasedDeduplication") {
            return Err(invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
            ));
        }
        draft.deduplication = Some(sum(&draft.content.usual));
    }
    Ok(draft)
}

/// SHA-256 of a text, in hexadecimal.
fn sum(text: &str) -> String {
    let sum = digest::digest(&digest::SHA256, text.as_bytes());
    sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check_subject(subject: Option<&str>) -> Result<(), Error> {
    let Some(subject) = subject else { return Ok(()) };
    let length = (1..=limits::SUBJECT_LENGTH).contains(&subject.chars().count());
    let fine = length && !subject.chars().any(char::is_control) && !subject.starts_with(char::is_whitespace);
    if fine { Ok(()) } else { Err(invalid("Subject")) }
}

/// What is said, to all the same or to each protocol its own.
fn content(message: String, structure: Option<&str>, own_alone: bool) -> Result<Content, Error> {
    match structure {
        None | Some("") => Ok(Content { usual: message, by_protocol: BTreeMap::new() }),
        Some("json") => by_protocol(&message, own_alone),
        Some(_) => Err(invalid("MessageStructure")),
    }
}

fn by_protocol(message: &str, own_alone: bool) -> Result<Content, Error> {
    let parsed: Result<Value, _> = serde_json::from_str(message);
    let Ok(Value::Object(all)) = parsed else {
        return Err(invalid("Message Structure - JSON message body failed to parse"));
    };
    let texts = all.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    });
    let mut by_protocol: BTreeMap<_, _> = texts.collect();
    let usual = by_protocol.remove("default");
    let usual = usual.or_else(|| by_protocol.values().next().filter(|_| own_alone).cloned());
    let usual = usual.ok_or_else(|| invalid("Message Structure - No default entry in JSON message body"))?;
    Ok(Content { usual, by_protocol })
}

fn token(token: Option<String>, parameter: &str) -> Result<Option<String>, Error> {
    let fine =
        |token: &String| limits::TOKEN_LENGTH.contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic());
    match token {
        Some(token) if !fine(&token) => {
            let reason =
                format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length");
            Err(invalid_because(parameter, reason))
        }
        token => Ok(token),
    }
}

fn read_all(given: BTreeMap<String, MessageAttributeValue>) -> Result<Attributes, Error> {
    given.into_iter().map(|(name, value)| Ok((name.clone(), read(&name, value)?))).collect()
}

fn read(name: &str, value: MessageAttributeValue) -> Result<Attribute, Error> {
    check_name(name)?;
    let kind = value.data_type;
    let (base, label) = kind.split_once('.').map_or((kind.as_str(), None), |(base, label)| (base, Some(label)));
    let field = match base {
        _ if label == Some("") => "",
        "String" | "Number" => "String",
        "Binary" => "Binary",
        _ => "",
    };
    if field.is_empty() {
        return Err(invalid_value(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is \
             Binary, Number, and String."
        )));
    }
    let text = value.string_value.filter(|text| !text.is_empty());
    let blob = value.binary_value.filter(|blob| !blob.is_empty());
    let value = match (field, text, blob) {
        ("String", Some(text), None) => {
            check_value(name, &kind, base, &text)?;
            AttributeValue::Text(text)
        }
        ("Binary", None, Some(blob)) => AttributeValue::Blob(blob),
        (_, None, None) => {
            return Err(invalid_value(format!(
                "The message attribute '{name}' must contain non-empty message attribute value for message attribute type \
                 '{base}'."
            )));
        }
        _ => {
            let text = format!("The message attribute '{name}' with type '{base}' must use field '{field}'.");
            return Err(invalid_value(text));
        }
    };
    Ok(Attribute { kind, value })
}

fn check_value(name: &str, kind: &str, base: &str, text: &str) -> Result<(), Error> {
    let array = || matches!(serde_json::from_str(text), Ok(Value::Array(items)) if items.iter().all(|i| !i.is_object() && !i.is_array()));
    if base == "Number" && !text.trim().parse::<f64>().is_ok_and(f64::is_finite) {
        return Err(invalid_value(format!("Could not cast message attribute '{name}' value to number.")));
    }
    if kind == "String.Array" && !array() {
        let text =
            format!("Message attribute {name}'s array must be valid JSON array of strings, numbers, booleans or null.");
        return Err(invalid_value(text));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Error> {
    if name.len() > limits::ATTRIBUTE_NAME_LENGTH {
        return Err(invalid_value("Length of message attribute name must be less than 256 bytes."));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
        return Err(invalid_value(format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. Can only include \
             alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(bad)
        )));
    }
    let text = if name.starts_with('.') {
        "Invalid message attribute name starting with character '.' was found."
    } else if name.ends_with('.') {
        "Invalid message attribute name ending with character '.' was found."
    } else if name.contains("..") {
        "Message attribute name can not have successive '.' character."
    } else {
        return Ok(());
    };
    Err(invalid_value(text))
}
