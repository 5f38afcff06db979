//! Amazon Resource Names: `arn:partition:service:region:account:resource`.

use std::fmt;
use std::str::FromStr;

use crate::{AccountId, Partition, Region};

/// A resource name, split at its first five colons; the resource part keeps any further ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// The service's namespace, as in `sqs`.
    pub service: String,
    /// Empty for global resources.
    pub region: String,
    /// Empty for resources without an owner in the name (S3 buckets).
    pub account: String,
    /// What follows the fifth colon.
    pub resource: String,
}

/// The same, borrowed from its text: for whoever looks at one and keeps nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArnRef<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// The service's namespace, as in `sqs`.
    pub service: &'a str,
    /// Empty for global resources.
    pub region: &'a str,
    /// Empty for resources without an owner in the name (S3 buckets).
    pub account: &'a str,
    /// What follows the fifth colon.
    pub resource: &'a str,
}

/// The text has no `arn:` prefix, or fewer than six parts, or an empty partition, service or resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidArn;

impl Arn {
    /// A regional resource of an account.
    pub fn regional(service: &str, region: &Region, account: AccountId, resource: impl Into<String>) -> Self {
        Self {
            partition: region.partition().as_str().to_owned(),
            service: service.to_owned(),
            region: region.as_str().to_owned(),
            account: account.to_string(),
            resource: resource.into(),
        }
    }

    /// A global resource of an account (IAM users, roles).
    pub fn global(partition: Partition, service: &str, account: AccountId, resource: impl Into<String>) -> Self {
        Self {
            partition: partition.as_str().to_owned(),
            service: service.to_owned(),
            region: String::new(),
            account: account.to_string(),
            resource: resource.into(),
        }
    }

    /// The owner, when the account part is an account id.
    pub fn account_id(&self) -> Option<AccountId> {
        self.account.parse().ok()
    }

    /// The region, when the region part is a region code.
    pub fn region_code(&self) -> Option<Region> {
        Region::parse(&self.region)
    }
}

impl<'a> ArnRef<'a> {
    /// Splits a text.
    ///
    /// # Errors
    /// It is not an ARN.
    pub fn parse(text: &'a str) -> Result<Self, InvalidArn> {
        let mut rest = text.strip_prefix("arn:").ok_or(InvalidArn)?;
        let mut next = || -> Result<&'a str, InvalidArn> {
            let colon = rest.bytes().position(|letter| letter == b':').ok_or(InvalidArn)?;
            let (part, after) = rest.split_at(colon);
            rest = &after[1..];
            Ok(part)
        };
        let (partition, service, region, account) = (next()?, next()?, next()?, next()?);
        let complete = ![partition, service, rest].iter().any(|part| part.is_empty());
        complete.then_some(Self { partition, service, region, account, resource: rest }).ok_or(InvalidArn)
    }

    /// The owner, when the account part is an account id.
    pub fn account_id(&self) -> Option<AccountId> {
        self.account.parse().ok()
    }

    /// The region, when the region part is a region code.
    pub fn region_code(&self) -> Option<Region> {
        Region::parse(self.region)
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let ArnRef { partition, service, region, account, resource } = ArnRef::parse(text)?;
        let [partition, service, region, account, resource] =
            [partition, service, region, account, resource].map(str::to_owned);
        Ok(Self { partition, service, region, account, resource })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:{}:{}:{}:{}", self.partition, self.service, self.region, self.account, self.resource)
    }
}

impl fmt::Display for InvalidArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an ARN: arn:partition:service:region:account:resource")
    }
}

impl std::error::Error for InvalidArn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            "arn:aws:sqs:us-east-1:000000000000:orders.fifo",
            "arn:aws:s3:::bucket/a:b/c",
            "arn:aws:iam::123456789012:role/path/name",
        ] {
            assert_eq!(text.parse::<Arn>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_not_one() {
        for bad in
            ["", "arn", "arn:aws:sqs:us-east-1:000000000000", "urn:aws:sqs:r:a:n", "arn::sqs:r:a:n", "arn:aws:sqs:r:a:"]
        {
            assert_eq!(bad.parse::<Arn>(), Err(InvalidArn), "{bad}");
        }
    }
}
