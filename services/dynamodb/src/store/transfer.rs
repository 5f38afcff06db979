//! Records of exports and imports.

use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Record, Table};

use super::{SERVICE, TableNo, TableRecord};
use crate::engine::transfer::{Format, Packing};

/// Exports by their table's name and their id.
pub(crate) const EXPORTS: Table<(String, String), ExportRecord> = Table::new(SERVICE, "export");
/// Imports by their table's name and their id.
pub(crate) const IMPORTS: Table<(String, String), ImportRecord> = Table::new(SERVICE, "import");

/// How far an export or an import is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// It is under way.
    UnderWay,
    /// It is done, since then.
    Done(Timestamp),
    /// It failed then: AWS's code, and a sentence.
    Failed(Timestamp, String, String),
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportRecord {
    /// The table's number.
    pub table: TableNo,
    /// `TableId`.
    pub table_id: String,
    /// When it began.
    pub begun: Timestamp,
    /// How far it is.
    pub progress: Progress,
    /// The instant that is exported; of an export of changes, the one they end before.
    pub at: Timestamp,
    /// Of an export of changes: the first instant, and whether items before changes are told.
    pub changes: Option<(Timestamp, bool)>,
    /// The caller's token.
    pub token: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// Whose the bucket is, as the caller said.
    pub owner: Option<String>,
    /// What keys begin with.
    pub prefix: Option<String>,
    /// `AES256` or `KMS`.
    pub sealed: Option<String>,
    /// The key of KMS.
    pub key: Option<String>,
    /// How items are written.
    pub format: Format,
    /// Items that were written.
    pub items: u64,
    /// Bytes that are paid for.
    pub bytes: u64,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImportRecord {
    /// What table was made.
    pub table: TableRecord,
    /// When it began.
    pub begun: Timestamp,
    /// How far it is.
    pub progress: Progress,
    /// The caller's token.
    pub token: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// Whose the bucket is, as the caller said.
    pub owner: Option<String>,
    /// What keys begin with.
    pub prefix: Option<String>,
    /// How items are written.
    pub format: Format,
    /// How files are compressed.
    pub packing: Packing,
    /// Records that could not be imported.
    pub errors: u64,
    /// Bytes that were read, unpacked.
    pub bytes: u64,
    /// Records that were read.
    pub read: u64,
    /// Items that were imported.
    pub imported: u64,
}

impl Record for ExportRecord {
    const VERSION: u8 = 1;
}

impl Record for ImportRecord {
    const VERSION: u8 = 1;
}
