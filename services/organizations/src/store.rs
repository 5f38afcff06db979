//! Tables, keys and records. What belongs to an organization lies in the scope of its management account, so that it goes
//! with it; what finds an organization, an account or a handshake before that is known is global.
//!
//! | table | scope | key | holds |
//! |---|---|---|---|
//! | `organization` | global | management account | what an organization is |
//! | `seat` | global | account | which organization an account is in: one at most |
//! | `closed` | global | account | accounts that were closed, for good |
//! | `contact` | global | account | name and address of an account |
//! | `email` | global | address, lower case | the account of an address |
//! | `handshake` | global | handshake | invitations and requests |
//! | `inbox` | global | account or address, handshake | what someone received |
//! | `transfer` | global | transfer | responsibilities handed to another organization |
//! | `transfer-side` | global | account, side, transfer | transfers by who takes part |
//! | `tally` | management | 0 | how many accounts, units and policies there are |
//! | `member` | management | account | an account as a member |
//! | `unit` | management | unit | an organizational unit |
//! | `unit-name` | management | parent, name | the unit of a name |
//! | `child-unit`, `child-account` | management | parent, child | the tree downwards |
//! | `policy` | management | policy | a policy |
//! | `policy-name` | management | kind, name | the policy of a name |
//! | `policy-kind` | management | kind, policy | policies by kind |
//! | `attached` | management | kind, target | policies on a target, in order. Without one, a target has what every target has at first |
//! | `target` | management | policy, target | the same by policy |
//! | `creation` | management | request | an account being made |
//! | `closure` | management | instant, account | closures, for the quota |
//! | `sent` | management | handshake | what the organization sent |
//! | `trusted` | management | service principal | services with trusted access |
//! | `delegate`, `delegate-service` | management | account, principal; principal, account | delegated administrators |
//! | `tags` | management | id | tags of anything |
//! | `delegation` | management | 0 | the organization's resource policy |

use names::{AccountId, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

use crate::engine::kind::Kind;

const SERVICE: &str = "organizations";

/// Organizations by management account.
pub(crate) const ORGANIZATIONS: Table<AccountId, OrganizationRecord> = Table::new(SERVICE, "organization");
/// The organization of each account.
pub(crate) const SEATS: Table<AccountId, SeatRecord> = Table::new(SERVICE, "seat");
/// Closed accounts.
pub(crate) const CLOSED: Table<AccountId, Dated> = Table::new(SERVICE, "closed");
/// Names and addresses.
pub(crate) const CONTACTS: Table<AccountId, Contact> = Table::new(SERVICE, "contact");
/// Accounts by address.
pub(crate) const EMAILS: Table<String, AccountRef> = Table::new(SERVICE, "email");
/// Handshakes.
pub(crate) const HANDSHAKES: Table<String, HandshakeRecord> = Table::new(SERVICE, "handshake");
/// Handshakes by recipient.
pub(crate) const INBOX: RawTable<(String, String)> = Table::new(SERVICE, "inbox");
/// Transfers.
pub(crate) const TRANSFERS: Table<String, TransferRecord> = Table::new(SERVICE, "transfer");
/// Transfers by participant.
pub(crate) const TRANSFER_SIDES: RawTable<(AccountId, u8, String)> = Table::new(SERVICE, "transfer-side");
/// Counts; under the key 0.
pub(crate) const TALLIES: Table<u8, Tally> = Table::new(SERVICE, "tally");
/// Members.
pub(crate) const MEMBERS: Table<AccountId, MemberRecord> = Table::new(SERVICE, "member");
/// Units.
pub(crate) const UNITS: Table<String, UnitRecord> = Table::new(SERVICE, "unit");
/// Units by parent and name.
pub(crate) const UNIT_NAMES: RawTable<(String, String)> = Table::new(SERVICE, "unit-name");
/// Units by parent.
pub(crate) const CHILD_UNITS: RawTable<(String, String)> = Table::new(SERVICE, "child-unit");
/// Accounts by parent.
pub(crate) const CHILD_ACCOUNTS: RawTable<(String, AccountId)> = Table::new(SERVICE, "child-account");
/// Policies.
pub(crate) const POLICIES: Table<String, PolicyRecord> = Table::new(SERVICE, "policy");
/// Policies by kind and name.
pub(crate) const POLICY_NAMES: RawTable<(u8, String)> = Table::new(SERVICE, "policy-name");
/// Policies by kind.
pub(crate) const POLICY_KINDS: RawTable<(u8, String)> = Table::new(SERVICE, "policy-kind");
/// Policies by target.
pub(crate) const ATTACHED: Table<(u8, String), Attached> = Table::new(SERVICE, "attached");
/// Targets by policy.
pub(crate) const TARGETS: RawTable<(String, String)> = Table::new(SERVICE, "target");
/// Accounts being made.
pub(crate) const CREATIONS: Table<String, CreationRecord> = Table::new(SERVICE, "creation");
/// Closures by instant.
pub(crate) const CLOSURES: RawTable<(Timestamp, AccountId)> = Table::new(SERVICE, "closure");
/// Handshakes by sender.
pub(crate) const SENT: RawTable<String> = Table::new(SERVICE, "sent");
/// Services with trusted access.
pub(crate) const TRUSTED: Table<String, Dated> = Table::new(SERVICE, "trusted");
/// Delegated administrators.
pub(crate) const DELEGATES: Table<(AccountId, String), Dated> = Table::new(SERVICE, "delegate");
/// Delegated administrators by service.
pub(crate) const DELEGATE_SERVICES: RawTable<(String, AccountId)> = Table::new(SERVICE, "delegate-service");
/// Tags by id.
pub(crate) const TAGS: Table<String, Tagged> = Table::new(SERVICE, "tags");
/// The resource policy; under the key 0.
pub(crate) const DELEGATION: Table<u8, DelegationRecord> = Table::new(SERVICE, "delegation");

/// Where what belongs to the organization of this management account lies.
pub(crate) fn scope(management: AccountId) -> Scope {
    Scope::Account(management)
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrganizationRecord {
    /// `o-…`.
    pub id: String,
    /// `r-…`.
    pub root: String,
    /// Whether all features are on, or consolidated billing alone.
    pub all_features: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Policy types enabled in the root, in the order of enabling.
    pub enabled: Vec<Kind>,
}

/// An account's place at a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeatRecord {
    /// The organization's management account.
    pub management: AccountId,
}

/// An instant under a key that says of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dated {
    /// Since when.
    pub at: Timestamp,
}

/// Name and address of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    /// Its friendly name.
    pub name: String,
    /// The root user's address.
    pub email: String,
}

/// An account, as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRef(pub AccountId);

/// How many there are of what has a quota.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Accounts, closed ones and those being made included.
    pub accounts: u32,
    /// Organizational units.
    pub units: u32,
    /// Policies of each kind.
    pub policies: Vec<(Kind, u32)>,
}

/// An account as a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MemberRecord {
    /// When it joined.
    pub joined: Timestamp,
    /// Made by the organization, not invited.
    pub made_here: bool,
    /// Root or unit it is in.
    pub parent: String,
    /// When it was closed.
    pub closed: Option<Timestamp>,
}

/// An organizational unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnitRecord {
    /// Its name, unlike every sibling's.
    pub name: String,
    /// Root or unit it is in.
    pub parent: String,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// Its name, unlike every other's of its kind.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it governs.
    pub kind: Kind,
    /// The document, as it was given.
    pub content: String,
    /// When it last changed.
    pub modified: Timestamp,
    /// Grows with each change.
    pub revision: u64,
}

/// The policies of one kind on one target, in the order of attaching.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attached(pub Vec<Hold>);

/// A policy on a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    /// Which.
    pub policy: String,
    /// Since when.
    pub at: Timestamp,
}

/// An account being made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreationRecord {
    /// The account's name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// The role that lets the management account in.
    pub role: String,
    /// The account, chosen when it was asked for.
    pub account: AccountId,
    /// The account in GovCloud, when one was asked for.
    pub gov_cloud: Option<AccountId>,
    /// When it was asked for.
    pub requested: Timestamp,
    /// How it ended, and when.
    pub ended: Option<(Made, Timestamp)>,
    /// Tags for the account.
    pub tags: Tags,
}

/// How the making of an account ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Made {
    /// It is there.
    Succeeded,
    /// Another account has the address.
    EmailTaken,
    /// The address cannot be one.
    BadEmail,
}

/// What a handshake is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    /// An account joins.
    Invite,
    /// The organization gets all features.
    EnableAllFeatures,
    /// An invited member approves of that.
    ApproveAllFeatures,
    /// Another organization hands over a responsibility.
    TransferResponsibility,
}

/// To whom a handshake goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Party {
    /// An account.
    Account(AccountId),
    /// Whoever has the address.
    Email(String),
    /// The sender itself.
    Organization,
}

/// How a handshake ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    /// By the recipient.
    Accepted,
    /// By the recipient.
    Declined,
    /// By the sender.
    Canceled,
    /// By the clock.
    Expired,
}

/// A handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandshakeRecord {
    /// What about.
    pub action: Action,
    /// The sender's organization.
    pub organization: String,
    /// The sender.
    pub management: AccountId,
    /// The sender's name and address.
    pub sender: Contact,
    /// To whom.
    pub party: Party,
    /// Whether the organization joined has all features.
    pub all_features: bool,
    /// Words to the recipient.
    pub notes: Option<String>,
    /// Tags for what comes of it.
    pub tags: Tags,
    /// When it was sent.
    pub requested: Timestamp,
    /// When it lapses.
    pub expires: Timestamp,
    /// Whether all who were asked have agreed.
    pub ready: bool,
    /// The handshake this one belongs to.
    pub parent: Option<String>,
    /// The transfer it is about, and when that starts.
    pub transfer: Option<(String, Timestamp)>,
    /// How and when it ended.
    pub ended: Option<(Ending, Timestamp)>,
}

/// A responsibility handed to another organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TransferRecord {
    /// Name given to it.
    pub name: String,
    /// The organization that takes it: management account, organization and address.
    pub target: Participant,
    /// The one that gives it, as far as it is known.
    pub source: Option<Participant>,
    /// First instant.
    pub start: Timestamp,
    /// Last instant, once it was ended.
    pub end: Option<Timestamp>,
    /// The invitation.
    pub handshake: String,
    /// Whether the other organization agreed.
    pub accepted: bool,
    /// Ended by one of both.
    pub withdrawn: bool,
}

/// One side of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Participant {
    /// The management account.
    pub account: AccountId,
    /// Its organization.
    pub organization: String,
    /// Its address.
    pub email: String,
}

/// Tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tagged(pub Tags);

/// The organization's resource policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DelegationRecord {
    /// `rp-…`.
    pub id: String,
    /// The document.
    pub content: String,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(
    AccountRef,
    Attached,
    Contact,
    CreationRecord,
    Dated,
    DelegationRecord,
    HandshakeRecord,
    MemberRecord,
    OrganizationRecord,
    PolicyRecord,
    SeatRecord,
    Tagged,
    Tally,
    TransferRecord,
    UnitRecord,
);

/// What index tables hold: nothing.
pub(crate) fn nothing() -> store::Raw {
    store::Raw(bytes::Bytes::new())
}

/// What index tables hold that lead to an id.
pub(crate) fn leads_to(id: &str) -> store::Raw {
    store::Raw(bytes::Bytes::copy_from_slice(id.as_bytes()))
}
