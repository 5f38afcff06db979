//! What a multipart upload and its parts are.

use names::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::checksum::{Algorithm, Extent};
use crate::engine::content::Place;
use crate::engine::object::record::ObjectRecord;

/// An upload in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UploadRecord {
    /// When it was initiated.
    pub initiated: Timestamp,
    /// ARN of who did.
    pub initiator: String,
    /// The object as far as it is known.
    pub draft: ObjectRecord,
    /// Whether the key's current version was deleted since.
    pub disturbed: bool,
    /// Which checksum parts come with, and of what; none when nothing was said.
    pub checksum: Option<(Algorithm, Extent)>,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartRecord {
    /// When it was uploaded.
    pub modified: Timestamp,
    /// Bytes.
    pub length: u64,
    /// MD5 of its content.
    pub md5: [u8; 16],
    /// Its entity tag: the MD5, unless the content is under keys of KMS or customers.
    pub etag: [u8; 16],
    /// Its checksum by the upload's algorithm.
    pub checksum: Option<Vec<u8>>,
    /// Where it is.
    pub place: Place,
}
