//! Quotas and sizes, each with its source. "Quotas" is the page "Amazon Data Firehose Quota" of the developer guide.

use std::time::Duration;

/// Delivery streams of an account in a region. Source: Quotas.
pub const STREAMS: usize = 5_000;
/// Bytes of a record. Source: PutRecord; the model holds callers to it.
pub const RECORD_BYTES: usize = 1_024_000;
/// Records of a `PutRecordBatch`. Source: PutRecordBatch; the model holds callers to it.
pub const BATCH_RECORDS: usize = 500;
/// Bytes of a `PutRecordBatch`. Source: PutRecordBatch.
pub const BATCH_BYTES: usize = 4 * 1_024 * 1_024;
/// Tags of a delivery stream. Source: TagDeliveryStream.
pub const TAGS: usize = 50;

/// MiB that are gathered for S3 when nothing is said. Source: BufferingHints.
pub const S3_MIB: u64 = 5;
/// Seconds that records are gathered for S3 when nothing is said. Source: BufferingHints.
pub const S3_SECONDS: u64 = 300;
/// MiB that dynamic partitioning asks for at least. Source: developer guide, "Dynamic partitioning".
pub const PARTITIONED_MIB: i64 = 64;
/// MiB that are gathered for endpoints when nothing is said. Source: HttpEndpointBufferingHints, SplunkBufferingHints.
pub const ENDPOINT_MIB: u64 = 5;
/// Seconds that records are gathered for endpoints when nothing is said. Source: the same.
pub const ENDPOINT_SECONDS: u64 = 60;
/// How long an endpoint is tried again when nothing is said. Source: HttpEndpointRetryOptions, SplunkRetryOptions.
pub const ENDPOINT_RETRY: Duration = Duration::from_secs(300);
/// How long Splunk may take to acknowledge when nothing is said. Source: SplunkDestinationConfiguration.
pub const ACKNOWLEDGED_IN: Duration = Duration::from_secs(180);
/// How long an endpoint may take to answer. Source: developer guide, "HTTP endpoint delivery": three minutes.
pub const ENDPOINT_PATIENCE: Duration = Duration::from_secs(180);
/// Longest key of an object that prefixes may lead to. Source: developer guide, "Custom prefixes".
pub const PREFIX_LETTERS: usize = 512;
/// Partitions that are open at once. Source: Quotas.
pub const PARTITIONS: usize = 500;

/// Wait after a first failure; it doubles with each further one.
pub const FIRST_RETRY: Duration = Duration::from_secs(1);
/// Longest wait between attempts.
pub const LAST_RETRY: Duration = Duration::from_secs(120);
/// Attempts to have records transformed. Source: developer guide, "Data transformation failure handling".
pub const TRANSFORM_RETRIES: u32 = 3;
/// How often a shard is asked for records. Source: developer guide, "Source: Kinesis Data Streams": once a second.
pub const SOURCE_PERIOD: Duration = Duration::from_secs(1);
/// How often new shards are looked for.
pub const SHARDS_PERIOD: Duration = Duration::from_secs(10);
