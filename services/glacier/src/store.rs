//! Tables, keys and records. Everything lies in the scope of an account and region, but for what is known of files, which
//! lies in none.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `vault` | name | what a vault is: policies, lock, tags, counts |
//! | `archive` | vault, id | what an archive is and where its content is |
//! | `upload` | vault, id | an upload in parts |
//! | `part` | vault, upload, first byte | a part |
//! | `job` | vault, id | a retrieval |
//! | `retrieval` | – | the data retrieval policy |
//! | `capacity` | id | provisioned capacity |
//! | `file` | file | how many records name it |
//! | `garbage` | file | a file that no record names, or none any more, and whose it is |

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Record, Table};

use crate::engine::tree::Hash;

const SERVICE: &str = "glacier";
/// Not the service itself: what is known of files outlives `nephele reset`, so that they can be removed.
const KEPT: &str = "glacier-files";

/// Vaults by name.
pub(crate) const VAULTS: Table<String, VaultRecord> = Table::new(SERVICE, "vault");
/// Archives by vault and id.
pub(crate) const ARCHIVES: Table<(String, String), ArchiveRecord> = Table::new(SERVICE, "archive");
/// Uploads by vault and id.
pub(crate) const UPLOADS: Table<(String, String), UploadRecord> = Table::new(SERVICE, "upload");
/// Parts by vault, upload and first byte.
pub(crate) const PARTS: Table<(String, String, u64), PartRecord> = Table::new(SERVICE, "part");
/// Jobs by vault and id.
pub(crate) const JOBS: Table<(String, String), JobRecord> = Table::new(SERVICE, "job");
/// The data retrieval policy.
pub(crate) const RETRIEVAL: Table<String, RetrievalRecord> = Table::new(SERVICE, "retrieval");
/// Provisioned capacity by id.
pub(crate) const CAPACITY: Table<String, CapacityRecord> = Table::new(SERVICE, "capacity");
/// Files that records name, and how many.
pub(crate) const FILES: Table<u128, Count> = Table::new(KEPT, "file");
/// Files that no record names, with the mark of the process that writes them.
pub(crate) const GARBAGE: Table<u128, Mark> = Table::new(KEPT, "garbage");

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count(pub u64);

/// Whose a file is; none's when it is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark(pub u128);

/// What a vault is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VaultRecord {
    /// When it was created.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
    /// Its access policy.
    pub access: Option<String>,
    /// Its lock.
    pub lock: Option<Lock>,
    /// The topic that is told of jobs, and which.
    pub notify: Option<(String, Vec<String>)>,
    /// Archives there are.
    pub archives: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the last inventory was made.
    pub inventory: Option<Timestamp>,
    /// Archives and bytes by the last inventory.
    pub counted: (u64, u64),
}

/// A policy that becomes irrevocable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lock {
    /// The policy.
    pub policy: String,
    /// What completes it.
    pub id: String,
    /// When it was begun.
    pub created: Timestamp,
    /// Whether it can never change again.
    pub locked: bool,
}

/// Where bytes are: pieces, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content(pub Vec<Piece>);

/// Some bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Piece {
    /// Here, encrypted; and how many.
    Small(Vec<u8>, u64),
    /// In a file; and how many.
    File(u128, u64),
}

/// What an archive is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ArchiveRecord {
    /// For people.
    pub description: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// Its bytes.
    pub length: u64,
    /// Its tree hash.
    pub hash: Hash,
    /// Where it is.
    pub content: Content,
}

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UploadRecord {
    /// For people.
    pub description: Option<String>,
    /// Bytes of each part but the last.
    pub part_size: u64,
    /// When it was begun.
    pub created: Timestamp,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartRecord {
    /// Its bytes.
    pub length: u64,
    /// Its tree hash.
    pub hash: Hash,
    /// Where it is.
    pub content: Content,
}

/// What a job retrieves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wanted {
    /// An archive: its id, and the first and last byte.
    Archive { id: String, first: u64, last: u64, length: u64, whole: Hash, description: Option<String> },
    /// The list of archives, as JSON or CSV, created within an interval, at most so many, after one.
    Inventory {
        csv: bool,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
        limit: Option<u64>,
        after: Option<String>,
    },
}

/// A retrieval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    /// What it retrieves.
    pub wanted: Wanted,
    /// For people.
    pub description: Option<String>,
    /// The topic that is told of it.
    pub topic: Option<String>,
    /// `Expedited`, `Standard`, `Bulk`.
    pub tier: String,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it is done.
    pub due: Timestamp,
    /// What it retrieved, with its length and the hash of the bytes.
    pub output: Option<(Content, u64, Option<Hash>)>,
    /// Where an inventory goes on.
    pub next: Option<String>,
}

/// How much may be retrieved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RetrievalRecord {
    /// `BytesPerHour`, `FreeTier`, `None`.
    pub strategy: String,
    /// Bytes an hour.
    pub rate: Option<u64>,
    /// The hour that is counted, and the bytes retrieved in it.
    pub used: (i64, u64),
}

impl JobRecord {
    /// Whether what it retrieves is there.
    pub(crate) fn is_done(&self, now: Timestamp) -> bool {
        self.due <= now && self.output.is_some()
    }
}

/// Provisioned capacity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CapacityRecord {
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(Count, Mark, VaultRecord, ArchiveRecord, UploadRecord, PartRecord, JobRecord, RetrievalRecord, CapacityRecord,);
