//! Tables, keys and records. Everything lies in the scope of the stream's account and region; what belongs to a stream is
//! keyed by the stream's number, which is fresh for each creation, so that a new stream never sees an old one's records.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `stream` | name | what a stream is |
//! | `shard` | stream, shard | a shard's range of hashes, its parents, where it begins and ends |
//! | `tail` | stream, shard | the last position given out, and whether more may follow |
//! | `segment` | stream, shard, first position | records that were put together; written once |
//! | `consumer` | stream, name | consumers with enhanced fan-out |
//! | `sweep` | stream | deleted streams whose content is to be removed |
//! | `account` | – | settings of the account in the region |

use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

const SERVICE: &str = "kinesis";

/// The number of a stream, fresh for each creation.
pub(crate) type StreamNo = u64;
/// Which of its stream's shards, in the order of their opening.
pub(crate) type ShardNo = u32;
/// The place of a record in its shard: grows with each, and tells when it came (`engine/sequence.rs`).
pub(crate) type Position = u64;

/// Streams by name.
pub(crate) const STREAMS: Table<String, StreamRecord> = Table::new(SERVICE, "stream");
/// Shards of streams.
pub(crate) const SHARDS: Table<(StreamNo, ShardNo), ShardRecord> = Table::new(SERVICE, "shard");
/// The ends of shards, so far.
pub(crate) const TAILS: Table<(StreamNo, ShardNo), Tail> = Table::new(SERVICE, "tail");
/// Records.
pub(crate) const SEGMENTS: RawTable<(StreamNo, ShardNo, Position)> = Table::new(SERVICE, "segment");
/// Consumers with enhanced fan-out.
pub(crate) const CONSUMERS: Table<(StreamNo, String), ConsumerRecord> = Table::new(SERVICE, "consumer");
/// Streams whose content is to be removed.
pub(crate) const SWEEPS: RawTable<StreamNo> = Table::new(SERVICE, "sweep");
/// Settings of accounts.
pub(crate) const ACCOUNTS: Table<u8, AccountRecord> = Table::new(SERVICE, "account");

/// The scope of an account's streams in a region.
pub(crate) fn scope(account: AccountId, region: &Region) -> Scope {
    Scope::Regional(account, region.clone())
}

/// What a stream is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamRecord {
    /// Its number.
    pub no: StreamNo,
    /// `StreamId`: shown, not asked for.
    pub id: String,
    /// When it was created.
    pub created: Timestamp,
    /// How it is scaled.
    pub mode: Mode,
    /// Hours that records are kept.
    pub retention_hours: u32,
    /// Nothing before this position is read: it had expired when retention was changed.
    pub horizon: Position,
    /// The key of KMS that new records are sealed with.
    pub key: Option<String>,
    /// Shard-level metrics that are switched on.
    pub metrics: Vec<String>,
    /// KiB of the largest record.
    pub record_kib: u32,
    /// Throughput that is kept ready, in MiB a second.
    pub warm: Option<u32>,
    /// Tags.
    pub tags: Tags,
    /// Its resource policy.
    pub policy: Option<String>,
    /// How many shards take records.
    pub open: u32,
    /// The number of the next shard.
    pub next_shard: ShardNo,
    /// When the number of shards was changed lately.
    pub rescales: Vec<Timestamp>,
    /// When the mode was changed lately.
    pub mode_changes: Vec<Timestamp>,
}

/// How a stream is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// By its owner.
    Provisioned,
    /// By itself.
    OnDemand,
}

/// A shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShardRecord {
    /// First and last hash that it takes.
    pub hashes: (u128, u128),
    /// The shard it was split off, or the first of those merged into it.
    pub parent: Option<ShardNo>,
    /// The second of those merged into it.
    pub adjacent: Option<ShardNo>,
    /// The second of its opening, later than that of its parents.
    pub second: u64,
    /// The position before its first record.
    pub opened: Position,
    /// The position after its last record, when it is closed.
    pub closed: Option<Position>,
}

/// The end of a shard, so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tail {
    /// The last position given out.
    pub last: Position,
    /// Whether it takes records.
    pub open: bool,
}

/// A consumer with enhanced fan-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConsumerRecord {
    /// When it was registered.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
    /// Its resource policy.
    pub policy: Option<String>,
}

/// Settings of an account in a region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    /// Since when the minimum throughput billing commitment is on.
    pub committed: Option<Timestamp>,
    /// When it ended, or was asked to end.
    pub ended: Option<Timestamp>,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(StreamRecord, ShardRecord, Tail, ConsumerRecord, AccountRecord);
