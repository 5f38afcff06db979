//! Tables, keys and records. What belongs to a topic lies in the scope of the topic's account and region, its subscriptions
//! too, whoever owns them. A topic has a number that is fresh for each creation, so that a new topic never has an old one's
//! subscribers.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `topic` | name | what a topic is |
//! | `subscription` | topic, id | who is to be told |
//! | `owned` | topic's ARN, id | subscriptions by their owner, in the owner's scope |
//! | `pending` | subscription's id | its topic, once it was to be confirmed; cloud-wide |
//! | `recent` | topic number, scope and deduplication id | messages of FIFO topics of the last five minutes |
//! | `recent-end` | topic number, instant, the same | when those are forgotten |
//! | `archive` | topic number, instant, sequence | messages that a FIFO topic keeps |
//! | `application` | platform, name | platform applications |
//! | `endpoint` | platform, application, id | phones |
//! | `endpoint-token` | platform, application, token | their ids |
//! | `sms` | 0 | what an account set for text messages |
//! | `opted-out` | phone number | who wants none |
//! | `sandbox` | phone number | who was registered to get some |
//! | `spool` | kind, instant, number | mail, text messages and pushes that were sent |
//! | `attachment` | policy | the topics that a stack's policy resource is on |
//! | `signing` | 0 | the key that messages are signed with, sealed; cloud-wide |

use std::collections::BTreeMap;

use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

use crate::engine::message::Message;

/// The id of the service, which all its tables are under.
pub(crate) const SERVICE: &str = "sns";

/// The number of a topic, fresh for each creation.
pub(crate) type TopicId = u64;

/// Topics by name.
pub(crate) const TOPICS: Table<String, TopicRecord> = Table::new(SERVICE, "topic");
/// Subscriptions by topic and id.
pub(crate) const SUBSCRIPTIONS: Table<(String, String), SubscriptionRecord> = Table::new(SERVICE, "subscription");
/// Subscriptions by their owner.
pub(crate) const OWNED: RawTable<(String, String)> = Table::new(SERVICE, "owned");
/// The topics of subscriptions that were to be confirmed, by the subscription's id: a token names no topic.
pub(crate) const PENDING: RawTable<String> = Table::new(SERVICE, "pending");
/// Deduplication ids of FIFO topics.
pub(crate) const RECENT: Table<(TopicId, String), Recent> = Table::new(SERVICE, "recent");
/// The same by the instant at which they are forgotten.
pub(crate) const RECENT_ENDS: RawTable<(TopicId, Timestamp, String)> = Table::new(SERVICE, "recent-end");
/// Messages that FIFO topics keep.
pub(crate) const ARCHIVE: Table<(TopicId, Timestamp, u64), Message> = Table::new(SERVICE, "archive");
/// Platform applications.
pub(crate) const APPLICATIONS: Table<(String, String), ApplicationRecord> = Table::new(SERVICE, "application");
/// Endpoints of applications.
pub(crate) const ENDPOINTS: Table<(String, String, String), EndpointRecord> = Table::new(SERVICE, "endpoint");
/// Endpoints by their token.
pub(crate) const ENDPOINT_TOKENS: RawTable<(String, String, String)> = Table::new(SERVICE, "endpoint-token");
/// Settings for text messages.
pub(crate) const SMS: Table<u8, SmsRecord> = Table::new(SERVICE, "sms");
/// Numbers that want no text messages.
pub(crate) const OPTED_OUT: Table<String, OptedOut> = Table::new(SERVICE, "opted-out");
/// Numbers of the sandbox.
pub(crate) const SANDBOX: Table<String, SandboxRecord> = Table::new(SERVICE, "sandbox");
/// What was handed to mail, phones and apps.
pub(crate) const SPOOL: Table<(String, Timestamp, u64), Spooled> = Table::new(SERVICE, "spool");
/// Where policies of stacks are.
pub(crate) const ATTACHMENTS: Table<String, Attachment> = Table::new(SERVICE, "attachment");
/// The signing key.
pub(crate) const SIGNING: Table<u8, SigningRecord> = Table::new(SERVICE, "signing");

/// Where all records of a topic lie.
pub(crate) fn scope(account: AccountId, region: &Region) -> Scope {
    Scope::Regional(account, region.clone())
}

/// What a topic is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TopicRecord {
    /// Its number.
    pub id: TopicId,
    /// When it was created.
    pub created: Timestamp,
    /// Attributes that were set, by AWS's names.
    pub attributes: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Tags,
    /// Its data protection policy.
    pub protection: Option<String>,
    /// Subscriptions that were deleted.
    pub deleted: u64,
    /// Since when it keeps messages.
    pub archived_since: Option<Timestamp>,
}

/// Who is to be told of a topic's messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubscriptionRecord {
    /// The topic's number: after a deletion another topic may have its name.
    pub topic: TopicId,
    /// `sqs`, `https`, …
    pub protocol: String,
    /// Where.
    pub endpoint: String,
    /// Whose it is.
    pub owner: AccountId,
    /// ARN of who subscribed.
    pub principal: String,
    /// Attributes that were set, by AWS's names.
    pub attributes: BTreeMap<String, String>,
    /// When it was made.
    pub created: Timestamp,
    /// How it was confirmed; none while it is not.
    pub confirmed: Option<Confirmation>,
    /// The last instant that a replay reached; none when none is under way.
    pub replayed: Option<Replay>,
}

/// How a subscription was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    /// By a signed call.
    pub authenticated: bool,
    /// Whether only its owner and the topic's may end it.
    pub guards_unsubscribe: bool,
}

/// How far a replay of archived messages is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replay {
    /// The next message to look at.
    pub from: (Timestamp, u64),
    /// The last one.
    pub until: Timestamp,
    /// Whether it is at its end.
    pub completed: bool,
}

/// A message of a FIFO topic of the last minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recent {
    /// When.
    pub at: Timestamp,
    /// Its id.
    pub id: u128,
    /// Its sequence number.
    pub sequence: u64,
}

/// A platform application: an app that gets pushes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApplicationRecord {
    /// Attributes that are shown.
    pub attributes: BTreeMap<String, String>,
    /// Credentials, sealed.
    pub secrets: Vec<u8>,
}

/// A phone with an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndpointRecord {
    /// `Token`, `Enabled`, `CustomUserData`.
    pub attributes: BTreeMap<String, String>,
}

/// What an account set for text messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SmsRecord {
    /// Attributes that were set.
    pub attributes: BTreeMap<String, String>,
    /// The month of what was spent, as in 2026 * 12 + 0.
    pub month: i64,
    /// What was spent in it, in millionths of a dollar.
    pub spent: u64,
}

/// A number that wants no text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OptedOut {
    /// Whether it is so now.
    pub out: bool,
    /// When it was last opted in.
    pub opted_in: Option<Timestamp>,
}

/// A number of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SandboxRecord {
    /// The password that was sent, and when; none once it was told back.
    pub pending: Option<(String, Timestamp)>,
}

/// Something handed to mail, phones or apps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spooled {
    /// Mail address, phone number, ARN of the endpoint.
    pub to: String,
    /// The topic or what else it came from.
    pub from: String,
    /// Subject of mail; kind of a text message; platform of a push.
    pub subject: String,
    /// What is read.
    pub body: String,
    /// Id of the message.
    pub message: String,
    /// What else there is to know.
    pub details: BTreeMap<String, String>,
}

/// The topics that a stack's policy resource is on, by ARN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    /// The topics.
    pub topics: Vec<String>,
}

/// The key that messages are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SigningRecord {
    /// PKCS #8, sealed.
    pub key: Vec<u8>,
    /// The certificate, in PEM.
    pub certificate: String,
    /// What the certificate's file is called by.
    pub name: String,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(
    TopicRecord,
    SubscriptionRecord,
    Recent,
    ApplicationRecord,
    EndpointRecord,
    SmsRecord,
    OptedOut,
    SandboxRecord,
    Spooled,
    SigningRecord,
    Attachment,
);
