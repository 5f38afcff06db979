//! Tables, keys and records. Everything lies in the scope of the table's account and region; what belongs to a table's
//! content is keyed by the table's number, which is fresh for each creation, so that a new table never sees an old one's.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `table` | name | what a table is |
//! | `item` | table, index, key | items of the table (index 0) and of its secondary indexes; `engine/key.rs` tells the key |
//! | `stream` | table's name, label | streams, until a day after they were switched off |
//! | `change` | stream, sequence number | what a stream tells |
//! | `key` | table | what everything of a table is sealed with, itself sealed |
//! | `history` | table, sequence number | what items were before each change, where a table can be restored to any second |
//! | `expiry` | table, second, row | items by the second from which they may be deleted |
//! | `collection` | table, partition key | bytes of item collections |
//! | `usage` | table, instant | what was consumed, as it is noted once a minute and when asked for |
//! | `token` | the caller's token | transactions done lately |
//! | `backup` | table's name, backup | backups |
//! | `copy` | backup, row | their items |
//! | `export`, `import` | table's name, id | exports and imports; see `store/transfer.rs` |
//! | `writer` | – | the engine that writes; see `engine/meeting.rs` |
//! | `sweep` | table, index | content of deleted tables and indexes, to be removed |
//! | `stamp`, `outgoing`, `sent` | table, … | replicas: which write an item is of, what is to be told elsewhere, what was; see `store/replica.rs` |

mod old;
mod replica;
mod transfer;

use bytes::Bytes;
use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

pub(crate) use replica::{
    GlobalVersion, OUTGOING, OutgoingRecord, Overrides, Replication, SENT, STAMPS, SentRecord, StampRecord,
};
pub(crate) use transfer::{EXPORTS, ExportRecord, IMPORTS, ImportRecord, Progress};

/// The service's id.
pub(crate) const SERVICE: &str = "dynamodb";

/// The number of a table, fresh for each creation.
pub(crate) type TableNo = u64;
/// The number of an index of a table; 0 is the table itself.
pub(crate) type IndexNo = u32;
/// The number of a stream.
pub(crate) type StreamNo = u64;
/// The place of a change in the order of all changes; also tells when it was.
pub(crate) type SequenceNo = u64;

/// Tables by name.
pub(crate) const TABLES: Table<String, TableRecord> = Table::new(SERVICE, "table");
/// Rows of tables and of their indexes. What follows the numbers in a key is written by `engine/key.rs`.
pub(crate) const ITEMS: RawTable<(TableNo, IndexNo)> = Table::new(SERVICE, "item");
/// Streams by their table's name and their label.
pub(crate) const STREAMS: Table<(String, String), StreamRecord> = Table::new(SERVICE, "stream");
/// What items were before changes, by table.
pub(crate) const HISTORY: Table<(TableNo, SequenceNo), HistoryRecord> = Table::new(SERVICE, "history");
/// Items by the second from which they may be deleted. A key ends in that of the item's row.
pub(crate) const EXPIRIES: RawTable<(TableNo, i64)> = Table::new(SERVICE, "expiry");
/// Transactions done lately, by the caller's token.
pub(crate) const TOKENS: Table<String, TokenRecord> = Table::new(SERVICE, "token");
/// Backups by their table's name and their id.
pub(crate) const BACKUPS: Table<(String, String), BackupRecord> = Table::new(SERVICE, "backup");
/// Their items. A key ends in that of the item's row.
pub(crate) const COPIES: RawTable<u64> = Table::new(SERVICE, "copy");
/// Bytes of item collections, of tables with local indexes. A key ends in the partition key's part of that of a row.
pub(crate) const COLLECTIONS: RawTable<TableNo> = Table::new(SERVICE, "collection");
/// What was consumed of a table and of its indexes, by when it was noted.
pub(crate) const USAGES: Table<(TableNo, Timestamp), UsageRecord> = Table::new(SERVICE, "usage");
/// What streams tell.
pub(crate) const CHANGES: Table<(StreamNo, SequenceNo), ChangeRecord> = Table::new(SERVICE, "change");
/// Keys of tables. They outlive their tables for as long as streams and backups do.
pub(crate) const KEYS: Table<TableNo, KeyRecord> = Table::new(SERVICE, "key");
/// Content of deleted tables.
pub(crate) const SWEEPS: Table<(TableNo, IndexNo), Sweep> = Table::new(SERVICE, "sweep");

/// Where all records of a table lie.
pub(crate) fn scope(account: AccountId, region: &Region) -> Scope {
    Scope::Regional(account, region.clone())
}

/// What a table is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableRecord {
    /// Its number.
    pub no: TableNo,
    /// `TableId`.
    pub id: String,
    /// When it was created.
    pub created: Timestamp,
    /// Types of key attributes, in the order given.
    pub attributes: Vec<(String, KeyKind)>,
    /// The primary key.
    pub key: KeyNames,
    /// Local secondary indexes.
    pub local: Vec<IndexRecord>,
    /// Global secondary indexes.
    pub global: Vec<IndexRecord>,
    /// The number of the next index.
    pub next_index: IndexNo,
    /// What it may consume.
    pub billing: Billing,
    /// What it may consume, as a promise or a bound.
    pub throughput: Throughput,
    /// The stream that is on or was on last.
    pub stream: Option<StreamSetting>,
    /// The attribute that tells when an item may be deleted.
    pub expiry: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// `STANDARD_INFREQUENT_ACCESS`, and since when it is the class it is.
    pub class: Option<Class>,
    /// Whether it cannot be deleted.
    pub protected: bool,
    /// A key of KMS, when items are said to be encrypted under one.
    pub encryption: Option<Encryption>,
    /// Its resource policy.
    pub policy: Option<PolicyRecord>,
    /// Whether it can be restored to any second.
    pub recovery: Option<Recovery>,
    /// What it was restored from.
    pub restored: Option<Restored>,
    /// The other replicas, when it is one of a global table.
    pub replication: Option<Replication>,
    /// Streams of Kinesis that are told of changes.
    pub destinations: Vec<Destination>,
    /// What is counted of keys that are used much.
    pub insights: Vec<InsightsSetting>,
    /// Policies of its streams, by label.
    pub stream_policies: Vec<(String, PolicyRecord)>,
}

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyKind {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}

/// The attributes of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyNames {
    /// The partition key.
    pub hash: String,
    /// The sort key.
    pub range: Option<String>,
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexRecord {
    /// Its number in its table.
    pub no: IndexNo,
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: KeyNames,
    /// What of an item it holds.
    pub projection: Projection,
    /// What it may consume; of global ones.
    pub throughput: Throughput,
    /// Whether it is still being filled, and cannot be read.
    pub filling: bool,
    /// Further attributes of its key.
    pub more: MoreNames,
}

/// Attributes of an index's key beyond the first partition key and the first sort key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MoreNames {
    /// Of the partition key.
    pub hash: Vec<String>,
    /// Of the sort key.
    pub range: Vec<String>,
}

/// What of an item an index holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Projection {
    /// Everything.
    All,
    /// The keys of table and index.
    Keys,
    /// These too.
    Include(Vec<String>),
}

/// How capacity is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Billing {
    /// Bought beforehand.
    Provisioned {
        /// Since when, when it was on demand before.
        on_demand_before: Option<Timestamp>,
        /// Whether the mode was named when the table was created or changed.
        told: bool,
    },
    /// As it comes, since then.
    OnDemand(Timestamp),
}

/// What a table or an index may consume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Throughput {
    /// Provisioned read capacity units; 0 on demand.
    pub read: u64,
    /// Provisioned write capacity units; 0 on demand.
    pub write: u64,
    /// When it was increased last.
    pub increased: Option<Timestamp>,
    /// When it was decreased last.
    pub decreased: Option<Timestamp>,
    /// How often it was decreased on that day.
    pub decreases: u32,
    /// Read units a second at most, on demand.
    pub most_read: Option<u64>,
    /// The same of write units.
    pub most_write: Option<u64>,
    /// Read units a second that are said to be at hand at once.
    pub warm_read: Option<u64>,
    /// The same of write units.
    pub warm_write: Option<u64>,
}

/// What a stream tells of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum View {
    /// Keys.
    Keys,
    /// The item after.
    New,
    /// The item before.
    Old,
    /// Both.
    Both,
}

/// A table's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamSetting {
    /// Its number.
    pub no: StreamNo,
    /// Its label.
    pub label: String,
    /// What it tells.
    pub view: View,
    /// Whether it is on.
    pub on: bool,
}

/// A stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamRecord {
    /// Its number.
    pub no: StreamNo,
    /// Its table.
    pub table: TableNo,
    /// What it tells.
    pub view: View,
    /// When it was switched on.
    pub begun: Timestamp,
    /// When it was switched off.
    pub ended: Option<Timestamp>,
    /// The table's key.
    pub key: KeyNames,
    /// Types of key attributes.
    pub kinds: Vec<(String, KeyKind)>,
}

/// A change as a stream tells it. Items are in their stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChangeRecord {
    /// When it was made.
    pub at: Timestamp,
    /// Whether there was an item before, and is one after.
    pub kind: ChangeKind,
    /// The key.
    pub key: Bytes,
    /// The item before, when the stream tells it.
    pub old: Option<Bytes>,
    /// The item after, when the stream tells it.
    pub new: Option<Bytes>,
    /// Bytes of what is told, by AWS's count.
    pub size: u64,
    /// Whether the item expired, and nobody deleted it.
    pub expired: bool,
}

/// A transaction that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TokenRecord {
    /// When.
    pub at: Timestamp,
    /// A digest of what was asked.
    pub digest: Vec<u8>,
}

/// What was consumed since it was noted before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct UsageRecord {
    /// Read and write units by index; the table itself is 0.
    pub units: Vec<(IndexNo, f64, f64)>,
}

/// A copy of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackupRecord {
    /// Its number.
    pub no: u64,
    /// Its name, which others may have too.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// What the table was.
    pub table: TableRecord,
    /// How many items it holds.
    pub items: u64,
    /// How many bytes they are.
    pub bytes: u64,
}

/// What an item was before a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HistoryRecord {
    /// Its key.
    pub key: Bytes,
    /// The item; none when there was none.
    pub before: Option<Bytes>,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ChangeKind {
    /// It is new.
    Insert,
    /// It changed.
    Modify,
    /// It is gone.
    Remove,
}

/// A table class that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Class {
    /// `STANDARD_INFREQUENT_ACCESS`, and not `STANDARD`.
    pub infrequent: bool,
    /// Since when, when it was changed.
    pub changed: Option<Timestamp>,
}

/// How items are encrypted, when not under AWS's own key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Encryption {
    /// ARN of the key.
    pub key: String,
    /// Since when the key cannot be used.
    pub inaccessible: Option<Timestamp>,
}

/// The key of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// The table's name.
    pub table: String,
    /// ARN of the key of KMS that it is sealed under; none when it is sealed under the cloud's.
    pub arn: Option<String>,
    /// The key, sealed.
    pub sealed: Bytes,
}

/// A stream of Kinesis that is told of a table's changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destination {
    /// ARN of the stream.
    pub stream: String,
    /// Whether it is told.
    pub on: bool,
    /// Whether instants are told in microseconds; none when nobody said.
    pub micros: Option<bool>,
}

/// Counting of keys that are used much, of a table or of one of its indexes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InsightsSetting {
    /// The index; none for the table.
    pub index: Option<String>,
    /// Whether keys are counted.
    pub on: bool,
    /// Whether throttled keys alone are.
    pub throttled_only: bool,
    /// When this was changed last.
    pub changed: Timestamp,
}

/// A resource policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// Its text.
    pub document: String,
    /// Which version of it.
    pub revision: String,
}

/// Restoring to any second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recovery {
    /// Since when.
    pub since: Timestamp,
    /// For how many days back.
    pub days: u32,
}

/// What a table was restored from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restored {
    /// ARN of the backup.
    pub backup: Option<String>,
    /// ARN of the table.
    pub table: Option<String>,
    /// The instant to which.
    pub at: Timestamp,
}

/// Content to be removed: of one index of a table or, for index 0, of the whole table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sweep {}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(ChangeRecord, HistoryRecord, KeyRecord, StreamRecord, Sweep, TokenRecord, UsageRecord);

impl Record for TableRecord {
    const VERSION: u8 = 2;

    fn migrate(_: u8, bytes: &[u8]) -> Option<Self> {
        old::table(bytes)
    }
}

impl Record for BackupRecord {
    const VERSION: u8 = 2;

    fn migrate(_: u8, bytes: &[u8]) -> Option<Self> {
        old::backup(bytes)
    }
}
