//! Tables, keys and records. Names of buckets are unique in the whole cloud, so everything lies in its scope; what belongs to
//! a bucket is keyed by the bucket's number, which is fresh for each creation, so that a new bucket never sees an old one's.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `bucket` | name | what a bucket is, and the settings that most requests ask for |
//! | `owned` | account, name | whose buckets there are |
//! | `config` | bucket, kind, id | configurations, one record each |
//! | `object` | bucket, key | the current version of a key, unless that is a delete marker: what listings read |
//! | `version` | bucket, key, number turned round | older versions and delete markers, the newest first |
//! | `null` | bucket, key | the number of the `null` version among those |
//! | `content` | number | content too small for a file, encrypted |
//! | `layout` | version | the pieces of content that has more than one |
//! | `blob` | file | how many contents refer to it |
//! | `garbage` | file | files that nothing refers to any more, or not yet |
//! | `upload` | bucket, key, upload | multipart uploads in progress |
//! | `part` | upload, part | their parts |
//! | `ended` | upload | uploads that are over, whose remaining parts are to be removed |
//! | `completed` | upload | the version that came of it, for whoever asks again |
//! | `sweep` | bucket | deleted buckets whose remains are to be removed |

use names::{AccountId, Region, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

use crate::engine::lock::DefaultRetention;
pub(crate) use crate::engine::object::record::ObjectRecord;
use crate::engine::sealing::DefaultEncryption;
pub(crate) use crate::engine::upload::record::{PartRecord, UploadRecord};

const SERVICE: &str = "s3";
/// What is known of files outlives a reset of the service, which deletes its records but cannot know its files.
const FILES: &str = "s3-files";

/// Where everything lies.
pub(crate) const SCOPE: Scope = Scope::Global;

/// The number of a bucket, fresh for each creation.
pub(crate) type BucketNo = u64;
/// The number of a version, a content or an upload, fresh for each.
pub(crate) type No = u64;

/// Buckets by name.
pub(crate) const BUCKETS: Table<String, BucketRecord> = Table::new(SERVICE, "bucket");
/// Names of buckets by owner.
pub(crate) const OWNED: RawTable<(AccountId, String)> = Table::new(SERVICE, "owned");
/// Configurations of buckets. [`crate::engine::config`] reads and writes them.
pub(crate) const CONFIGS: RawTable<(BucketNo, String, String)> = Table::new(SERVICE, "config");
/// Current versions.
pub(crate) const OBJECTS: Table<(BucketNo, String), ObjectRecord> = Table::new(SERVICE, "object");
/// Older versions and delete markers; numbers subtracted from the largest, so that the newest is first.
pub(crate) const VERSIONS: Table<(BucketNo, String, No), ObjectRecord> = Table::new(SERVICE, "version");
/// Which of those is the `null` version.
pub(crate) const NULLS: Table<(BucketNo, String), Number> = Table::new(SERVICE, "null");
/// Small content.
pub(crate) const CONTENTS: RawTable<No> = Table::new(SERVICE, "content");
/// Pieces of content.
pub(crate) const LAYOUTS: Table<No, Layout> = Table::new(SERVICE, "layout");
/// Files and how many contents refer to them.
pub(crate) const BLOBS: Table<u128, Number> = Table::new(FILES, "blob");
/// Files to be removed: since when, so that what is just being written is left alone.
pub(crate) const GARBAGE: Table<u128, Number> = Table::new(FILES, "garbage");
/// Uploads in progress.
pub(crate) const UPLOADS: Table<(BucketNo, String, No), UploadRecord> = Table::new(SERVICE, "upload");
/// Parts of uploads.
pub(crate) const PARTS: Table<(No, u16), PartRecord> = Table::new(SERVICE, "part");
/// Uploads that are over.
pub(crate) const ENDED: RawTable<No> = Table::new(SERVICE, "ended");
/// Uploads that were put together.
pub(crate) const COMPLETED: Table<No, Completed> = Table::new(SERVICE, "completed");
/// Deleted buckets.
pub(crate) const SWEEPS: RawTable<BucketNo> = Table::new(SERVICE, "sweep");

/// What a bucket is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketRecord {
    /// Its number.
    pub no: BucketNo,
    /// Whose it is.
    pub account: AccountId,
    /// Where it was created.
    pub region: Region,
    /// When.
    pub created: Timestamp,
    /// Whether older versions are kept.
    pub versioning: Versioning,
    /// Whether deleting a version needs a code of the owner's MFA device.
    pub mfa_delete: bool,
    /// Whether versions can be locked.
    pub object_lock: bool,
    /// The lock that versions get which come without one.
    pub default_retention: Option<DefaultRetention>,
    /// How objects are encrypted whose request says nothing.
    pub encryption: DefaultEncryption,
    /// Who owns objects that others write, and whether ACLs count.
    pub ownership: Ownership,
    /// Whether who asks pays.
    pub requester_pays: bool,
    /// Whether it was asked for in `EU`.
    pub said_eu: bool,
}

/// Whether a bucket keeps older versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    /// It never did.
    Never,
    /// It does.
    Enabled,
    /// It did once; writes now replace the `null` version.
    Suspended,
}

/// Object ownership of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ownership {
    /// The bucket's owner owns everything; ACLs do not count. What buckets are created with since April 2023.
    BucketOwnerEnforced,
    /// The bucket's owner owns what is written with `bucket-owner-full-control`.
    BucketOwnerPreferred,
    /// Who writes an object owns it.
    ObjectWriter,
}

impl Ownership {
    const ALL: [(Self, &str); 3] = [
        (Self::BucketOwnerEnforced, "BucketOwnerEnforced"),
        (Self::BucketOwnerPreferred, "BucketOwnerPreferred"),
        (Self::ObjectWriter, "ObjectWriter"),
    ];

    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(ownership, _)| *ownership == self).map_or("", |(_, text)| *text)
    }

    /// From AWS's word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(ownership, _)| *ownership)
    }
}

/// The pieces of a content, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Layout {
    /// Each of them.
    pub pieces: Vec<crate::engine::content::Piece>,
}

/// An upload that was put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Completed {
    /// The version that came of it.
    pub version: No,
    /// When.
    pub at: Timestamp,
}

/// A number that stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Number(pub u64);

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(BucketRecord, Completed, Layout, Number, ObjectRecord, PartRecord, UploadRecord);
