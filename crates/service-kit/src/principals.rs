//! What the authority must know of those who call, told by the services that keep it: IAM its users and roles,
//! Organizations the bounds of an account.

use std::sync::Arc;

use names::{AccountId, Region, Tags, Timestamp};
use policy::Policy;
use sigv4::Secret;

use crate::{BoxFuture, Caller, Cloud, Error};

/// A policy that binds someone, ready to decide, with the name an explanation gives it.
#[derive(Debug, Clone)]
pub struct HeldPolicy {
    /// ARN of a managed policy; `user/alice inline p` for one that stands in its holder.
    pub name: Arc<str>,
    /// What it says.
    pub policy: Arc<Policy>,
}

/// A long-lived access key that IAM issued.
#[derive(Debug, Clone)]
pub struct IssuedKey {
    /// What requests are signed with.
    pub secret: Secret,
    /// Whether it may be used.
    pub active: bool,
    /// The user, or root.
    pub caller: Caller,
}

/// A user or role with all that says what it may do.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its ARN.
    pub arn: String,
    /// Inline and attached policies, those of a user's groups too.
    pub policies: Vec<HeldPolicy>,
    /// The permissions boundary.
    pub boundary: Option<HeldPolicy>,
    /// Its tags: `aws:PrincipalTag/…`.
    pub tags: Tags,
    /// A service-linked role: no service control policy binds it.
    pub service_linked: bool,
}

/// The use of an access key, for what IAM tells of its last use.
#[derive(Debug, Clone, Copy)]
pub struct KeyUse<'a> {
    /// The key.
    pub access_key: &'a str,
    /// Who used it.
    pub caller: &'a Caller,
    /// The prefix of the action, as in `sqs`.
    pub service: &'a str,
    /// The action, as in `sqs:SendMessage`.
    pub action: &'a str,
    /// Where.
    pub region: &'a Region,
    /// When.
    pub at: Timestamp,
    /// Whether the authority allowed it.
    pub allowed: bool,
}

/// Users, roles and their keys. Implemented by IAM. Every question is on the path of a request: answers come from a cache
/// that can never be older than an acknowledged change.
pub trait Principals: Send + Sync {
    /// The owner of a long-lived access key; none when nobody issued it.
    fn key<'a>(&'a self, cloud: &'a Cloud, access_key: &'a str)
    -> BoxFuture<'a, Result<Option<Arc<IssuedKey>>, Error>>;

    /// The user or role with a unique id (`AIDA…`, `AROA…`) in an account; none when it is gone.
    fn identity<'a>(
        &'a self,
        cloud: &'a Cloud,
        account: AccountId,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<Identity>>, Error>>;

    /// A managed policy of AWS or of an account, by ARN; none when it is gone.
    fn managed<'a>(&'a self, cloud: &'a Cloud, arn: &'a str) -> BoxFuture<'a, Result<Option<HeldPolicy>, Error>>;

    /// Whether a code is the one that a user's second factor shows now. A code counts once. `user` is the unique id, or the
    /// account number for root.
    fn check_mfa<'a>(
        &'a self,
        cloud: &'a Cloud,
        account: AccountId,
        user: &'a str,
        serial: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, Result<bool, Error>>;

    /// Takes note of a use. Must be quick.
    fn used(&self, cloud: &Cloud, usage: &KeyUse<'_>);
}

/// What an organization makes of one of its accounts.
#[derive(Debug, Clone)]
pub struct Membership {
    /// `o-…`: `aws:PrincipalOrgID`.
    pub organization: String,
    /// The management account, which no service control policy binds.
    pub management: AccountId,
    /// `o-…/r-…/ou-…/`: `aws:PrincipalOrgPaths`.
    pub path: String,
    /// Service control policies: root, each unit down, account. Every level must allow. Empty when none bind.
    pub service_control: Vec<Vec<HeldPolicy>>,
    /// Resource control policies, likewise.
    pub resource_control: Vec<Vec<HeldPolicy>>,
}

/// The bounds of accounts. Implemented by Organizations, under the same rule as [`Principals`].
pub trait Guardrails: Send + Sync {
    /// The membership of an account; none when it is in no organization.
    fn membership<'a>(
        &'a self,
        cloud: &'a Cloud,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Membership>>, Error>>;
}
