//! What can be set on a queue, typed. How AWS writes it in attributes is `ops/attributes.rs`.

use std::time::Duration;

use names::Timestamp;
use serde::{Deserialize, Serialize};

use super::redrive::{Redrive, RedriveAllow};
use crate::limits;

/// The settings of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Seconds a received message stays hidden.
    pub visibility: u32,
    /// Seconds until a sent message can be received.
    pub delay: u32,
    /// Seconds a message is kept.
    pub retention: u32,
    /// Bytes of the largest message.
    pub max_size: u32,
    /// Seconds an empty receive waits.
    pub wait: u32,
    /// The access policy, as it was given.
    pub policy: Option<String>,
    /// Where messages go that are received too often.
    pub redrive: Option<Redrive>,
    /// Which queues may send their dead letters here.
    pub redrive_allow: Option<RedriveAllow>,
    /// How bodies are to be encrypted at rest.
    pub encryption: Encryption,
    /// Seconds for which a data key of KMS is used again.
    pub key_reuse: u32,
    /// What a FIFO queue has besides; none on a standard queue.
    pub fifo: Option<Fifo>,
}

/// How bodies are to be encrypted at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Encryption {
    /// With a key of SQS's own.
    Managed,
    /// With a key of KMS.
    Kms {
        /// Id, ARN or alias.
        key: String,
    },
    /// Not at all.
    Off,
}

/// What a FIFO queue has besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fifo {
    /// Whether messages without a deduplication id are known by their content.
    pub by_content: bool,
    /// Where a deduplication id counts.
    pub scope: DeduplicationScope,
    /// What the rate of calls is limited for.
    pub throughput: Throughput,
}

/// Where a deduplication id counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DeduplicationScope {
    /// In the whole queue.
    #[default]
    Queue,
    /// In each group for itself.
    Group,
}

/// What the rate of calls is limited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Throughput {
    /// The whole queue.
    #[default]
    Queue,
    /// Each group for itself: high throughput.
    Group,
}

impl Settings {
    /// What a queue has when nothing is set.
    pub(crate) fn new(fifo: bool) -> Self {
        Self {
            visibility: 30,
            delay: 0,
            retention: 345_600,
            max_size: limits::MESSAGE_BYTES,
            wait: 0,
            policy: None,
            redrive: None,
            redrive_allow: None,
            encryption: Encryption::Managed,
            key_reuse: 300,
            fifo: fifo.then(Fifo::default),
        }
    }

    /// How long a message is kept.
    pub(crate) fn retention(&self) -> Duration {
        Duration::from_secs(self.retention.into())
    }

    /// When a message sent at `sent_at` with a delay of its own, or the queue's, can first be received.
    pub(crate) fn visible_from(&self, sent_at: Timestamp, delay: Option<u32>) -> Timestamp {
        sent_at.plus(Duration::from_secs(delay.unwrap_or(self.delay).into()))
    }
}
