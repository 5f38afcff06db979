//! Managed policies of customers: made in versions, of which one is in force. AWS's own are in `aws_managed.rs`.

use super::home::{Home, PolicyArn};
use super::refusal::{Noun, Refusal};
use crate::store::{POLICIES, PolicyRecord, key};
use store::Reader;

/// The customer managed policy of an ARN. An ARN with another path names nothing.
pub(crate) async fn find(reader: &impl Reader, home: Home, arn: &str) -> Result<PolicyRecord, Refusal> {
    let missing = || Refusal::Missing(Noun::Policy, arn.to_owned());
    let parsed = PolicyArn::parse(arn).filter(|parsed| parsed.account == Some(home.account)).ok_or_else(missing)?;
    let found = POLICIES.get(reader, &home.scope(), &key(&parsed.name)).await?;
    found.filter(|record| home.policy(record) == arn).ok_or_else(missing)
}

/// Refuses what cannot be a permissions boundary: what is no managed policy of AWS or of the account.
pub(crate) async fn check_boundary(reader: &impl Reader, home: Home, arn: &str) -> Result<(), Refusal> {
    let parsed = PolicyArn::parse(arn).ok_or_else(|| Refusal::BadBoundary(arn.to_owned()))?;
    match parsed.account {
        None if super::aws_managed::find(home, arn).is_some() => Ok(()),
        None => Err(Refusal::NotAttachable(arn.to_owned())),
        Some(_) => match find(reader, home, arn).await {
            Err(Refusal::Missing(..)) => Err(Refusal::NotAttachable(arn.to_owned())),
            other => other.map(|_| ()),
        },
    }
}
