//! Why the engine did not do what was asked, as data. AWS's words for it are in `error.rs`.

use store::StoreError;

use super::flaw::Flaw;

/// A reason not to do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such thing.
    Missing(Noun, String),
    /// There is one of this name already.
    Exists(Noun, String),
    /// Something must go first.
    InUse(Hold),
    /// More than the quota allows; AWS's name of the quota, and the quota.
    Quota(&'static str, u64),
    /// The inline policies of an entity together are longer than this: noun, name, characters.
    InlineTooLong(Noun, String, usize),
    /// A policy has as many versions as it can.
    Versions,
    /// The policy document is none, in AWS's words.
    Malformed(String),
    /// A policy that is not there, or that cannot be attached to this.
    NotAttachable(String),
    /// A version that is not there: policy ARN and version.
    NoVersion(String, String),
    /// A role of a service: only the service may change it.
    Protected(String),
    /// More tags than a resource can have.
    TooManyTags,
    /// The policy of another account, or no policy, as a permissions boundary.
    BadBoundary(String),
    /// What is wrong with a credential or an identity provider.
    Flaw(Flaw),
    /// The store could not answer.
    Store(StoreError),
}

/// What can be missing, or there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    /// A user, by name.
    User,
    /// A group, by name.
    Group,
    /// A role, by name.
    Role,
    /// A managed policy: by ARN when it is missing, by name when it exists.
    Policy,
    /// A user's inline policy, by name.
    UserPolicy,
    /// A group's inline policy, by name.
    GroupPolicy,
    /// A role's inline policy, by name.
    RolePolicy,
    /// A user's permissions boundary, by the user's name.
    UserBoundary,
    /// A role's permissions boundary, by the role's name.
    RoleBoundary,
    /// An instance profile, by name.
    InstanceProfile,
    /// An access key, by id.
    AccessKey,
    /// An account's alias.
    Alias,
}

/// What keeps something from being deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Policies are attached to it.
    AttachedPolicies,
    /// It has inline policies.
    InlinePolicies,
    /// A user is in groups, or a group has users.
    Members,
    /// A role is in an instance profile, or an instance profile has a role.
    Profiles,
    /// A user has access keys.
    AccessKeys,
    /// A user has a password.
    LoginProfile,
    /// A user has a second factor.
    Mfa,
    /// A user has signing certificates.
    SigningCertificates,
    /// A user has SSH keys or service-specific credentials.
    Referenced,
    /// A policy is attached to something.
    Attached,
    /// A policy has versions beside the default one.
    Versions,
    /// A version is the default one.
    DefaultVersion,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<policy::Malformed> for Refusal {
    fn from(malformed: policy::Malformed) -> Self {
        Self::Malformed(malformed.message)
    }
}
