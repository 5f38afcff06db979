//! Why the engine did not do what was asked, as data. AWS's words for it are in `error.rs`.

use std::io;

use store::StoreError;

use super::checksum::Algorithm;

/// A reason not to do something.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// There is no bucket of this name.
    NoSuchBucket(String),
    /// A bucket of the name exists.
    BucketExists {
        /// Whether it is the caller's own.
        own: bool,
        /// Where it is.
        region: names::Region,
    },
    /// The account has as many buckets as it may.
    TooManyBuckets,
    /// Something is in the bucket.
    BucketNotEmpty {
        /// Older versions or delete markers only.
        versions: bool,
    },
    /// There is no object of this key.
    NoSuchKey {
        /// The key.
        key: String,
        /// The id of the delete marker that stands there.
        marker: Option<String>,
    },
    /// There is no such version.
    NoSuchVersion {
        /// The key.
        key: String,
        /// The version, as it was asked for.
        version: String,
    },
    /// Not a version's id.
    BadVersion(String),
    /// The version asked for is a delete marker.
    IsMarker {
        /// Its id.
        version: String,
    },
    /// There is no such upload.
    NoSuchUpload(String),
    /// A condition of the request does not hold: the header that set it.
    Precondition(&'static str),
    /// A condition of the request holds, but what it is about changed while the request was under way: the header that set it.
    Conflict {
        /// The header.
        condition: &'static str,
        /// The key.
        key: String,
    },
    /// It is locked, and not to be deleted or unlocked.
    Locked,
    /// It is not archived, so there is nothing to restore.
    NotArchived,
    /// A copy is on its way already.
    RestoreUnderWay,
    /// Days were said where a copy stays, or not said where it goes.
    RestoreDays,
    /// Its class cannot be restored that fast.
    RestoreTier,
    /// A part named at the end of an upload is not there, or another.
    InvalidPart {
        /// Its number.
        number: i32,
        /// The tag that was named.
        etag: String,
    },
    /// A part that is not the last is too small.
    PartTooSmall {
        /// Its number.
        number: u16,
        /// Its tag.
        etag: String,
        /// Its bytes.
        length: u64,
    },
    /// The checksum of the whole is not the one that was named.
    BadChecksum(Algorithm),
    /// The content's MD5 is not the one that was named.
    BadMd5 {
        /// As it was named, in base64.
        expected: String,
        /// As it is.
        found: [u8; 16],
    },
    /// The checksum of all parts together is not the one that was named.
    WholeChecksum(Algorithm),
    /// All parts together have another length than was named.
    OtherLength {
        /// As it was named.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// More bytes than one request may send.
    TooLarge {
        /// Bytes that were sent or announced.
        length: u64,
    },
    /// The body could not be read to its end.
    Body(io::Error),
    /// What came after the body is no checksum.
    BadTrailer(Algorithm),
    /// Something of the engine that a caller cannot know.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
