//! Records of global tables: which replicas a table has, which write an item is of, and what the others are still to be told.

use bytes::Bytes;
use names::{Region, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Table};

use super::{SERVICE, SequenceNo, TableNo};

/// Which write the item of a row is of; of deleted items too. A key ends in that of the item's row.
pub(crate) const STAMPS: RawTable<TableNo> = Table::new(SERVICE, "stamp");
/// Writes of this replica that others are still to be told of.
pub(crate) const OUTGOING: Table<(TableNo, SequenceNo), OutgoingRecord> = Table::new(SERVICE, "outgoing");
/// From which write on a replica elsewhere is still to be told.
pub(crate) const SENT: Table<(TableNo, Region), SentRecord> = Table::new(SERVICE, "sent");

/// A table that is one of several replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replication {
    /// Which of AWS's two kinds of global table it is.
    pub version: GlobalVersion,
    /// Since when.
    pub created: Timestamp,
    /// Regions of the other replicas.
    pub peers: Vec<Region>,
    /// Whether a write is in all replicas or in none.
    pub strong: bool,
    /// The region that bears witness of writes, of tables with strong consistency.
    pub witness: Option<Region>,
    /// The region from which this replica is still being filled.
    pub filling: Option<Region>,
    /// When this replica last was the source of a new one.
    pub sourced: Option<Timestamp>,
    /// What is otherwise here than elsewhere.
    pub overrides: Overrides,
}

/// AWS's two kinds of global table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum GlobalVersion {
    /// Made of tables that are there, of `CreateGlobalTable`.
    V2017,
    /// Replicas made by `UpdateTable`.
    V2019,
}

/// What a replica has otherwise than the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Overrides {
    /// Provisioned read units.
    pub read: Option<u64>,
    /// Read units a second at most, on demand.
    pub most_read: Option<u64>,
    /// The two, by index.
    pub indexes: Vec<(String, Option<u64>, Option<u64>)>,
    /// Whether a table class was named for this replica.
    pub class: bool,
    /// The key of KMS as it was named for this replica.
    pub key: Option<String>,
}

/// Which write an item is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StampRecord {
    /// Its place in the order of all writes; the highest wins.
    pub no: SequenceNo,
    /// Where it was made.
    pub region: Region,
    /// Whether the item is gone.
    pub gone: bool,
}

/// A write that others are to be told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutgoingRecord {
    /// The item's key.
    pub key: Bytes,
    /// The item as it is; none when it is gone.
    pub item: Option<Bytes>,
}

/// How far a replica elsewhere was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentRecord {
    /// The first write that it was not told of.
    pub next: SequenceNo,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(OutgoingRecord, SentRecord, StampRecord);
