//! AWS's numbers, each with its source, and the pauses chosen where AWS publishes none. "Batching" is the page "Amazon
//! EventBridge Pipes batching and concurrency" of the EventBridge user guide. Quotas that AWS raises on request (1,000 pipes,
//! 1,000 executions at once) are not held here.

use std::time::Duration;

/// Pipes of a listing when nothing is said. Source: API reference, `Limit` of `ListPipes`: at most 100.
pub const PAGE: usize = 100;
/// Messages of a queue in a batch when nothing is said. Source: API reference, `PipeSourceSqsQueueParameters`, as created
/// pipes show it.
pub const QUEUE_BATCH: i64 = 10;
/// Records of a stream in a batch when nothing is said. Source: user guide, "Amazon Kinesis stream as a source".
pub const STREAM_BATCH: i64 = 100;
/// Messages that one call receives or deletes. Source: SQS, `ReceiveMessage` and `DeleteMessageBatch`.
pub const QUEUE_CALL: usize = 10;
/// How long a queue is asked for messages at once. Source: SQS, `WaitTimeSeconds`: at most 20 seconds.
pub const QUEUE_WAIT: i32 = 20;
/// Records that are read from a stream at once. Source: Kinesis, `GetRecords`: at most 10,000; DynamoDB: at most 1,000.
pub const KINESIS_CALL: usize = 10_000;
/// The same for streams of tables.
pub const DYNAMODB_CALL: usize = 1_000;
/// Characters of `StateReason`. Source: API reference.
pub const REASON: usize = 512;
/// How long a stream of a table keeps a record. Source: DynamoDB developer guide, "Change data capture": 24 hours.
pub const DYNAMODB_KEEPS: Duration = Duration::from_secs(86_400);

/// How often an idle shard is asked for records: Kinesis lets each be read five times a second by all its readers.
pub const SHARD_PERIOD: Duration = Duration::from_secs(1);
/// Wait after a first failure; it doubles with each further one.
pub const FIRST_RETRY: Duration = Duration::from_secs(1);
/// Longest wait between attempts.
pub const LAST_RETRY: Duration = Duration::from_secs(60);

/// How many events of a batch a target takes at once; 1 for targets without batches. Source: Batching, "Supported batchable
/// targets".
pub fn target_batch(service: &str, resource: &str) -> usize {
    match service {
        "logs" => 10_000,
        "events" if resource.starts_with("event-bus/") => 10,
        "firehose" | "kinesis" => 500,
        "sqs" => 10,
        "timestream" => 100,
        _ => 1,
    }
}
