//! Regions, and the partition each belongs to.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A region code such as `eu-central-1`. Any well-formed code is accepted: a cloud of one's own may name its own regions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(Arc<str>);

/// A group of regions with its own accounts and ARNs (source: botocore's `partitions.json`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Partition {
    /// `aws`, the commercial regions.
    Aws,
    /// `aws-cn`, mainland China.
    China,
    /// `aws-us-gov`, GovCloud.
    GovCloud,
}

impl Region {
    /// The region when neither the credential scope nor the host names one.
    pub fn default_region() -> Self {
        Self(Arc::from("us-east-1"))
    }

    /// Accepts 1 to 32 characters of `a-z`, `0-9` and `-`, starting with a letter.
    pub fn parse(text: &str) -> Option<Self> {
        let shape = (1..=32).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase());
        let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        (shape && letters).then(|| Self(Arc::from(text)))
    }

    /// The code, as in `us-east-1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition, told by the region's prefix.
    pub fn partition(&self) -> Partition {
        if self.0.starts_with("cn-") {
            Partition::China
        } else if self.0.starts_with("us-gov-") {
            Partition::GovCloud
        } else {
            Partition::Aws
        }
    }
}

impl Partition {
    /// The partition's name in an ARN.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
        }
    }
}

impl TryFrom<String> for Region {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("not a region code")
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0.as_ref().to_owned()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_follows_the_prefix() {
        for (region, partition) in [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
            assert_eq!(Region::parse(region).unwrap().partition().as_str(), partition);
        }
    }

    #[test]
    fn refuses_what_could_break_out_of_a_name() {
        for bad in ["", "US-EAST-1", "us east", "1-us", "us/../..", "us-east-1:", &"a".repeat(33)] {
            assert!(Region::parse(bad).is_none(), "{bad}");
        }
    }
}
