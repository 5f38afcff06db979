//! A received message as it is answered: the attributes asked for, with the sums that let a client check them.

use std::collections::BTreeMap;

use api_sqs::{Message, MessageAttributeValue, ReceiveMessageInput};
use names::PageTokenKey;
use service_kit::Error;

use crate::engine::content::Text;
use crate::engine::digest::{self, hex};
use crate::engine::message::{Attribute, AttributeValue};
use crate::engine::queue::Queue;
use crate::engine::receipt::Receipt;
use crate::engine::receive::Received;
use crate::error::unknown_attribute;
use crate::store::MessageNo;

/// Which attributes a receiver asks for.
#[derive(Debug)]
pub(crate) struct Shown {
    system: Vec<String>,
    names: Vec<String>,
}

impl Shown {
    /// What a request asks for. The older `AttributeNames` counts where the newer member is absent.
    pub(crate) fn from_input(input: &ReceiveMessageInput) -> Result<Self, Error> {
        let newer = input.message_system_attribute_names.iter().flatten().map(|name| name.as_str().to_owned());
        let older = input.attribute_names.iter().flatten().map(|name| name.as_str().to_owned());
        let newer: Vec<_> = newer.collect();
        let system = if newer.is_empty() { older.collect() } else { newer };
        if let Some(name) = system.iter().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(unknown_attribute(name));
        }
        Ok(Self { system, names: input.message_attribute_names.clone().unwrap_or_default() })
    }

    /// The message as it is answered, with its content opened.
    pub(crate) fn message(&self, queue: &Queue, key: &PageTokenKey, received: &Received, text: Text) -> Message {
        let message = &received.message;
        let receipt = Receipt { queue: queue.id, number: received.number, receive: received.delivery.receives };
        let chosen: Vec<_> = text.attributes.iter().filter(|(name, _)| self.wants(name)).collect();
        let attributes: BTreeMap<_, _> = chosen.iter().map(|(name, value)| ((*name).clone(), show(value))).collect();
        let system = self.system(queue, received);
        Message {
            message_id: Some(uuid(message.id)),
            receipt_handle: Some(receipt.seal(key)),
            md5_of_body: Some(hex(&text.body_md5)),
            attributes: (!system.is_empty()).then_some(system),
            md5_of_message_attributes: digest::attributes(chosen.into_iter()).map(|sum| hex(&sum)),
            message_attributes: (!attributes.is_empty()).then_some(attributes),
            body: Some(text.body),
        }
    }

    /// `All`, `.*`, `*`, `prefix.*`, or the name itself.
    fn wants(&self, name: &str) -> bool {
        self.names.iter().any(|wanted| match wanted.as_str() {
            "All" | ".*" | "*" => true,
            wanted => wanted == name || wanted.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix)),
        })
    }

    fn system(&self, queue: &Queue, received: &Received) -> BTreeMap<String, String> {
        if self.system.is_empty() {
            return BTreeMap::new();
        }
        let (message, delivery, past) = (&received.message, &received.delivery, received.message.past.as_ref());
        let fifo = queue.is_fifo();
        let receives = delivery.receives + past.map_or(0, |past| past.receives);
        let first = past.and_then(|past| past.first_received).or(delivery.first_received);
        let all = [
            ("SenderId", Some(message.sender.clone())),
            ("SentTimestamp", Some(message.sent_at.millis().to_string())),
            ("ApproximateReceiveCount", Some(receives.to_string())),
            ("ApproximateFirstReceiveTimestamp", first.map(|at| at.millis().to_string())),
            ("SequenceNumber", fifo.then(|| sequence_number(received.number))),
            ("MessageDeduplicationId", message.deduplication.clone()),
            ("MessageGroupId", message.group.clone()),
            ("AWSTraceHeader", message.trace.clone()),
            ("DeadLetterQueueSourceArn", past.map(|past| past.source.clone())),
        ];
        let wanted = |name: &str| self.system.iter().any(|wanted| wanted == "All" || wanted == name);
        let present = all.into_iter().filter(|(name, _)| wanted(name));
        present.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

const KNOWN: [&str; 10] = [
    "All",
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
];

fn show(attribute: &Attribute) -> MessageAttributeValue {
    let (text, blob) = match &attribute.value {
        AttributeValue::Text(text) => (Some(text.clone()), None),
        AttributeValue::Blob(blob) => (None, Some(blob.clone())),
    };
    MessageAttributeValue {
        string_value: text,
        binary_value: blob,
        data_type: attribute.kind.clone(),
        ..MessageAttributeValue::default()
    }
}

/// A message's id as it is shown.
pub(crate) fn uuid(id: u128) -> String {
    names::RequestId::from_random(id).to_string()
}

/// A message's place among all: 20 digits, growing, as AWS's look.
pub(crate) fn sequence_number(number: MessageNo) -> String {
    (18_000_000_000_000_000_000_u128 + u128::from(number) * 256).to_string()
}
