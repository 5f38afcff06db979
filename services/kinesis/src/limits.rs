//! Quotas and sizes, each with its source. "Quotas" is the page "Quotas and limits" of the Kinesis Data Streams developer
//! guide; operations name pages of its API reference.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Records of a `PutRecords`. Source: PutRecords; the model holds callers to it.
pub const BATCH_RECORDS: usize = 500;
/// Bytes of a `PutRecords`, data and partition keys. Source: PutRecords.
pub const BATCH_BYTES: usize = 10 * 1_024 * 1_024;
/// KiB of a record's data when a stream says nothing else. Source: CreateStream, `MaxRecordSizeInKiB`.
pub const RECORD_KIB: u32 = 1_024;
/// Records of a `GetRecords`. Source: GetRecords.
pub const READ_RECORDS: usize = 10_000;
/// Bytes of a `GetRecords`. Source: GetRecords.
pub const READ_BYTES: usize = 10 * 1_024 * 1_024;
/// Life of a shard iterator. Source: GetShardIterator.
pub const ITERATOR_LIFE: Duration = Duration::from_secs(300);
/// Life of the page tokens of `ListShards` and `ListStreamConsumers`. Source: ListShards.
pub const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// Bytes a shard takes in a second. Source: Quotas.
pub const SHARD_BYTES_IN: f64 = 1_048_576.0;
/// Records a shard takes in a second. Source: Quotas.
pub const SHARD_RECORDS_IN: f64 = 1_000.0;
/// Bytes a shard gives in a second, to all who share it. Source: Quotas.
pub const SHARD_BYTES_OUT: f64 = 2.0 * 1_048_576.0;
/// `GetRecords` on a shard in a second. Source: Quotas.
pub const SHARD_READS: f64 = 5.0;
/// Bytes a shard gives in a second to each consumer with enhanced fan-out. Source: SubscribeToShard.
pub const CONSUMER_BYTES_OUT: f64 = 2.0 * 1_048_576.0;
/// Bytes of one event of a subscription. Nobody documents a number; clients buffer an event whole.
pub const EVENT_BYTES: usize = 1_024 * 1_024;
/// How long a subscription lasts. Source: SubscribeToShard.
pub const SUBSCRIPTION_LIFE: Duration = Duration::from_secs(300);
/// A second subscription within this time of the first is refused; later it takes over. Source: SubscribeToShard.
pub const SUBSCRIPTION_HOLD: Duration = Duration::from_secs(5);
/// How often a subscription says that there is nothing new.
pub const HEARTBEAT: Duration = Duration::from_secs(5);

/// Hours that records are kept. Source: IncreaseStreamRetentionPeriod.
pub const RETENTION_HOURS: RangeInclusive<u32> = 24..=8_760;
/// Shards of an account in most regions. Source: Quotas.
pub const SHARDS: u32 = 6_000;
/// Shards of an account in the large regions. Source: Quotas.
pub const SHARDS_LARGE: u32 = 20_000;
/// The large regions. Source: Quotas.
pub const LARGE_REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];
/// Streams in on-demand mode of an account in a region. Source: Quotas.
pub const ON_DEMAND_STREAMS: u32 = 50;
/// Shards of a new stream in on-demand mode. Source: developer guide, "Choose the right mode": 4 MB/s to begin with.
pub const ON_DEMAND_SHARDS: u32 = 4;
/// Shards up to which a stream in on-demand mode grows by itself: 200 MB/s. Source: Quotas.
pub const ON_DEMAND_MOST: u32 = 200;
/// A stream in on-demand mode doubles at most so often. Source: developer guide, "Choose the right mode".
pub const ON_DEMAND_PAUSE: Duration = Duration::from_secs(900);
/// Changes of the number of shards in 24 hours. Source: UpdateShardCount.
pub const RESCALES: usize = 10;
/// Changes of a stream's mode in 24 hours. Source: UpdateStreamMode.
pub const MODE_CHANGES: usize = 2;
/// Shards of a stream that `UpdateShardCount` scales to. Source: UpdateShardCount.
pub const RESCALE_MOST: u32 = 10_000;
/// The time that those count in.
pub const DAY: Duration = Duration::from_secs(86_400);
/// Consumers of a stream. Source: RegisterStreamConsumer.
pub const CONSUMERS: usize = 20;
/// Tags of a stream or consumer. Source: AddTagsToStream.
pub const TAGS: usize = 50;
/// Bytes of a resource policy. Source: Quotas of IAM for resource policies of Kinesis: 20 KB.
pub const POLICY_BYTES: usize = 20 * 1_024;

/// How long a data key of KMS is used again. Source: developer guide, "What is server-side encryption": five minutes.
pub const DATA_KEY_LIFE: Duration = Duration::from_secs(300);

/// Shards of an account in a region.
pub fn shards(region: &str) -> u32 {
    if LARGE_REGIONS.contains(&region) { SHARDS_LARGE } else { SHARDS }
}
