//! What a version of an object is.

use std::fmt;

use names::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::engine::checksum::Checksum;
use crate::engine::content::Content;
use crate::engine::grants::Grant;
use crate::engine::lock::Retention;
use crate::engine::sealing::Sealing;
use crate::store::No;

/// A version, or the marker of a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ObjectRecord {
    /// Its number: later versions of a key have larger ones.
    pub no: No,
    /// Whether its id is `null`: written while the bucket kept no versions.
    pub null: bool,
    /// Whether it only says that the key was deleted.
    pub marker: bool,
    /// When it was written.
    pub modified: Timestamp,
    /// Bytes of content.
    pub length: u64,
    /// Its entity tag.
    pub etag: ETag,
    /// Where the content is.
    pub content: Content,
    /// How it is encrypted.
    pub sealing: Sealing,
    /// The checksum that was sent or computed when it was written.
    pub checksum: Option<Checksum>,
    /// Its storage class.
    pub class: Class,
    /// Who owns it.
    pub owner: AccountId,
    /// Headers that come back with it.
    pub headers: Headers,
    /// User metadata, names in lower case.
    pub metadata: Vec<(String, String)>,
    /// Its tags, in the order in which they were given.
    pub tags: Vec<(String, String)>,
    /// Until when it cannot be deleted.
    pub retention: Option<Retention>,
    /// Whether it cannot be deleted until the hold is taken off; none when that was never said.
    pub hold: Option<bool>,
    /// A restored copy of archived content.
    pub restore: Option<Restore>,
    /// Its access control list; empty for its owner's full control.
    pub acl: Vec<Grant>,
    /// How it stands with replication.
    pub replication: Option<Replication>,
}

/// Headers of a request that answers repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Headers {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Expires`, as it was sent.
    pub expires: Option<String>,
    /// `x-amz-website-redirect-location`.
    pub redirect: Option<String>,
}

/// An entity tag: a digest, and of how many parts when it is one of digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ETag {
    /// MD5 of the content; of the MD5s of the parts; or nothing but a name, when the content is under keys of KMS or customers.
    pub digest: [u8; 16],
    /// Parts of a multipart upload.
    pub parts: Option<u16>,
}

/// Storage classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub(crate) enum Class {
    Standard,
    ReducedRedundancy,
    StandardIa,
    OnezoneIa,
    IntelligentTiering,
    GlacierIr,
    Glacier,
    DeepArchive,
    /// Intelligent-Tiering, in its archive tier.
    TieringArchive,
    /// Intelligent-Tiering, in its deep archive tier.
    TieringDeepArchive,
}

/// A restored copy of archived content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restore {
    /// When the copy is there.
    pub ready: Timestamp,
    /// When it is gone; none where it stays.
    pub expires: Option<Timestamp>,
    /// How fast it comes.
    pub tier: RestoreTier,
}

/// How fast a restored copy comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub(crate) enum RestoreTier {
    Bulk,
    Standard,
    Expedited,
}

/// How a version stands with replication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub(crate) enum Replication {
    Pending,
    Completed,
    Failed,
    Replica,
}

impl fmt::Display for ETag {
    /// In quotes, as headers and documents have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.bare())
    }
}

impl ETag {
    /// Without quotes.
    pub(crate) fn bare(&self) -> String {
        let hex = format!("{:032x}", u128::from_be_bytes(self.digest));
        match self.parts {
            Some(parts) => format!("{hex}-{parts}"),
            None => hex,
        }
    }

    /// Whether a client's text, quoted or not, means this tag.
    pub(crate) fn is(&self, text: &str) -> bool {
        text.trim().trim_matches('"') == self.bare()
    }
}

impl Class {
    const ALL: [(Self, &str); 8] = [
        (Self::Standard, "STANDARD"),
        (Self::ReducedRedundancy, "REDUCED_REDUNDANCY"),
        (Self::StandardIa, "STANDARD_IA"),
        (Self::OnezoneIa, "ONEZONE_IA"),
        (Self::IntelligentTiering, "INTELLIGENT_TIERING"),
        (Self::GlacierIr, "GLACIER_IR"),
        (Self::Glacier, "GLACIER"),
        (Self::DeepArchive, "DEEP_ARCHIVE"),
    ];

    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("INTELLIGENT_TIERING", |(_, text)| *text)
    }

    /// From AWS's word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(class, _)| *class)
    }

    /// Whether content must be restored before it can be read.
    pub(crate) fn is_archive(self) -> bool {
        matches!(self, Self::Glacier | Self::DeepArchive | Self::TieringArchive | Self::TieringDeepArchive)
    }

    /// The archive tier of Intelligent-Tiering, in AWS's word.
    pub(crate) fn tier(self) -> Option<&'static str> {
        match self {
            Self::TieringArchive => Some("ARCHIVE_ACCESS"),
            Self::TieringDeepArchive => Some("DEEP_ARCHIVE_ACCESS"),
            _ => None,
        }
    }
}

impl Replication {
    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Replica => "REPLICA",
        }
    }
}

impl ObjectRecord {
    /// An empty version as whoever writes one begins: everything usual, its number not yet given.
    pub(crate) fn draft(owner: AccountId) -> Self {
        Self {
            no: 0,
            null: true,
            marker: false,
            modified: Timestamp::from_secs(0),
            length: 0,
            etag: ETag { digest: [0; 16], parts: None },
            content: Content::Empty,
            sealing: Sealing::S3,
            checksum: None,
            class: Class::Standard,
            owner,
            headers: Headers::default(),
            metadata: Vec::new(),
            tags: Vec::new(),
            retention: None,
            hold: None,
            restore: None,
            acl: Vec::new(),
            replication: None,
        }
    }

    /// Whether the content can be read at this instant.
    pub(crate) fn is_readable(&self, now: Timestamp) -> bool {
        let restored = |copy: &Restore| copy.ready <= now && copy.expires.is_none_or(|expires| now < expires);
        !self.class.is_archive() || self.restore.as_ref().is_some_and(restored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_recognised_quoted_or_not() {
        let mut tag = ETag { digest: [0xab; 16], parts: None };
        assert!(tag.is("\"abababababababababababababababab\"") && tag.is("abababababababababababababababab"));
        tag.parts = Some(12);
        assert_eq!(tag.to_string(), "\"abababababababababababababababab-12\"");
        assert!(!tag.is("abababababababababababababababab"));
    }

    #[test]
    fn classes_are_read_as_written() {
        for (class, text) in Class::ALL {
            assert_eq!((Class::parse(text), class.as_str()), (Some(class), text));
        }
        assert_eq!(Class::parse("OUTPOSTS"), None);
    }
}
