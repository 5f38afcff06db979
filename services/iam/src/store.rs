//! Tables, keys and records. IAM is global: everything lies in the scope of its account, whatever the region called.
//!
//! Users, groups and roles are **entities**: one table, one record. Names are keys in lower case, because they must be unique
//! whatever their case. What may outlive a name or change its own (keys, memberships, attachments) refers to unique ids.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `entity` | kind, name | what a user, group or role is |
//! | `id` | unique id | which entity has it |
//! | `inline` | entity's id, name | inline policies |
//! | `member` | group's id, user's id | who is in a group; a user's record has the same from its side |
//! | `attachment` | policy ARN, use, entity's id | who has a managed policy, attached or as a boundary |
//! | `policy` | name | customer managed policies |
//! | `policy-version` | policy's id, number | their documents |
//! | `profile` | name | instance profiles |
//! | `profile-of` | role's id, name | the instance profiles a role is in |
//! | `access-key` | key id | access keys, of users and of root |
//! | `owned` | owner's id, sort, id | what a user (or root, by its account number) owns: see [`Sort`] |
//! | `count` | noun | how many there are, for quotas |
//! | `alias` | alias | the account it stands for; in the global scope |
//! | `account-alias` | alias | an account's own |
//! | `stack-policy`, `stack-membership` | invented id | whom a stack's `AWS::IAM::Policy` or `::UserToGroupAddition` is about |
//! | `birth` | 0 | when the account was first seen, which AWS shows as its root's creation |
//! | `revision` | 0 | touched by every change that the authority must learn of |
//! | `key-use`, `role-use` | key id, role's id | when it was last used |
//! | `accessed` | entity's id, service, action | when an entity last used a service (action empty) or an action of it |
//!
//! Other credentials are in `store/credential.rs`, identity providers in `store/federation.rs`, reports in `store/report.rs`.

/// The first version of each record.
macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

pub(crate) mod credential;
pub(crate) mod federation;
pub(crate) mod report;

use names::{AccountId, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

use crate::engine::entity::{Body, Kind};

const SERVICE: &str = "iam";

/// Users, groups and roles by kind and name.
pub(crate) const ENTITIES: Table<(u8, String), EntityRecord> = Table::new(SERVICE, "entity");
/// Entities by unique id.
pub(crate) const IDS: Table<String, EntityRef> = Table::new(SERVICE, "id");
/// Inline policies by entity's id and name.
pub(crate) const INLINE: Table<(String, String), InlineRecord> = Table::new(SERVICE, "inline");
/// Users in groups, by ids.
pub(crate) const MEMBERS: RawTable<(String, String)> = Table::new(SERVICE, "member");
/// Uses of managed policies: policy ARN, [`Use`], entity's id.
pub(crate) const ATTACHMENTS: RawTable<(String, u8, String)> = Table::new(SERVICE, "attachment");
/// Customer managed policies by name.
pub(crate) const POLICIES: Table<String, PolicyRecord> = Table::new(SERVICE, "policy");
/// Versions of customer managed policies.
pub(crate) const VERSIONS: Table<(String, u32), VersionRecord> = Table::new(SERVICE, "policy-version");
/// Instance profiles by name.
pub(crate) const PROFILES: Table<String, ProfileRecord> = Table::new(SERVICE, "profile");
/// Instance profiles by role.
pub(crate) const PROFILES_OF: RawTable<(String, String)> = Table::new(SERVICE, "profile-of");
/// Access keys.
pub(crate) const KEYS: Table<String, KeyRecord> = Table::new(SERVICE, "access-key");
/// What users and roots own.
pub(crate) const OWNED: RawTable<(String, u8, String)> = Table::new(SERVICE, "owned");
/// How many there are of what has a quota.
pub(crate) const COUNTS: Table<u8, CountRecord> = Table::new(SERVICE, "count");
/// Accounts by alias, in the global scope.
pub(crate) const ALIASES: Table<String, AliasRecord> = Table::new(SERVICE, "alias");
/// An account's alias.
pub(crate) const ACCOUNT_ALIASES: RawTable<String> = Table::new(SERVICE, "account-alias");
/// Policies of stacks, and whom they are in.
pub(crate) const STACK_POLICIES: Table<String, StackPolicyRecord> = Table::new(SERVICE, "stack-policy");
/// Memberships of stacks.
pub(crate) const STACK_MEMBERSHIPS: Table<String, StackMembershipRecord> = Table::new(SERVICE, "stack-membership");
/// When accounts were first seen.
pub(crate) const BIRTHS: Table<u8, BirthRecord> = Table::new(SERVICE, "birth");
/// Touched by every change that the authority must learn of.
pub(crate) const REVISIONS: RawTable<u8> = Table::new(SERVICE, "revision");
/// Last uses of access keys.
pub(crate) const KEY_USES: Table<String, UseRecord> = Table::new(SERVICE, "key-use");
/// Last uses of roles.
pub(crate) const ROLE_USES: Table<String, UseRecord> = Table::new(SERVICE, "role-use");
/// Last uses of services by entities: entity's id, service prefix, action (empty for the service as a whole).
pub(crate) const ACCESSED: Table<(String, String, String), UseRecord> = Table::new(SERVICE, "accessed");

/// Where all records of an account lie.
pub(crate) fn scope(account: AccountId) -> Scope {
    Scope::Account(account)
}

/// Names as keys.
pub(crate) fn key(name: &str) -> String {
    name.to_lowercase()
}

/// A user, group or role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntityRecord {
    /// Unique id: `AIDA…`, `AGPA…`, `AROA…`.
    pub id: String,
    /// Name, as it was written.
    pub name: String,
    /// Path, with both slashes.
    pub path: String,
    /// When it was created.
    pub created: Timestamp,
    /// Tags; none on groups.
    pub tags: Tags,
    /// ARN of the policy that is its permissions boundary; none on groups.
    pub boundary: Option<String>,
    /// ARNs of attached policies, in the order of attaching.
    pub attached: Vec<String>,
    /// What its kind alone has.
    pub body: Body,
}

/// Where an entity is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntityRef {
    /// Its kind.
    pub kind: Kind,
    /// Its name in lower case.
    pub key: String,
}

/// An inline policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InlineRecord {
    /// Its name, as it was written.
    pub name: String,
    /// The document, as it was written.
    pub document: String,
}

/// A customer managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// Unique id: `ANPA…`.
    pub id: String,
    /// Name, as it was written.
    pub name: String,
    /// Path, with both slashes.
    pub path: String,
    /// Description.
    pub description: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When a version was last made or made the default.
    pub updated: Timestamp,
    /// The version in force.
    pub default: u32,
    /// The number of the next version; numbers are not used twice.
    pub next: u32,
    /// Tags.
    pub tags: Tags,
}

/// A version of a customer managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    /// The document, as it was written.
    pub document: String,
    /// When it was made.
    pub created: Timestamp,
}

/// An instance profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProfileRecord {
    /// Unique id: `AIPA…`.
    pub id: String,
    /// Name, as it was written.
    pub name: String,
    /// Path, with both slashes.
    pub path: String,
    /// When it was created.
    pub created: Timestamp,
    /// The id of the role in it.
    pub role: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// An access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// The user's id; the account number for root's.
    pub owner: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was created.
    pub created: Timestamp,
    /// The secret, sealed for the key's id.
    pub secret: Vec<u8>,
}

/// A last use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UseRecord {
    /// When.
    pub at: Timestamp,
    /// Prefix of the service's actions, as in `sqs`.
    pub service: String,
    /// Where.
    pub region: String,
    /// ARN of the session or user that did it.
    pub by: String,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountRecord {
    /// How many.
    pub count: u64,
}

/// The account behind an alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AliasRecord {
    /// Which.
    pub account: AccountId,
}

/// When an account was first seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BirthRecord {
    /// When.
    pub at: Timestamp,
}

/// An inline policy that a stack put into several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StackPolicyRecord {
    /// Its name.
    pub name: String,
    /// Names of users that have it.
    pub users: Vec<String>,
    /// Names of groups.
    pub groups: Vec<String>,
    /// Names of roles.
    pub roles: Vec<String>,
}

/// Users that a stack put into a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StackMembershipRecord {
    /// The group's name.
    pub group: String,
    /// The users' names.
    pub users: Vec<String>,
}

/// How an entity uses a managed policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Attached.
    Attached = 0,
    /// As its permissions boundary.
    Boundary = 1,
}

/// What a user or root may own beside its record: each must go before the user can. One row of [`OWNED`] a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// An access key, by its id.
    AccessKey = 1,
    /// A password; the id is empty.
    LoginProfile = 2,
    /// A second factor, by its serial number.
    Mfa = 3,
    /// A signing certificate, by its id.
    SigningCertificate = 4,
    /// An SSH public key, by its id.
    SshKey = 5,
    /// A service-specific credential, by its id.
    ServiceCredential = 6,
}

impl Sort {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::AccessKey,
        Self::LoginProfile,
        Self::Mfa,
        Self::SigningCertificate,
        Self::SshKey,
        Self::ServiceCredential,
    ];
}

records!(
    AliasRecord,
    BirthRecord,
    CountRecord,
    EntityRecord,
    EntityRef,
    InlineRecord,
    KeyRecord,
    PolicyRecord,
    ProfileRecord,
    StackMembershipRecord,
    StackPolicyRecord,
    UseRecord,
    VersionRecord,
);
