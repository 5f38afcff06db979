//! Every number SQS promises or refuses by, with where AWS says so.
//!
//! Sources: [quotas of messages](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html),
//! [quotas of queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html),
//! [FIFO quotas](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-fifo.html), and the pages of
//! the operations named below in the [API reference](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/).

use std::ops::RangeInclusive;
use std::time::Duration;

/// Characters of a queue's name, `.fifo` included (`CreateQueue`).
pub const NAME_LENGTH: RangeInclusive<usize> = 1..=80;
/// Entries of a batch (`SendMessageBatch`).
pub const BATCH_ENTRIES: usize = 10;
/// Characters of a batch entry's id (quotas of messages).
pub const BATCH_ID_LENGTH: usize = 80;
/// Bytes of all messages of a batch, and the largest `MaximumMessageSize` (quotas of messages: 1 MiB since August 2025).
pub const MESSAGE_BYTES: u32 = 1_048_576;
/// `MaximumMessageSize` in bytes (`SetQueueAttributes`).
pub const MESSAGE_SIZE: RangeInclusive<u32> = 1_024..=MESSAGE_BYTES;
/// Attributes of a message (quotas of messages).
pub const MESSAGE_ATTRIBUTES: usize = 10;
/// Characters of the name and of the type of a message's attribute (`MessageAttributeValue`).
pub const ATTRIBUTE_NAME_LENGTH: RangeInclusive<usize> = 1..=256;
/// Digits of precision of a `Number` attribute (message metadata in the developer guide).
pub const NUMBER_DIGITS: usize = 38;
/// Characters of `MessageGroupId`, `MessageDeduplicationId` and `ReceiveRequestAttemptId` (`SendMessage`).
pub const TOKEN_LENGTH: RangeInclusive<usize> = 1..=128;
/// Messages of one `ReceiveMessage`.
pub const RECEIVE_COUNT: RangeInclusive<i32> = 1..=10;
/// `DelaySeconds` (`SendMessage`).
pub const DELAY: RangeInclusive<u32> = 0..=900;
/// `MessageRetentionPeriod` in seconds: one minute to 14 days (`SetQueueAttributes`).
pub const RETENTION: RangeInclusive<u32> = 60..=1_209_600;
/// `VisibilityTimeout` in seconds: up to 12 hours (`ChangeMessageVisibility`).
pub const VISIBILITY: RangeInclusive<u32> = 0..=43_200;
/// `WaitTimeSeconds` (`ReceiveMessage`).
pub const WAIT: RangeInclusive<u32> = 0..=20;
/// `KmsDataKeyReusePeriodSeconds`: one minute to 24 hours (`SetQueueAttributes`).
pub const KMS_REUSE: RangeInclusive<u32> = 60..=86_400;
/// `maxReceiveCount` of a redrive policy (`SetQueueAttributes`).
pub const MAX_RECEIVES: RangeInclusive<u32> = 1..=1_000;
/// Source queues a redrive allow policy may name (`SetQueueAttributes`).
pub const ALLOWED_SOURCES: usize = 10;
/// Messages in flight in a queue. A standard queue then refuses short polls; a FIFO queue answers nothing
/// (quotas of messages, and "Avoid large message backlogs with the same message group ID" in the developer guide).
pub const IN_FLIGHT: u64 = 120_000;
/// Messages from the head of a FIFO queue in which groups are looked for (same page).
pub const FIFO_LOOKAHEAD: usize = 120_000;
/// How long a deduplication id and a receive attempt id are remembered (`SendMessage`, `ReceiveMessage`).
pub const DEDUPLICATION: Duration = Duration::from_secs(300);
/// Calls per second of one operation on a FIFO queue or, with high throughput, on a group of one (FIFO quotas).
pub const FIFO_CALLS: u32 = 300;
/// Pause between two purges of a queue (`PurgeQueue`).
pub const PURGE_PAUSE: Duration = Duration::from_secs(60);
/// Pause between deleting a queue and creating one of the same name (`DeleteQueue`).
pub const NAME_PAUSE: Duration = Duration::from_secs(60);
/// Queues shown at once (`ListQueues`, `ListDeadLetterSourceQueues`).
pub const PAGE: RangeInclusive<i32> = 1..=1_000;
/// Move tasks shown at once (`ListMessageMoveTasks`).
pub const MOVES_SHOWN: RangeInclusive<i32> = 1..=10;
/// `MaxNumberOfMessagesPerSecond` of a move task (`StartMessageMoveTask`).
pub const MOVE_RATE: RangeInclusive<i32> = 1..=500;
/// Actions of one statement made by `AddPermission` (quotas of policies).
pub const PERMISSION_ACTIONS: usize = 7;
/// Statements of a queue's policy (quotas of policies).
pub const POLICY_STATEMENTS: usize = 20;
