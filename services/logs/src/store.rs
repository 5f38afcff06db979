//! Tables, keys and records. Everything lies in the scope of the log group's account and region; what belongs to a group or a
//! stream is keyed by its number, which is fresh for each creation, so that a new group never sees an old one's events.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `group` | name | what a log group is |
//! | `stream` | group, name | what a log stream is |
//! | `tail` | group, stream | what was written last, and how much |
//! | `recent` | group, last event, stream's name | streams in the order of their last events |
//! | `event` | group, timestamp, number | events, sealed: a group in the order of time |
//! | `line` | group, stream, timestamp, number | the same of one stream; what each is stands in `event` |
//! | `key` | group, number | data keys of KMS that events are sealed with |
//! | `subscription` | group, name | subscription filters |
//! | `metric-filter` | group, name | metric filters |
//! | `metric` | namespace, name, minute, dimensions and unit | what metric filters extracted |
//! | `destination` | name | destinations of other accounts' subscriptions |
//! | `resource-policy` | name | resource policies of the account |
//! | `account-policy` | type, name | policies for all groups of the account |
//! | `definition` | id | saved queries |
//! | `query` | id | queries that run or ran |
//! | `result` | query, number | rows of answers, sealed |
//! | `export` | id | exports to buckets |
//! | `delivery-source`, `delivery-destination`, `delivery` | name or id | vended logs on their way |
//! | `sweep` | group, stream | what was deleted and is to be removed; stream 0 is a whole group |

use bytes::Bytes;
use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

pub(crate) const SERVICE: &str = "logs";

/// The number of a group, fresh for each creation.
pub(crate) type GroupNo = u64;
/// The number of a stream, fresh for each creation.
pub(crate) type StreamNo = u64;
/// The number of an event, greater than those of all events that were taken before it.
pub(crate) type EventNo = u64;
/// Milliseconds since 1970, as AWS tells instants of events.
pub(crate) type Millis = i64;

/// Log groups by name.
pub(crate) const GROUPS: Table<String, GroupRecord> = Table::new(SERVICE, "group");
/// Log streams of groups by name.
pub(crate) const STREAMS: Table<(GroupNo, String), StreamRecord> = Table::new(SERVICE, "stream");
/// What was written last.
pub(crate) const TAILS: Table<(GroupNo, StreamNo), Tail> = Table::new(SERVICE, "tail");
/// Streams by their last events.
pub(crate) const RECENT: RawTable<(GroupNo, Millis, String)> = Table::new(SERVICE, "recent");
/// Events.
pub(crate) const EVENTS: Table<(GroupNo, Millis, EventNo), EventRow> = Table::new(SERVICE, "event");
/// Which events are a stream's.
pub(crate) const LINES: RawTable<(GroupNo, StreamNo, Millis, EventNo)> = Table::new(SERVICE, "line");
/// Data keys of KMS.
pub(crate) const KEYS: Table<(GroupNo, u64), KeyRecord> = Table::new(SERVICE, "key");
/// Subscription filters.
pub(crate) const SUBSCRIPTIONS: Table<(GroupNo, String), SubscriptionRecord> = Table::new(SERVICE, "subscription");
/// Metric filters.
pub(crate) const METRIC_FILTERS: Table<(GroupNo, String), MetricFilterRecord> = Table::new(SERVICE, "metric-filter");
/// What metric filters extracted.
pub(crate) const METRICS: Table<(String, String, Millis, String), MetricRecord> = Table::new(SERVICE, "metric");
/// Destinations.
pub(crate) const DESTINATIONS: Table<String, DestinationRecord> = Table::new(SERVICE, "destination");
/// Resource policies of the account.
pub(crate) const RESOURCE_POLICIES: Table<String, PolicyRecord> = Table::new(SERVICE, "resource-policy");
/// Policies for all groups of the account.
pub(crate) const ACCOUNT_POLICIES: Table<(String, String), AccountPolicyRecord> = Table::new(SERVICE, "account-policy");
/// Saved queries.
pub(crate) const DEFINITIONS: Table<String, DefinitionRecord> = Table::new(SERVICE, "definition");
/// Queries.
pub(crate) const QUERIES: Table<String, QueryRecord> = Table::new(SERVICE, "query");
/// Rows of answers.
pub(crate) const RESULTS: RawTable<(String, u32)> = Table::new(SERVICE, "result");
/// Exports.
pub(crate) const EXPORTS: Table<String, ExportRecord> = Table::new(SERVICE, "export");
/// Sources of vended logs.
pub(crate) const DELIVERY_SOURCES: Table<String, DeliverySourceRecord> = Table::new(SERVICE, "delivery-source");
/// Where vended logs go.
pub(crate) const DELIVERY_DESTINATIONS: Table<String, DeliveryDestinationRecord> =
    Table::new(SERVICE, "delivery-destination");
/// Sources joined to destinations.
pub(crate) const DELIVERIES: Table<String, DeliveryRecord> = Table::new(SERVICE, "delivery");
/// What is to be removed.
pub(crate) const SWEEPS: RawTable<(GroupNo, StreamNo)> = Table::new(SERVICE, "sweep");

/// The scope of an account's log groups in a region.
pub(crate) fn scope(account: AccountId, region: &Region) -> Scope {
    Scope::Regional(account, region.clone())
}

/// What a log group is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupRecord {
    /// Its number.
    pub no: GroupNo,
    /// When it was created.
    pub created: Timestamp,
    /// Its class.
    pub class: Class,
    /// Days that events are kept; none is for ever.
    pub retention: Option<u32>,
    /// The key of KMS that new events are sealed with: its ARN.
    pub key: Option<String>,
    /// The number of the data key in use under that key.
    pub data_key: u64,
    /// Whether it may not be deleted.
    pub protected: bool,
    /// Tags.
    pub tags: Tags,
    /// Its data protection policy.
    pub protection: Option<Document>,
    /// Whether one was deleted before.
    pub protection_gone: bool,
    /// Its field index policy.
    pub index: Option<Document>,
    /// Its transformer: the processors, in AWS's words and as JSON.
    pub transformer: Option<Document>,
}

/// The class of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Class {
    /// Everything works.
    Standard,
    /// Written and queried; not read, filtered, tailed or sent on.
    InfrequentAccess,
    /// Only on its way to somewhere else.
    Delivery,
}

/// A text with its dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    /// The text.
    pub text: String,
    /// When it was first set.
    pub created: Timestamp,
    /// When it was set last.
    pub updated: Timestamp,
}

/// What a log stream is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamRecord {
    /// Its number.
    pub no: StreamNo,
    /// When it was created.
    pub created: Timestamp,
}

/// What was written to a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tail {
    /// The greatest timestamp of its events; none before the first.
    pub last: Option<Millis>,
    /// When an event was taken last.
    pub ingested: Millis,
    /// Bytes of its events, as AWS counts them.
    pub bytes: u64,
    /// Events that are there.
    pub events: u64,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventRow {
    /// Its stream.
    pub stream: StreamNo,
    /// When it was taken.
    pub ingested: Millis,
    /// The data key it is sealed with; 0 is the group's own.
    pub key: u64,
    /// The message, sealed.
    pub sealed: Bytes,
}

/// A data key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// As KMS gave it.
    pub blob: Bytes,
    /// The group's ARN that it is bound to.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
}

/// A subscription filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubscriptionRecord {
    /// Its number: the same after changes.
    pub created: Timestamp,
    /// What passes.
    pub pattern: String,
    /// Where it goes.
    pub destination: String,
    /// The role that brings it there.
    pub role: Option<String>,
    /// Whether the events of a stream stay together.
    pub by_stream: bool,
    /// Whether transformed events are sent.
    pub transformed: bool,
    /// Which accounts and regions count.
    pub selection: Option<String>,
    /// System fields beside each event.
    pub system_fields: Vec<String>,
}

/// A metric filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MetricFilterRecord {
    /// When it was created.
    pub created: Timestamp,
    /// What counts.
    pub pattern: String,
    /// What it counts as.
    pub metric: Transformation,
    /// Whether transformed events are looked at.
    pub transformed: bool,
    /// Which accounts and regions count.
    pub selection: Option<String>,
    /// System fields that become dimensions.
    pub system_dimensions: Vec<String>,
}

/// What becomes of an event that passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Transformation {
    /// The metric.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// A number, or where it stands in the event.
    pub value: String,
    /// What counts while nothing passes.
    pub default: Option<f64>,
    /// Dimensions: name, and where the value stands.
    pub dimensions: Vec<(String, String)>,
    /// The unit.
    pub unit: Option<String>,
}

/// Values of a metric in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct MetricRecord {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// What is told when nothing passed in this minute.
    pub default: Option<f64>,
}

/// A destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DestinationRecord {
    /// When it was created.
    pub created: Timestamp,
    /// The stream or delivery stream behind it.
    pub target: String,
    /// The role that writes to it.
    pub role: String,
    /// Who may subscribe.
    pub policy: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A resource policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// The document.
    pub document: String,
    /// When it was set last.
    pub updated: Timestamp,
    /// The resource it is on, when it is not the account's.
    pub resource: Option<String>,
    /// Its revision, of those on resources.
    pub revision: Option<String>,
}

/// A policy for all groups of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountPolicyRecord {
    /// The document.
    pub document: String,
    /// When it was set last.
    pub updated: Timestamp,
    /// Which groups.
    pub selection: Option<String>,
}

/// A saved query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefinitionRecord {
    /// Its name.
    pub name: String,
    /// The query.
    pub query: String,
    /// The groups.
    pub groups: Vec<String>,
    /// When it was set last.
    pub modified: Timestamp,
    /// Parameters: name, default, description.
    pub parameters: Vec<(String, Option<String>, Option<String>)>,
    /// Its language, when one was named.
    pub language: Option<String>,
}

/// A query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct QueryRecord {
    /// As it was written.
    pub text: String,
    /// The groups it looks at, by account and name.
    pub groups: Vec<(AccountId, String)>,
    /// How they were named.
    pub identifiers: Vec<String>,
    /// First and last millisecond.
    pub range: (Millis, Millis),
    /// Rows of the answer at most.
    pub limit: u32,
    /// When it was started.
    pub created: Timestamp,
    /// How far it is.
    pub status: QueryState,
    /// What it came to.
    pub statistics: Statistics,
    /// Rows of the answer.
    pub rows: u32,
    /// Who asked.
    pub user: String,
    /// Whether personal data may be shown.
    pub unmask: bool,
    /// How long it took, in milliseconds.
    pub took: Option<i64>,
}

/// How far a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum QueryState {
    /// Not begun.
    Scheduled,
    /// At it.
    Running,
    /// Done.
    Complete,
    /// It could not be answered.
    Failed,
    /// Stopped.
    Cancelled,
    /// It took too long.
    Timeout,
}

/// What a query read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Statistics {
    /// Events that the answer is made of.
    pub matched: u64,
    /// Events that were read.
    pub scanned: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Groups.
    pub groups: u64,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportRecord {
    /// Its name, when it has one.
    pub name: Option<String>,
    /// The group.
    pub group: String,
    /// How names of streams begin.
    pub streams: Option<String>,
    /// First millisecond.
    pub from: Millis,
    /// Last millisecond.
    pub to: Millis,
    /// The bucket.
    pub bucket: String,
    /// How keys begin.
    pub prefix: String,
    /// How far it is.
    pub state: ExportState,
    /// Why it failed.
    pub message: Option<String>,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExportState {
    /// Not begun.
    Pending,
    /// At it.
    Running,
    /// Done.
    Completed,
    /// It could not be done.
    Failed,
    /// To be stopped.
    PendingCancel,
    /// Stopped.
    Cancelled,
}

/// A source of vended logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeliverySourceRecord {
    /// Whose logs.
    pub resource: String,
    /// The service it is of.
    pub service: String,
    /// Which logs.
    pub log_type: String,
    /// Tags.
    pub tags: Tags,
}

/// Where vended logs go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeliveryDestinationRecord {
    /// The group, bucket or delivery stream.
    pub resource: String,
    /// `S3`, `CWL`, `FH`.
    pub kind: String,
    /// How they are written.
    pub format: Option<String>,
    /// Who may deliver to it.
    pub policy: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A source joined to a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeliveryRecord {
    /// The source's name.
    pub source: String,
    /// The destination's ARN.
    pub destination: String,
    /// Its kind.
    pub kind: String,
    /// Fields of each record.
    pub fields: Vec<String>,
    /// What stands between them.
    pub delimiter: Option<String>,
    /// How keys of objects go on, and whether as Hive has them.
    pub s3: Option<(Option<String>, bool)>,
    /// Tags.
    pub tags: Tags,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(
    GroupRecord,
    StreamRecord,
    Tail,
    EventRow,
    KeyRecord,
    SubscriptionRecord,
    MetricFilterRecord,
    MetricRecord,
    DestinationRecord,
    PolicyRecord,
    AccountPolicyRecord,
    DefinitionRecord,
    QueryRecord,
    ExportRecord,
    DeliverySourceRecord,
    DeliveryDestinationRecord,
    DeliveryRecord,
);
