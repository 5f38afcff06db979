//! Every number DynamoDB promises or refuses by, with where AWS says so.
//!
//! Sources: [quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html),
//! [constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html), and the pages of the
//! operations named below in the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/).

use std::ops::RangeInclusive;
use std::time::Duration;

/// Characters of a table's or an index's name (constraints).
pub const NAME_LENGTH: RangeInclusive<usize> = 3..=255;
/// Bytes of an item, names of attributes included (constraints).
pub const ITEM_BYTES: usize = 400 * 1_024;
/// Bytes of a partition key's value (constraints).
pub const HASH_KEY_BYTES: usize = 2_048;
/// Bytes of a sort key's value (constraints).
pub const RANGE_KEY_BYTES: usize = 1_024;
/// Local secondary indexes of a table (quotas).
pub const LOCAL_INDEXES: usize = 5;
/// Global secondary indexes of a table (quotas).
pub const GLOBAL_INDEXES: usize = 20;
/// Attributes projected into all indexes of a table by name (quotas).
pub const PROJECTED_ATTRIBUTES: usize = 100;
/// Capacity units that a table or an index can be given at all (`CreateTable`).
pub const CAPACITY_UNITS: i64 = 1_000_000_000_000;
/// Capacity units of all tables of an account in a region, of each kind (quotas: initial).
pub const ACCOUNT_UNITS: i64 = 80_000;
/// Capacity units of a table, of each kind (quotas: initial).
pub const TABLE_UNITS: i64 = 40_000;
/// Names shown at once (`ListTables`).
pub const TABLES_SHOWN: usize = 100;
/// Items of a `BatchWriteItem`.
pub const BATCH_WRITES: usize = 25;
/// Items of a `BatchGetItem`.
pub const BATCH_GETS: usize = 100;
/// Bytes that a `BatchGetItem` answers at most.
pub const BATCH_BYTES: usize = 16 * 1_024 * 1_024;
/// Bytes that a query or scan looks at before it answers a page (`Query`).
pub const PAGE_BYTES: usize = 1_024 * 1_024;
/// Segments of a parallel scan (`Scan`).
pub const SEGMENTS: RangeInclusive<i32> = 1..=1_000_000;
/// Items of a transaction (constraints).
pub const TRANSACTION_ITEMS: usize = 100;
/// Bytes of all items of a transaction (constraints).
pub const TRANSACTION_BYTES: usize = 4 * 1_024 * 1_024;
/// How long a transaction's token is remembered (`TransactWriteItems`).
pub const TOKEN_LIFE: Duration = Duration::from_secs(600);
/// Bytes of all items of one partition key, in a table with local secondary indexes (constraints).
pub const COLLECTION_BYTES: u64 = 10 * 1_024 * 1_024 * 1_024;
/// How much unused provisioned capacity is kept for a burst ("Best practices for designing partition keys": burst capacity).
pub const BURST: Duration = Duration::from_secs(300);
/// How long a stream keeps a record ("Change data capture for DynamoDB Streams").
pub const STREAM_LIFE: Duration = Duration::from_secs(24 * 3_600);
/// How long a shard of a stream takes records. AWS says "shards … are automatically rolled"; about four hours were seen.
pub const SHARD_LIFE: Duration = Duration::from_secs(4 * 3_600);
/// Records answered at once (`GetRecords`).
pub const RECORDS: RangeInclusive<i32> = 1..=1_000;
/// Bytes of records answered at once (`GetRecords`).
pub const RECORDS_BYTES: usize = 1_024 * 1_024;
/// How long a shard iterator is good for (`GetShardIterator`).
pub const ITERATOR_LIFE: Duration = Duration::from_secs(15 * 60);
/// Days for which a table can be restored to any second (`UpdateContinuousBackups`).
pub const RECOVERY_DAYS: RangeInclusive<i32> = 1..=35;
/// The newest instant to which a table can be restored lies this far back ("Point-in-time recovery": typically five minutes
/// before the current time). Nothing needs to settle here, so that a test need not wait.
pub const RECOVERY_LAG: Duration = Duration::ZERO;
/// Bytes of a resource policy (constraints).
pub const POLICY_BYTES: usize = 20 * 1_024;
/// How long after a write the other replicas of its table are told ("Global tables: how it works": typically within a second).
pub const REPLICATION_LAG: Duration = Duration::from_millis(500);
/// Read units a second of one partition ("Best practices for designing partition keys").
pub const PARTITION_READS: u64 = 3_000;
/// Write units a second of one partition (the same page).
pub const PARTITION_WRITES: u64 = 1_000;
/// How long what was consumed can be asked for: as long as anything that scales looks back.
pub const USAGE_LIFE: Duration = Duration::from_secs(3 * 3_600);
/// Decreases of provisioned capacity in a day that may follow each other at once (quotas).
pub const DECREASES: u32 = 4;
/// Between two decreases after those (quotas).
pub const BETWEEN_DECREASES: Duration = Duration::from_secs(3_600);
/// How long it is remembered that a caller may use a table's key ("Table key caching": five minutes).
pub const TABLE_KEY_LIFE: Duration = Duration::from_secs(5 * 60);
/// Attributes of one kind in the key of a global secondary index ("Multi-attribute keys pattern").
pub const KEY_ATTRIBUTES: usize = 4;
