//! Roles that a service takes on to act for whoever configured it: a rule's, a stream's, a replication's. Nothing is granted
//! by the configuration alone; the role's trust policy decides, and then the role's own policies.

use std::sync::Arc;

use names::{AccountId, Arn};

use crate::{BoxFuture, Caller, Cloud, Error, Fault};

/// What role, and who takes it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumeAs<'a> {
    /// The service principal, as in `events.amazonaws.com`.
    pub service: &'a str,
    /// The account on whose account it acts: `aws:SourceAccount`.
    pub account: AccountId,
    /// The role.
    pub role: &'a Arn,
    /// The session's name, which audit records show.
    pub session_name: &'a str,
    /// The resource on whose account it acts: `aws:SourceArn`.
    pub source_arn: Option<&'a str>,
}

/// Assumes roles for services. Implemented by STS.
pub trait Roles: Send + Sync {
    /// The role's session as a caller, or why it was refused.
    fn assume<'a>(&'a self, cloud: &'a Cloud, who: &'a AssumeAs<'a>) -> BoxFuture<'a, Result<Arc<Caller>, Error>>;
}

impl Cloud {
    /// Assumes a role as a service. Who acts often keeps the caller until its session nearly ends.
    ///
    /// # Errors
    /// When the role is not there or does not trust the service; [`Fault::NotImplemented`] without STS.
    pub async fn assume(&self, who: &AssumeAs<'_>) -> Result<Arc<Caller>, Error> {
        let roles = self.services().find_map(|service| service.roles.clone());
        let (service, operation) = ("sts".to_owned(), "AssumeRole".to_owned());
        let roles = roles.ok_or(Fault::NotImplemented { service, operation })?;
        roles.assume(self, who).await
    }
}
