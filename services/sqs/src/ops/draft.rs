//! What a sender gives, checked: AWS's rules for bodies, attributes and ids, in AWS's words.

use std::collections::BTreeMap;

use api_sqs::{MessageAttributeValue, MessageSystemAttributeValue, errors};
use service_kit::{Ctx, Error};

use crate::engine::digest;
use crate::engine::message::{Attribute, AttributeValue, Attributes, Draft, is_printable, is_token};
use crate::engine::settings::Settings;
use crate::error::{invalid, invalid_text, missing};
use crate::limits;

/// A message as the API has it, alone or in a batch.
pub(crate) struct Sending {
    pub(crate) body: String,
    pub(crate) delay: Option<i32>,
    pub(crate) attributes: Option<BTreeMap<String, MessageAttributeValue>>,
    pub(crate) system: Option<BTreeMap<String, MessageSystemAttributeValue>>,
    pub(crate) deduplication: Option<String>,
    pub(crate) group: Option<String>,
    /// Which of the call's messages it is.
    pub(crate) index: usize,
}

/// MD5 sums of attributes, as they are answered.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) attributes: Option<String>,
    pub(crate) system: Option<String>,
}

/// Whether a message was sent alone or in a batch: AWS's words differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Single,
    Batch,
}

impl Sending {
    /// The draft this becomes in a queue with these settings.
    pub(crate) fn check(self, ctx: &Ctx, settings: &Settings, form: Form) -> Result<(Draft, Sums), Error> {
        if self.body.is_empty() {
            return Err(missing("MessageBody"));
        }
        let attributes = read_all(self.attributes.unwrap_or_default())?;
        let (system, trace) = read_system(self.system.unwrap_or_default())?;
        let sums = Sums { attributes: sum(&attributes), system: sum(&system) };
        let draft = Draft {
            body: self.body,
            attributes,
            trace: trace.or_else(|| ctx.request.trace.clone()),
            group: check_token(self.group, "MessageGroupId")?,
            deduplication: check_token(self.deduplication, "MessageDeduplicationId")?,
            delay: check_delay(self.delay, settings)?,
            once: ctx.request.once.get(self.index).copied(),
        };
        check_size(&draft, settings, form)?;
        if !is_printable(&draft.body) {
            return Err(errors::invalid_message_contents(CHARACTERS).into());
        }
        in_order(draft, settings).map(|draft| (draft, sums))
    }
}

const CHARACTERS: &str = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to \
                          #xFFFD | #x10000 to #x10FFFF";

/// What a FIFO queue wants besides.
fn in_order(mut draft: Draft, settings: &Settings) -> Result<Draft, Error> {
    let Some(fifo) = settings.fifo else {
        if let Some(id) = draft.deduplication {
            return Err(invalid(id, "MessageDeduplicationId", WRONG_KIND));
        }
        return Ok(draft);
    };
    if draft.group.is_none() {
        return Err(missing("MessageGroupId"));
    }
    if draft.deduplication.is_none() {
        if !fifo.by_content {
            let text = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                        explicitly";
            return Err(invalid_text(text));
        }
        draft.deduplication = Some(digest::content(&draft.body));
    }
    Ok(draft)
}

const WRONG_KIND: &str = "The request include parameter that is not valid for this queue type.";

fn check_delay(delay: Option<i32>, settings: &Settings) -> Result<Option<u32>, Error> {
    let Some(delay) = delay else { return Ok(None) };
    if settings.fifo.is_some() {
        // Zero is let pass, and the queue's own delay counts.
        return if delay == 0 { Ok(None) } else { Err(invalid(delay, "DelaySeconds", WRONG_KIND)) };
    }
    let seconds = u32::try_from(delay).ok().filter(|seconds| limits::DELAY.contains(seconds));
    let reason = "DelaySeconds must be >= 0 and <= 900.";
    seconds.map(Some).ok_or_else(|| invalid(delay, "DelaySeconds", reason))
}

fn check_size(draft: &Draft, settings: &Settings, form: Form) -> Result<(), Error> {
    if draft.size() <= settings.max_size as usize {
        return Ok(());
    }
    let verb = if form == Form::Single { "are invalid" } else { "cannot be validated" };
    let most = settings.max_size;
    Err(invalid_text(format!("One or more parameters {verb}. Reason: Message must be shorter than {most} bytes.")))
}

/// A group, deduplication or attempt id, when there is one.
pub(crate) fn check_token(token: Option<String>, parameter: &str) -> Result<Option<String>, Error> {
    match token {
        Some(token) if !is_token(&token) => {
            let reason =
                format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
            Err(invalid(token, parameter, &reason))
        }
        token => Ok(token),
    }
}

fn read_all(attributes: BTreeMap<String, MessageAttributeValue>) -> Result<Attributes, Error> {
    if attributes.len() > limits::MESSAGE_ATTRIBUTES {
        let (count, most) = (attributes.len(), limits::MESSAGE_ATTRIBUTES);
        return Err(invalid_text(format!(
            "Number of message attributes [{count}] exceeds the allowed maximum [{most}]."
        )));
    }
    attributes.into_iter().map(|(name, value)| read(name, Raw::from(value), "user")).collect()
}

/// Only the trace header can be sent.
fn read_system(
    attributes: BTreeMap<String, MessageSystemAttributeValue>,
) -> Result<(Attributes, Option<String>), Error> {
    let mut read_ones = Attributes::new();
    for (name, value) in attributes {
        if name != "AWSTraceHeader" {
            return Err(invalid_text(format!("Message system attribute name '{name}' is invalid.")));
        }
        let (name, attribute) = read(name, Raw::from(value), "system")?;
        if attribute.kind != "String" {
            return Err(invalid_text(format!("Message (system) attribute '{name}' must have the type 'String'.")));
        }
        read_ones.insert(name, attribute);
    }
    let trace = read_ones.values().next().and_then(|attribute| match &attribute.value {
        AttributeValue::Text(text) => Some(text.clone()),
        AttributeValue::Blob(_) => None,
    });
    Ok((read_ones, trace))
}

/// An attribute's value as the API has it.
struct Raw {
    kind: String,
    text: Option<String>,
    blob: Option<smithy::Bytes>,
    lists: bool,
}

macro_rules! raw {
    ($($type:ty),*) => {$(
        impl From<$type> for Raw {
            fn from(value: $type) -> Self {
                let any = |length: Option<usize>| length.is_some_and(|length| length > 0);
                let texts = any(value.string_list_values.as_ref().map(Vec::len));
                let lists = texts || any(value.binary_list_values.as_ref().map(Vec::len));
                Self { kind: value.data_type, text: value.string_value, blob: value.binary_value, lists }
            }
        }
    )*};
}

raw!(MessageAttributeValue, MessageSystemAttributeValue);

fn read(name: String, raw: Raw, whose: &str) -> Result<(String, Attribute), Error> {
    let about = |what: &str| invalid_text(format!("Message ({whose}) attribute '{name}' {what}"));
    check_name(&name, whose)?;
    if raw.kind.is_empty() {
        return Err(about("must contain a non-empty attribute type."));
    }
    if raw.lists {
        return Err(errors::unsupported_operation(
            "Message attribute list values in SendMessage operation are not supported.",
        )
        .into());
    }
    let base = raw.kind.split('.').next().unwrap_or_default();
    let known =
        matches!(base, "String" | "Number" | "Binary") && limits::ATTRIBUTE_NAME_LENGTH.contains(&raw.kind.len());
    if !known {
        return Err(about(
            "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.",
        ));
    }
    let empty = || {
        about(&format!("must contain a non-empty value of type '{}'.", if base == "Binary" { base } else { "String" }))
    };
    let value = if base == "Binary" {
        AttributeValue::Blob(raw.blob.filter(|blob| !blob.is_empty()).ok_or_else(empty)?)
    } else {
        let text = raw.text.filter(|text| !text.is_empty()).ok_or_else(empty)?;
        // Not InvalidMessageContents, as for bodies.
        if !is_printable(&text) {
            return Err(invalid_text(CHARACTERS));
        }
        if base == "Number" && !is_number(&text) {
            return Err(invalid_text(format!(
                "Can't cast the value of message ({whose}) attribute '{name}' to a number."
            )));
        }
        AttributeValue::Text(text)
    };
    Ok((name, Attribute { kind: raw.kind, value }))
}

fn check_name(name: &str, whose: &str) -> Result<(), Error> {
    let about = |what: &str| Err(invalid_text(format!("Message ({whose}) attribute '{name}' {what}")));
    if !limits::ATTRIBUTE_NAME_LENGTH.contains(&name.chars().count()) {
        return about("must have a name of 1 to 256 characters.");
    }
    // Letters beyond ASCII are taken, though the documentation names none.
    if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        return about(
            "has a name with invalid characters: only alphanumeric characters, underscore, hyphen and period are allowed.",
        );
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return about("has a name that starts or ends with a period, or has periods in succession.");
    }
    let lower = name.to_lowercase();
    if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        return about("has a name with a reserved prefix: AWS. and Amazon. cannot be used.");
    }
    Ok(())
}

/// Up to 38 digits, with sign, fraction and exponent.
fn is_number(text: &str) -> bool {
    let digits = text.split(['e', 'E']).next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    plain && digits <= limits::NUMBER_DIGITS && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn sum(attributes: &Attributes) -> Option<String> {
    digest::attributes(attributes.iter()).map(|sum| digest::hex(&sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for good in ["0", "-1.5", "+3", "1e10", &"9".repeat(38)] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["", "x", "1 ", "NaN", "inf", "1e999", "--1", &"9".repeat(39)] {
            assert!(!is_number(bad), "{bad}");
        }
    }

    #[test]
    fn characters_of_attributes() {
        let text = |text: &str| Raw { kind: "String".into(), text: Some(text.into()), blob: None, lists: false };
        assert!(read("a".into(), text("\t\r\né"), "user").is_ok());
        match read("a".into(), text("x\u{8}"), "user").unwrap_err() {
            Error::Modeled(error) => assert_eq!(error.schema.query_code, "InvalidParameterValue"),
            Error::Fault(fault) => panic!("{fault:?}"),
        }
    }

    #[test]
    fn names_of_attributes() {
        for good in ["a", "attr.1øßä", "A-_.b", &"x".repeat(256)] {
            assert!(check_name(good, "user").is_ok(), "{good}");
        }
        for bad in ["", ".a", "a.", "a..b", "AWS.x", "amazon.x", "a b", "a\u{1f}", &"x".repeat(257)] {
            assert!(check_name(bad, "user").is_err(), "{bad}");
        }
    }
}
