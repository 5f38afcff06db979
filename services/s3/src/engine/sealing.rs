//! How content is encrypted at rest: under keys of the cloud's, a data key of KMS, or a key that only the customer has.

use serde::{Deserialize, Serialize};

/// What a bucket encrypts with when a request says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DefaultEncryption {
    /// Keys of the cloud's: `AES256`.
    #[default]
    S3,
    /// Keys of KMS.
    Kms(KmsChoice),
}

/// Which key of KMS is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KmsChoice {
    /// Id, alias or ARN; none for `alias/aws/s3`.
    pub key: Option<String>,
    /// Whether data keys come from a key of the bucket's.
    pub bucket_key: bool,
    /// Two layers: `aws:kms:dsse`.
    pub dual: bool,
}

/// How a version's content is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Sealing {
    /// Under keys of the cloud's.
    S3,
    /// Under a data key of KMS.
    Kms(KmsSealing),
    /// Under a key that the customer shows with each request.
    Customer {
        /// Base64 of the MD5 of the key, which answers repeat.
        md5: String,
        /// A code of the key, by which it is recognised.
        check: [u8; 32],
    },
}

/// Content under a data key of KMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KmsSealing {
    /// ARN of the key of KMS.
    pub key: String,
    /// The data key as KMS encrypted it.
    pub wrapped: Vec<u8>,
    /// The encryption context: that of AWS, and what the request added.
    pub context: Vec<(String, String)>,
    /// Whether the data key is one of the bucket's.
    pub bucket_key: bool,
    /// Two layers: `aws:kms:dsse`.
    pub dual: bool,
}

impl Sealing {
    /// AWS's word for it; none for keys of customers.
    pub(crate) fn as_str(&self) -> Option<&'static str> {
        match self {
            Self::S3 => Some("AES256"),
            Self::Kms(kms) if kms.dual => Some("aws:kms:dsse"),
            Self::Kms(_) => Some("aws:kms"),
            Self::Customer { .. } => None,
        }
    }
}
