//! What principals did: told by the service that audits, asked by whoever writes the smallest policy for them.

use names::{AccountId, Timestamp};

use crate::{BoxFuture, Cloud, Error};

/// An action that a principal took on a resource, and was allowed to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed {
    /// As in `sqs:SendMessage`.
    pub action: String,
    /// An ARN, or `*`.
    pub resource: String,
}

/// Remembers what principals did.
pub trait Deeds: Send + Sync {
    /// What the user or role with this ARN did since an instant, without repetitions.
    fn of<'a>(
        &'a self,
        cloud: &'a Cloud,
        account: AccountId,
        principal: &'a str,
        since: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Error>>;
}
