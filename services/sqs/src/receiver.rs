//! What other services deliver to queues: sent as anybody sends, in the sender's name, with the ids that let a repetition be
//! recognised.

use std::collections::BTreeMap;

use api_sqs::{
    MessageAttributeValue, MessageSystemAttributeValue, SendMessage, SendMessageBatch, SendMessageBatchInput,
    SendMessageBatchRequestEntry, SendMessageInput,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::{Arn, Region};
use service_kit::{BoxFuture, Error, Parcel, ParcelAttribute, Receipt, Receiver, Sender};

use crate::engine::queue::Home;
use crate::error::invalid_text;
use crate::limits;

/// The queues, as receivers.
pub(crate) struct Queues;

/// A parcel as a message, with the id of its delivery.
struct Message {
    once: u128,
    entry: SendMessageBatchRequestEntry,
}

impl Receiver for Queues {
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(&to.to_string()) else {
                return parcels.iter().map(|_| Err(invalid_text(format!("{to} is not the ARN of a queue.")))).collect();
            };
            let url = format!("/{}/{}", home.account, home.name);
            let messages: Vec<_> = parcels.into_iter().enumerate().map(|(index, one)| message(index, one)).collect();
            let mut receipts = Vec::with_capacity(messages.len());
            for batch in batches(messages) {
                receipts.extend(send(sender, &home.region, &url, batch).await);
            }
            receipts
        })
    }
}

/// Messages in their order, as many together as one call takes.
fn batches(messages: Vec<Result<Message, Error>>) -> Vec<Vec<Result<Message, Error>>> {
    let mut batches: Vec<Vec<_>> = Vec::new();
    let mut room = 0;
    for message in messages {
        let size = message.as_ref().map_or(0, |message| size(&message.entry));
        match batches.last_mut() {
            Some(batch) if batch.len() < limits::BATCH_ENTRIES && size <= room => {
                room -= size;
                batch.push(message);
            }
            _ => {
                room = (limits::MESSAGE_BYTES as usize).saturating_sub(size);
                batches.push(vec![message]);
            }
        }
    }
    batches
}

/// Bytes that count against a batch.
fn size(entry: &SendMessageBatchRequestEntry) -> usize {
    let attribute = |(name, value): (&String, &MessageAttributeValue)| {
        let text = value.string_value.as_ref().map_or(0, String::len);
        name.len() + value.data_type.len() + text + value.binary_value.as_ref().map_or(0, smithy::Bytes::len)
    };
    entry.message_body.len() + entry.message_attributes.iter().flatten().map(attribute).sum::<usize>()
}

/// Sends messages together; those that fail are sent again each by itself, for the answer that a message alone has.
async fn send(
    sender: &Sender,
    region: &Region,
    url: &str,
    messages: Vec<Result<Message, Error>>,
) -> Vec<Result<Receipt, Error>> {
    let sound: Vec<_> = messages.iter().filter_map(|message| message.as_ref().ok()).collect();
    let mut sent = BTreeMap::new();
    if sound.len() > 1 {
        let once: Vec<_> = sound.iter().map(|message| message.once).collect();
        let entries = sound.iter().map(|message| message.entry.clone()).collect();
        let input = SendMessageBatchInput { queue_url: url.to_owned(), entries };
        if let Ok(answer) = sender.call::<SendMessageBatch>(region, &once, input).await {
            sent.extend(answer.successful.unwrap_or_default().into_iter().map(|one| (one.id, one.message_id)));
        }
    }
    let mut receipts = Vec::with_capacity(messages.len());
    for message in messages {
        receipts.push(match message {
            Err(error) => Err(error),
            Ok(message) => match sent.remove(&message.entry.id) {
                Some(id) => Ok(Receipt { id, answer: None }),
                None => send_alone(sender, region, url, message).await,
            },
        });
    }
    receipts
}

async fn send_alone(sender: &Sender, region: &Region, url: &str, message: Message) -> Result<Receipt, Error> {
    let Message { once, entry } = message;
    let input = SendMessageInput {
        queue_url: url.to_owned(),
        message_body: entry.message_body,
        message_attributes: entry.message_attributes,
        message_system_attributes: entry.message_system_attributes,
        message_deduplication_id: entry.message_deduplication_id,
        message_group_id: entry.message_group_id,
        ..SendMessageInput::default()
    };
    let sent = sender.call::<SendMessage>(region, &[once], input).await?;
    Ok(Receipt { id: sent.message_id.unwrap_or_default(), answer: None })
}

fn message(index: usize, parcel: Parcel) -> Result<Message, Error> {
    let trace = parcel.parameters.get("AWSTraceHeader").and_then(|trace| trace.as_str()).map(|trace| {
        let value = MessageSystemAttributeValue {
            data_type: "String".to_owned(),
            string_value: Some(trace.to_owned()),
            ..MessageSystemAttributeValue::default()
        };
        BTreeMap::from([("AWSTraceHeader".to_owned(), value)])
    });
    let configured = parcel.parameters.get("MessageGroupId").and_then(|group| group.as_str()).map(str::to_owned);
    let attributes = parcel.attributes.into_iter().map(|(name, value)| Ok((name, attribute(value)?)));
    let attributes: BTreeMap<_, _> = attributes.collect::<Result<_, Error>>()?;
    let entry = SendMessageBatchRequestEntry {
        id: index.to_string(),
        message_body: parcel.body,
        message_attributes: (!attributes.is_empty()).then_some(attributes),
        message_system_attributes: trace,
        message_deduplication_id: parcel.deduplication,
        message_group_id: parcel.group.or(configured),
        ..SendMessageBatchRequestEntry::default()
    };
    Ok(Message { once: parcel.id, entry })
}

fn attribute(value: ParcelAttribute) -> Result<MessageAttributeValue, Error> {
    let ParcelAttribute { data_type, value } = value;
    let mut attribute = MessageAttributeValue { data_type, ..MessageAttributeValue::default() };
    if attribute.data_type.starts_with("Binary") {
        let bytes = BASE64_STANDARD.decode(value).map_err(|_| invalid_text("A binary attribute is not base64."))?;
        attribute.binary_value = Some(bytes.into());
    } else {
        attribute.string_value = Some(value);
    }
    Ok(attribute)
}
