//! Messages of queues: received until a batch is full or its window is over, deleted when the function has them. Messages
//! that failed are left: their visibility timeout brings them again.

use std::time::Duration;

use api_sqs::{
    DeleteMessageBatch, DeleteMessageBatchInput, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName,
    ReceiveMessage, ReceiveMessageInput,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::Region;
use serde_json::{Map, Value, json};
use service_kit::{Error, Sender};

use super::{Made, Work, filter};

/// Messages of one call.
const CALL: usize = 10;
/// How long the first message is waited for, in seconds of the cloud.
const WAIT: i32 = 20;

impl Work {
    /// Moves messages until the mapping changes.
    pub(super) async fn drain_queue(&self) -> Result<(), Error> {
        while self.holds().await? {
            let sender = self.sender().await?;
            let messages = self.batch(&sender).await?;
            if messages.is_empty() {
                continue;
            }
            let (wanted, unwanted): (Vec<_>, Vec<_>) = messages.into_iter().partition(|message| {
                filter::passes(&self.mapping.filters, &self.shown(message), "body", message.body.clone())
            });
            self.delete(&sender, unwanted.iter().collect()).await?;
            if !wanted.is_empty() {
                self.hand_over(&sender, &wanted).await?;
            }
        }
        Ok(())
    }

    async fn batch(&self, sender: &Sender) -> Result<Vec<Message>, Error> {
        let size = self.mapping.batch as usize;
        let mut batch = self.receive(sender, size, WAIT).await?;
        let end = self.engine.now().plus(Duration::from_secs(self.mapping.window.into()));
        while !batch.is_empty() && batch.len() < size {
            let left = end.since(self.engine.now());
            let wait = i32::try_from(left.as_secs().min(20)).unwrap_or_default();
            let more = self.receive(sender, size - batch.len(), wait).await?;
            if more.is_empty() && self.engine.now() >= end {
                break;
            }
            batch.extend(more);
        }
        Ok(batch)
    }

    async fn receive(&self, sender: &Sender, limit: usize, wait: i32) -> Result<Vec<Message>, Error> {
        let input = ReceiveMessageInput {
            queue_url: self.url(),
            message_system_attribute_names: Some(vec![MessageSystemAttributeName::All]),
            message_attribute_names: Some(vec!["All".to_owned()]),
            max_number_of_messages: i32::try_from(limit.min(CALL)).ok(),
            wait_time_seconds: Some(wait),
            ..ReceiveMessageInput::default()
        };
        Ok(sender.call::<ReceiveMessage>(&self.region(), &[], input).await?.messages.unwrap_or_default())
    }

    async fn hand_over(&self, sender: &Sender, messages: &[Message]) -> Result<(), Error> {
        let records: Vec<Value> = messages.iter().map(|message| self.shown(message)).collect();
        match self.run(&json!({"Records": records})).await? {
            Made::Well(answer) => {
                let ids: Vec<&str> = messages.iter().filter_map(|message| message.message_id.as_deref()).collect();
                let failed = self.partly(&answer, &ids).unwrap_or_default();
                let done = messages
                    .iter()
                    .filter(|message| message.message_id.as_ref().is_some_and(|id| !failed.contains(id)));
                self.delete(sender, done.collect()).await?;
                self.tell("OK").await
            }
            Made::Failed => self.tell("PROBLEM: Function call failed").await,
            Made::Throttled => {
                self.cloud.runtime().clock.wait_at_most(super::RETRY).await;
                Ok(())
            }
        }
    }

    async fn delete(&self, sender: &Sender, messages: Vec<&Message>) -> Result<(), Error> {
        for messages in messages.chunks(CALL) {
            let entry = |(index, message): (usize, &&Message)| DeleteMessageBatchRequestEntry {
                id: index.to_string(),
                receipt_handle: message.receipt_handle.clone().unwrap_or_default(),
            };
            let entries = messages.iter().enumerate().map(entry).collect();
            let input = DeleteMessageBatchInput { queue_url: self.url(), entries };
            sender.call::<DeleteMessageBatch>(&self.region(), &[], input).await?;
        }
        Ok(())
    }

    fn url(&self) -> String {
        format!("/{}/{}", self.source.account, self.source.resource)
    }

    pub(super) fn region(&self) -> Region {
        self.source.region_code().unwrap_or_else(|| self.home.region.clone())
    }

    /// A message as functions see it. Source: developer guide, "Using Lambda with Amazon SQS".
    fn shown(&self, message: &Message) -> Value {
        let attributes = message.message_attributes.iter().flatten().map(|(name, value)| {
            let mut shown = json!({"stringListValues": [], "binaryListValues": [], "dataType": value.data_type});
            if let Some(text) = &value.string_value {
                shown["stringValue"] = text.as_str().into();
            }
            if let Some(bytes) = &value.binary_value {
                shown["binaryValue"] = BASE64_STANDARD.encode(bytes).into();
            }
            (name.clone(), shown)
        });
        let attributes: Map<_, _> = attributes.collect();
        let system = message.attributes.clone().unwrap_or_default();
        let system: Map<_, _> = system.into_iter().map(|(name, value)| (name.to_string(), value.into())).collect();
        json!({
            "messageId": message.message_id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": system,
            "messageAttributes": attributes,
            "md5OfBody": message.md5_of_body,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.source.to_string(),
            "awsRegion": self.region().to_string(),
        })
    }
}
