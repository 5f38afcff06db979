//! Tables, keys and records.
//!
//! | table | scope | key | holds |
//! |---|---|---|---|
//! | `event-chunk` | account and region | instant, event: of the newest one | management events, packed: the event history |
//! | `event-filter` | account and region | the same | where the chunk begins, and what its events are found by |
//! | `event`, `event-index` | account and region | | the event history as earlier versions kept it; rewritten when it is met |
//! | `insight` | account and region | instant, event | insight events |
//! | `rate` | account and region | kind, source, name, error, minute | how often an operation was called or failed |
//! | `watermark` | account and region | – | up to when the event history was counted for insights |
//! | `open-insight` | account and region | kind, source, name, error | unusual activity that has not ended |
//! | `sink` | whole cloud | account | accounts that have trails or event data stores, with the number of their last change |
//! | `trail` | account | region, name | trails |
//! | `pending` | account of the trail | trail, account, region, kind, instant, event | events on their way into a trail's next log file |
//! | `digest` | account of the trail | trail, account, region | where a trail's chain of digests stands |
//! | `delivery` | account of the trail | trail | how a trail's deliveries went |
//! | `bus` | whole cloud | instant, event | events on their way to buses of EventBridge |
//! | `signing-key` | whole cloud | region, instant | keys that sign digests, sealed |
//! | `data-store` | account | region, id | event data stores |
//! | `stored` | account of the store | store, instant, event | events of an event data store |
//! | `channel` | account | region, id | channels |
//! | `resource-policy` | account | ARN | policies on event data stores and channels |
//! | `usage` | account | principal, action, resource | what a principal has used |

use std::borrow::Cow;

use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Table};

use crate::engine::selectors::{InsightChoice, Selectors};

const SERVICE: &str = "cloudtrail";

/// The id of an event: a UUID.
pub(crate) type EventId = [u8; 16];
/// The number of a trail or event data store, fresh for each creation.
pub(crate) type SinkId = u64;
/// What is counted for insights: kind of insight, event source, event name, error code (empty for call rates).
pub(crate) type SeriesKey = (u8, String, String, String);

pub(crate) const EVENTS: Table<(Timestamp, EventId), EventRecord> = Table::new(SERVICE, "event");
pub(crate) const EVENT_INDEX: RawTable<(u8, String, Timestamp, EventId)> = RawTable::new(SERVICE, "event-index");
pub(crate) const CHUNKS: RawTable<(Timestamp, EventId)> = RawTable::new(SERVICE, "event-chunk");
pub(crate) const FILTERS: Table<(Timestamp, EventId), FilterRecord> = Table::new(SERVICE, "event-filter");
pub(crate) const INSIGHTS: Table<(Timestamp, EventId), EventRecord> = Table::new(SERVICE, "insight");
pub(crate) const RATES: Table<(u8, String, String, String, i64), RateRecord> = Table::new(SERVICE, "rate");
pub(crate) const WATERMARKS: Table<u8, Watermark> = Table::new(SERVICE, "watermark");
pub(crate) const OPEN_INSIGHTS: Table<SeriesKey, OpenInsight> = Table::new(SERVICE, "open-insight");
pub(crate) const SINKS: Table<AccountId, Changed> = Table::new(SERVICE, "sink");
pub(crate) const TRAILS: Table<(Region, String), TrailRecord> = Table::new(SERVICE, "trail");
pub(crate) const PENDING: RawTable<(SinkId, AccountId, Region, u8, Timestamp, EventId)> =
    RawTable::new(SERVICE, "pending");
pub(crate) const DIGESTS: Table<(SinkId, AccountId, Region), DigestChain> = Table::new(SERVICE, "digest");
pub(crate) const BUS: Table<(Timestamp, EventId), BusRecord> = Table::new(SERVICE, "bus");
pub(crate) const DELIVERIES: Table<SinkId, DeliveryRecord> = Table::new(SERVICE, "delivery");
pub(crate) const SIGNING_KEYS: Table<(Region, Timestamp), SigningKey> = Table::new(SERVICE, "signing-key");
pub(crate) const DATA_STORES: Table<(Region, String), DataStoreRecord> = Table::new(SERVICE, "data-store");
pub(crate) const STORED: RawTable<(SinkId, Timestamp, EventId)> = RawTable::new(SERVICE, "stored");
pub(crate) const CHANNELS: Table<(Region, String), ChannelRecord> = Table::new(SERVICE, "channel");
pub(crate) const POLICIES: Table<String, PolicyRecord> = Table::new(SERVICE, "resource-policy");
pub(crate) const USAGE: Table<(String, String, String), UsageRecord> = Table::new(SERVICE, "usage");

/// An event with what it is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventRecord {
    /// `CreateUser`.
    pub(crate) name: Cow<'static, str>,
    /// `iam.amazonaws.com`.
    pub(crate) source: Cow<'static, str>,
    pub(crate) read_only: bool,
    /// The user's or session's name, `root`; none for services.
    pub(crate) user: Option<String>,
    pub(crate) access_key: Option<String>,
    /// Types and names of what it was about.
    pub(crate) resources: Vec<(Cow<'static, str>, String)>,
    /// The event itself.
    pub(crate) json: String,
}

/// What is known of a chunk of events without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilterRecord {
    /// Its first event.
    pub(crate) oldest: (Timestamp, EventId),
    /// Hashes of what its events are found by, sorted.
    pub(crate) marks: Vec<u32>,
}

/// How often something happened in one minute, and who and what took part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RateRecord {
    pub(crate) count: u32,
    pub(crate) users: Vec<(String, u32)>,
    pub(crate) agents: Vec<(String, u32)>,
    pub(crate) codes: Vec<(String, u32)>,
}

/// Minutes of the event history before this one are counted.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Watermark(pub(crate) i64);

/// Unusual activity that goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OpenInsight {
    /// What start and end have in common.
    pub(crate) shared: String,
    /// The minute in which it began.
    pub(crate) began: i64,
    /// The last unusual minute.
    pub(crate) last: i64,
    /// What was usual: calls a minute.
    pub(crate) baseline: f64,
    /// How many minutes that was measured over.
    pub(crate) baseline_minutes: i64,
    /// All that happened since it began.
    pub(crate) seen: RateRecord,
}

/// The number of an account's last change of trails and event data stores.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Changed(pub(crate) u64);

/// A trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TrailRecord {
    pub(crate) id: SinkId,
    pub(crate) account: AccountId,
    pub(crate) home: Region,
    pub(crate) name: String,
    pub(crate) bucket: String,
    pub(crate) prefix: Option<String>,
    /// Name or ARN of the topic, as it was given.
    pub(crate) topic: Option<String>,
    pub(crate) global_events: bool,
    pub(crate) multi_region: bool,
    pub(crate) validation: bool,
    pub(crate) log_group: Option<String>,
    pub(crate) log_role: Option<String>,
    pub(crate) kms_key: Option<String>,
    /// The organization whose accounts it records.
    pub(crate) organization: Option<String>,
    pub(crate) selectors: Selectors,
    /// Whether the selectors were ever set.
    pub(crate) custom: bool,
    pub(crate) insights: Vec<InsightChoice>,
    pub(crate) started: Option<Timestamp>,
    pub(crate) stopped: Option<Timestamp>,
    pub(crate) logging: bool,
    /// Was the last time something was to be delivered; `delivery` tells now.
    pub(crate) attempted: Option<Timestamp>,
    pub(crate) tags: Tags,
}

/// Where a chain of digests stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DigestChain {
    /// The end of the last digest, the start of the next.
    pub(crate) since: Timestamp,
    /// The last digest.
    pub(crate) last: Option<LastDigest>,
    /// Log files since then.
    pub(crate) files: Vec<LoggedFile>,
}

/// The digest before the next one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LastDigest {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// SHA-256 of its text, in hexadecimal.
    pub(crate) hash: String,
    /// In hexadecimal.
    pub(crate) signature: String,
}

/// A log file, as a digest lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoggedFile {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// SHA-256 of its text before compression, in hexadecimal.
    pub(crate) hash: String,
    pub(crate) oldest: Timestamp,
    pub(crate) newest: Timestamp,
}

/// An event on its way to the default bus of an account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BusRecord {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// `aws.sqs`.
    pub(crate) source: String,
    /// The detail type.
    pub(crate) kind: String,
    /// The event.
    pub(crate) detail: String,
}

/// How a trail's deliveries went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeliveryRecord {
    /// Log files to the bucket.
    pub(crate) logs: Progress,
    /// Digests to the bucket.
    pub(crate) digests: Progress,
    /// Notices to the topic.
    pub(crate) notices: Progress,
    /// Events to the log group.
    pub(crate) groups: Progress,
}

/// How deliveries of one kind went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The last attempt.
    pub(crate) tried: Option<Timestamp>,
    /// The last one that succeeded.
    pub(crate) done: Option<Timestamp>,
    /// The code with which the last one failed, if it did.
    pub(crate) failure: Option<String>,
}

/// A key that signs digests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SigningKey {
    /// PKCS #8, sealed.
    pub(crate) private: Vec<u8>,
    /// PKCS #1 DER.
    pub(crate) public: Vec<u8>,
    /// MD5 of the public key, in hexadecimal.
    pub(crate) fingerprint: String,
    pub(crate) ends: Timestamp,
}

/// An event data store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DataStoreRecord {
    pub(crate) id: SinkId,
    pub(crate) account: AccountId,
    pub(crate) home: Region,
    /// The UUID in its ARN.
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) selectors: Selectors,
    pub(crate) multi_region: bool,
    pub(crate) organization: Option<String>,
    /// Days.
    pub(crate) retention: i32,
    pub(crate) fixed_price: bool,
    pub(crate) protected: bool,
    pub(crate) kms_key: Option<String>,
    pub(crate) insights: Vec<InsightChoice>,
    /// The store that gets the insights.
    pub(crate) insights_to: Option<String>,
    pub(crate) ingesting: bool,
    /// When it was deleted, if it was.
    pub(crate) deleted: Option<Timestamp>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) tags: Tags,
}

/// A channel: a way in for events that are not AWS's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChannelRecord {
    pub(crate) name: String,
    pub(crate) source: String,
    /// ARNs of event data stores.
    pub(crate) destinations: Vec<String>,
    pub(crate) tags: Tags,
}

/// A resource's own policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyRecord(pub(crate) String);

/// What a principal did to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UsageRecord {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) calls: u64,
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
    Changed,
    ChannelRecord,
    DataStoreRecord,
    DeliveryRecord,
    DigestChain,
    EventRecord,
    FilterRecord,
    OpenInsight,
    PolicyRecord,
    RateRecord,
    SigningKey,
    TrailRecord,
    UsageRecord,
    Watermark,
);
