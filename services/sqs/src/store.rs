//! Tables, keys and records. Everything lies in the scope of the queue's account and region; what belongs to a queue's
//! content is keyed by the queue's number, which is fresh for each creation, so that a new queue never sees an old one's.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `queue` | name | what a queue is |
//! | `grave` | name | which queue of the name was deleted when |
//! | `message` | queue, message | what was sent; written once |
//! | `delivery` | queue, message | how often a message was received, and until when it is hidden. A message without one was never received and is not delayed |
//! | `due` | queue, instant, message | when a hidden message shows again (standard queues; FIFO queues look at `delivery`) |
//! | `recent` | queue, kind, id | deduplication and receive attempt ids |
//! | `recent-end` | queue, instant, kind, id | when those may be forgotten |
//! | `aged` | queue, instant, message | dead letters by the instant at which they were first sent, which is not their order |
//! | `tally` | queue | how many messages there were a moment ago |
//! | `sweep` | queue | content that is to be removed: purged, or of a deleted queue |
//! | `move` | source queue, instant, task | tasks that move dead letters |
//! | `attachment` | policy | the queues that a stack's policy resource is on |

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

use crate::engine::message::Message;
use crate::engine::settings::{DeduplicationScope, Settings};

const SERVICE: &str = "sqs";

/// The number of a queue, fresh for each creation.
pub(crate) type QueueId = u64;
/// The number of a message, in the order of sending.
pub(crate) type MessageNo = u64;

/// Queues by name.
pub(crate) const QUEUES: Table<String, QueueRecord> = Table::new(SERVICE, "queue");
/// Names of queues deleted lately.
pub(crate) const GRAVES: Table<String, Grave> = Table::new(SERVICE, "grave");
/// Messages.
pub(crate) const MESSAGES: Table<(QueueId, MessageNo), Message> = Table::new(SERVICE, "message");
/// Receives of messages.
pub(crate) const DELIVERIES: Table<(QueueId, MessageNo), Delivery> = Table::new(SERVICE, "delivery");
/// Hidden messages by the instant at which they show.
pub(crate) const DUE: RawTable<(QueueId, Timestamp, MessageNo)> = Table::new(SERVICE, "due");
/// Ids remembered for five minutes.
pub(crate) const RECENT: Table<(QueueId, u8, String), Recent> = Table::new(SERVICE, "recent");
/// The same by the instant at which they are forgotten.
pub(crate) const RECENT_ENDS: RawTable<(QueueId, Timestamp, u8, String)> = Table::new(SERVICE, "recent-end");
/// Dead letters by the instant at which they were first sent.
pub(crate) const AGED: RawTable<(QueueId, Timestamp, MessageNo)> = Table::new(SERVICE, "aged");
/// Counts of messages.
pub(crate) const TALLIES: Table<QueueId, TallyRecord> = Table::new(SERVICE, "tally");
/// Content to be removed.
pub(crate) const SWEEPS: Table<QueueId, Sweep> = Table::new(SERVICE, "sweep");
/// Tasks that move dead letters.
pub(crate) const MOVES: Table<(QueueId, Timestamp, String), MoveRecord> = Table::new(SERVICE, "move");
/// Where policies of stacks are.
pub(crate) const ATTACHMENTS: Table<String, Attachment> = Table::new(SERVICE, "attachment");

/// Where all records of a queue lie.
pub(crate) fn scope(account: names::AccountId, region: &names::Region) -> Scope {
    Scope::Regional(account, region.clone())
}

/// What a queue is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QueueRecord {
    /// Its number.
    pub id: QueueId,
    /// When it was created.
    pub created: Timestamp,
    /// When its settings last changed.
    pub modified: Timestamp,
    /// Its settings.
    pub settings: Settings,
    /// Its tags.
    pub tags: Tags,
    /// Where a deduplication id counts: as set when the queue was created. AWS shows a later change and does not follow it.
    pub deduplication: DeduplicationScope,
    /// When it was last purged, and the last message that was.
    pub purged: Option<(Timestamp, MessageNo)>,
}

/// A deleted queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grave {
    /// Its number.
    pub id: QueueId,
    /// When it was deleted.
    pub deleted: Timestamp,
}

/// The receives of a message so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// Hidden until then.
    pub until: Timestamp,
    /// How often it was received; 0 for a message that is delayed.
    pub receives: u32,
    /// When it was first received.
    pub first_received: Option<Timestamp>,
    /// When it was last received.
    pub last_received: Option<Timestamp>,
}

/// What became of an id that must not count twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Recent {
    /// A message was sent under it.
    Sent {
        /// When.
        at: Timestamp,
        /// The message's id.
        id: u128,
        /// The message's number.
        number: MessageNo,
    },
    /// Messages were received under it.
    Received {
        /// When.
        at: Timestamp,
        /// Which, and their receives up to and including that one.
        messages: Vec<(MessageNo, u32)>,
    },
}

/// A queue's count of messages as of a moment ago, so that a restart need not count a long backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TallyRecord {
    /// Messages, hidden ones included.
    pub messages: u64,
    /// The newest message counted.
    pub through: MessageNo,
    /// No message before this one is without a delivery: where looking for those begins.
    pub head: MessageNo,
}

/// Content to be removed: messages up to one, or the whole of a deleted queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sweep {
    /// The last message to remove; none for everything.
    pub through: Option<MessageNo>,
    /// Not before then: requests under way at a deletion may still write.
    pub again_at: Option<Timestamp>,
}

/// A task that moves messages out of a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MoveRecord {
    /// Name of the queue they come from.
    pub source: String,
    /// Name of the queue they go to; none for where each came from.
    pub destination: Option<String>,
    /// Messages per second at most.
    pub rate: Option<u32>,
    /// How it stands.
    pub status: MoveStatus,
    /// Messages moved so far.
    pub moved: u64,
    /// Messages that were there when it started.
    pub to_move: u64,
    /// The newest message that was there when it started: those that come later stay.
    pub through: MessageNo,
}

/// The queues that a stack's policy resource is on, by URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    /// The queues.
    pub(crate) queues: Vec<String>,
}

/// How a move task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MoveStatus {
    /// Moving.
    Running,
    /// To be stopped.
    Cancelling,
    /// Stopped on request.
    Cancelled,
    /// Done.
    Completed,
    /// Stopped by a failure, with AWS's word for it.
    Failed(String),
}

impl MoveStatus {
    /// Whether it still moves messages.
    pub(crate) fn is_active(&self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }
}

impl Delivery {
    /// Of a message that nobody can receive before `until`.
    pub(crate) fn delayed(until: Timestamp) -> Self {
        Self { until, receives: 0, first_received: None, last_received: None }
    }

    /// After another receive.
    pub(crate) fn received(before: Option<&Self>, now: Timestamp, until: Timestamp) -> Self {
        let first_received = before.and_then(|d| d.first_received).or(Some(now));
        let receives = before.map_or(0, |d| d.receives).saturating_add(1);
        Self { until, receives, first_received, last_received: Some(now) }
    }

    /// Hidden since it was received, not since it was sent.
    pub(crate) fn in_flight(&self) -> bool {
        self.receives > 0
    }
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(Attachment, QueueRecord, Grave, Delivery, Recent, TallyRecord, Sweep, MoveRecord);
