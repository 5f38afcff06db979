//! Tables, keys and records. Everything lies in the scope of the delivery stream's account and region; what belongs to a
//! delivery stream is keyed by its number, which is fresh for each creation.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `stream` | name | what a delivery stream is |
//! | `buffer` | stream, number | records that were put together and are not delivered yet, sealed |
//! | `flight` | stream | what is being delivered: the same again after a crash |
//! | `checkpoint` | stream, shard | how far a shard of the source was read |
//! | `sweep` | stream | deleted delivery streams whose content is to be removed |

use bytes::Bytes;
use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

const SERVICE: &str = "firehose";

/// The number of a delivery stream, fresh for each creation.
pub(crate) type StreamNo = u64;
/// The number of a row of the buffer, in the order of putting.
pub(crate) type RowNo = u64;

/// Delivery streams by name.
pub(crate) const STREAMS: Table<String, StreamRecord> = Table::new(SERVICE, "stream");
/// Records that wait.
pub(crate) const BUFFER: RawTable<(StreamNo, RowNo)> = Table::new(SERVICE, "buffer");
/// What is being delivered.
pub(crate) const FLIGHTS: Table<StreamNo, Flight> = Table::new(SERVICE, "flight");
/// How far sources were read.
pub(crate) const CHECKPOINTS: Table<(StreamNo, String), Checkpoint> = Table::new(SERVICE, "checkpoint");
/// Content that is to be removed.
pub(crate) const SWEEPS: RawTable<StreamNo> = Table::new(SERVICE, "sweep");

/// The scope of an account's delivery streams in a region.
pub(crate) fn scope(account: AccountId, region: &Region) -> Scope {
    Scope::Regional(account, region.clone())
}

/// What a delivery stream is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamRecord {
    /// Its number.
    pub no: StreamNo,
    /// When it was created.
    pub created: Timestamp,
    /// When its destination was changed last.
    pub updated: Option<Timestamp>,
    /// The version of its destination.
    pub version: u64,
    /// Where its records come from.
    pub source: Source,
    /// The kind of its destination, as its configuration is named: `ExtendedS3`, `HttpEndpoint`…
    pub kind: String,
    /// The configuration of its destination, in AWS's words and as JSON; sealed, since it holds secrets.
    pub destination: Bytes,
    /// How its buffer is encrypted.
    pub encryption: Encryption,
    /// Tags.
    pub tags: Tags,
}

/// Where records come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Source {
    /// From callers.
    Direct {
        /// `ThroughputHintInMBs`.
        hint: Option<i32>,
    },
    /// From a stream of Kinesis.
    Kinesis {
        /// The stream.
        arn: String,
        /// The role that reads it.
        role: String,
    },
}

/// How the buffer is encrypted. It is sealed always; this is what callers asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Encryption {
    /// Nobody asked.
    #[default]
    Off,
    /// With a key of AWS's.
    Aws,
    /// With a key of the user's.
    Customer(String),
}

/// What is being delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flight {
    /// The last row of it.
    pub last: RowNo,
    /// When it began.
    pub begun: Timestamp,
    /// A part of the names of its objects, so that delivering it again writes the same ones.
    pub token: String,
}

/// How far a shard of the source was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// The last sequence number read.
    pub number: Option<String>,
    /// Whether the shard has ended.
    pub ended: bool,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(StreamRecord, Flight, Checkpoint);
