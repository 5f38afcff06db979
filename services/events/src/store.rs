//! Tables, keys and records. Everything lies in the scope of an account and region; what belongs to a bus begins with its
//! name.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `bus` | name | what a bus is; the default one has a record once something was said of it |
//! | `rule` | bus, rule | what a rule is |
//! | `target` | bus, rule, target | a target, as the API has it |
//! | `archive` | name | what an archive is |
//! | `archived` | archive's number, instant, event's number | events kept |
//! | `replay` | name | what a replay is and how far it came |
//! | `connection` | name | how to be let in somewhere, secrets sealed |
//! | `destination` | name | an HTTP endpoint |
//! | `endpoint` | name | a global endpoint |
//! | `endpoint-id` | id | the name of the endpoint with this id |
//! | `source` | name | an event source that a partner offers the account |
//! | `offer` | name, account | the same as the partner sees it |
//!
//! What was delivered from elsewhere is remembered by `delivery::Taken`.

use names::{AccountId, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Raw, RawTable, Record, Table};

const SERVICE: &str = "events";

/// Buses by name.
pub(crate) const BUSES: Table<String, BusRecord> = Table::new(SERVICE, "bus");
/// Rules by bus and name.
pub(crate) const RULES: Table<(String, String), RuleRecord> = Table::new(SERVICE, "rule");
/// Targets by bus, rule and id, as JSON.
pub(crate) const TARGETS: Table<(String, String, String), Raw> = Table::new(SERVICE, "target");
/// Archives by name.
pub(crate) const ARCHIVES: Table<String, ArchiveRecord> = Table::new(SERVICE, "archive");
/// Events of archives.
pub(crate) const ARCHIVED: RawTable<(u64, Timestamp, u64)> = Table::new(SERVICE, "archived");
/// Replays by name.
pub(crate) const REPLAYS: Table<String, ReplayRecord> = Table::new(SERVICE, "replay");
/// Connections by name.
pub(crate) const CONNECTIONS: Table<String, ConnectionRecord> = Table::new(SERVICE, "connection");
/// API destinations by name.
pub(crate) const DESTINATIONS: Table<String, DestinationRecord> = Table::new(SERVICE, "destination");
/// Global endpoints by name.
pub(crate) const ENDPOINTS: Table<String, EndpointRecord> = Table::new(SERVICE, "endpoint");
/// Names of global endpoints by id.
pub(crate) const ENDPOINT_IDS: RawTable<String> = Table::new(SERVICE, "endpoint-id");
/// Event sources that partners offer.
pub(crate) const SOURCES: Table<String, SourceRecord> = Table::new(SERVICE, "source");
/// Accounts that a partner offers an event source to.
pub(crate) const OFFERS: RawTable<(String, String)> = Table::new(SERVICE, "offer");
/// What a bus is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BusRecord {
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// For people.
    pub description: Option<String>,
    /// The KMS key it is to be encrypted with.
    pub key: Option<String>,
    /// The queue for what cannot be encrypted.
    pub dead_letters: Option<String>,
    /// What is to be logged: detail, level.
    pub log: Option<(Option<String>, Option<String>)>,
    /// Its policy.
    pub policy: Option<String>,
    /// The partner's event source that feeds it.
    pub source: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// What a rule is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuleRecord {
    /// Which events.
    pub pattern: Option<String>,
    /// When without any.
    pub schedule: Option<String>,
    /// `ENABLED`, `DISABLED`, `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
    pub state: String,
    /// For people.
    pub description: Option<String>,
    /// The role for targets that name none.
    pub role: Option<String>,
    /// The service that made it and keeps it.
    pub managed_by: Option<String>,
    /// Whose it is.
    pub created_by: AccountId,
    /// Since when its schedule counts.
    pub since: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// What an archive is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ArchiveRecord {
    /// Its number, fresh for each creation.
    pub number: u64,
    /// The bus whose events it keeps.
    pub bus: String,
    /// Which of them.
    pub pattern: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// How many days it keeps them; 0 for ever.
    pub days: u32,
    /// The KMS key it is to be encrypted with.
    pub key: Option<String>,
    /// When it was created.
    pub created: Timestamp,
}

/// How a replay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ReplayState {
    /// Not begun.
    Starting,
    /// Replaying.
    Running,
    /// To be stopped.
    Cancelling,
    /// Stopped on request.
    Cancelled,
    /// Done.
    Completed,
    /// Its archive went away.
    Failed,
}

/// What a replay is and how far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplayRecord {
    /// The archive's name.
    pub archive: String,
    /// The archive's number.
    pub number: u64,
    /// For people.
    pub description: Option<String>,
    /// The bus that the events go to.
    pub bus: String,
    /// The rules that they go to, by ARN; all when there is none.
    pub rules: Vec<String>,
    /// Events from this instant on.
    pub from: Timestamp,
    /// And before this one.
    pub until: Timestamp,
    /// How it stands.
    pub state: ReplayState,
    /// When it was started.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The last event replayed.
    pub last: Option<(Timestamp, u64)>,
}

/// How to be let in somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConnectionRecord {
    /// The end of its ARN.
    pub id: String,
    /// The end of its secret's ARN.
    pub secret_id: String,
    /// For people.
    pub description: Option<String>,
    /// `BASIC`, `API_KEY`, `OAUTH_CLIENT_CREDENTIALS`.
    pub kind: String,
    /// The parameters as the API takes them, as JSON, sealed.
    pub sealed: Vec<u8>,
    /// `AUTHORIZED`, `AUTHORIZING`, `DEAUTHORIZED`.
    pub state: String,
    /// Why, when that needs a reason.
    pub reason: Option<String>,
    /// The KMS key that the secret is to be encrypted with.
    pub key: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// When it last was let in.
    pub authorized: Option<Timestamp>,
}

/// An HTTP endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DestinationRecord {
    /// The end of its ARN.
    pub id: String,
    /// For people.
    pub description: Option<String>,
    /// The ARN of its connection.
    pub connection: String,
    /// Where, with `*` for what targets fill in.
    pub url: String,
    /// `POST` and the like.
    pub method: String,
    /// Calls a second at most.
    pub rate: Option<u32>,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// A global endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndpointRecord {
    /// The name in its host.
    pub id: String,
    /// For people.
    pub description: Option<String>,
    /// The health check of the primary region.
    pub health_check: String,
    /// The secondary region.
    pub secondary: String,
    /// Whether events go to both regions.
    pub replicated: bool,
    /// The buses, that of the primary region first.
    pub buses: Vec<String>,
    /// The role that events are replicated with.
    pub role: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// An event source that a partner offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceRecord {
    /// The partner's account.
    pub partner: AccountId,
    /// `PENDING`, `ACTIVE`, `DELETED`.
    pub state: String,
    /// When it was offered.
    pub created: Timestamp,
    /// When the offer ends.
    pub expires: Timestamp,
}

/// An event on its way to targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Carried {
    /// The event as JSON.
    pub event: String,
    /// When it came in.
    pub came: Timestamp,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(
    BusRecord,
    RuleRecord,
    ArchiveRecord,
    ReplayRecord,
    ConnectionRecord,
    DestinationRecord,
    EndpointRecord,
    SourceRecord,
    Carried,
);
