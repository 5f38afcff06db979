//! Tables, keys and records. Everything lies in the scope of the target's account and region, keyed by the target's place:
//! namespace, resource, dimension.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `target` | place | what is scaled, and between which bounds |
//! | `policy` | place, name | what capacity follows |
//! | `action` | place, name | bounds that follow the clock |
//! | `activity` | namespace, the later the lower, number | what was done |

use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Record, Scope, Table};

/// The service's id.
pub(crate) const SERVICE: &str = "application-autoscaling";

/// Namespace, resource and dimension as keys have them.
pub(crate) type PlaceKey = (String, String, String);
/// A place and a name.
pub(crate) type NamedKey = (String, String, String, String);

/// Targets.
pub(crate) const TARGETS: Table<PlaceKey, TargetRecord> = Table::new(SERVICE, "target");
/// Policies.
pub(crate) const POLICIES: Table<NamedKey, PolicyRecord> = Table::new(SERVICE, "policy");
/// Scheduled actions.
pub(crate) const ACTIONS: Table<NamedKey, ActionRecord> = Table::new(SERVICE, "action");
/// Activities, the latest first.
pub(crate) const ACTIVITIES: Table<(String, i64, u64), ActivityRecord> = Table::new(SERVICE, "activity");

/// Where all records of a target lie.
pub(crate) fn scope(account: AccountId, region: &Region) -> Scope {
    Scope::Regional(account, region.clone())
}

/// What is scaled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// As in `dynamodb`.
    pub namespace: String,
    /// As in `table/name/index/name`.
    pub resource: String,
    /// As in `dynamodb:table:ReadCapacityUnits`.
    pub dimension: String,
}

impl Place {
    /// As keys have it.
    pub(crate) fn key(&self) -> (&str, &str, &str) {
        (&self.namespace, &self.resource, &self.dimension)
    }

    /// With a name, as keys have it.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> (&'a str, &'a str, &'a str, &'a str) {
        (&self.namespace, &self.resource, &self.dimension, name)
    }

    /// From a key.
    pub(crate) fn of((namespace, resource, dimension): PlaceKey) -> Self {
        Self { namespace, resource, dimension }
    }
}

/// What is scaled, and between which bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetRecord {
    /// What its ARN ends in.
    pub id: String,
    /// When it was registered.
    pub created: Timestamp,
    /// The least capacity.
    pub least: i32,
    /// The most.
    pub most: i32,
    /// ARN of the role that scales.
    pub role: String,
    /// What does not scale at present.
    pub suspended: Suspended,
    /// Its tags.
    pub tags: Tags,
}

/// What does not scale at present.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Suspended {
    /// Policies do not make capacity less.
    pub inwards: bool,
    /// Policies do not make capacity more.
    pub outwards: bool,
    /// Scheduled actions do nothing.
    pub scheduled: bool,
}

/// What capacity follows: a target of what is consumed of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// Its ARN.
    pub arn: String,
    /// When it was put first.
    pub created: Timestamp,
    /// Percents of what is provisioned that are to be consumed.
    pub target: f64,
    /// Seconds between two changes to more.
    pub out_cooldown: Option<u32>,
    /// Seconds between two changes to less.
    pub in_cooldown: Option<u32>,
    /// Whether capacity never becomes less.
    pub never_in: bool,
    /// The metric as it was named.
    pub metric: String,
    /// What tells its alarms apart from others'.
    pub alarms: String,
    /// When capacity became more last.
    pub went_out: Option<Timestamp>,
    /// When it became less last.
    pub went_in: Option<Timestamp>,
}

/// Bounds that follow the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ActionRecord {
    /// Its ARN.
    pub arn: String,
    /// When it was put first.
    pub created: Timestamp,
    /// `at(…)`, `rate(…)` or `cron(…)`.
    pub schedule: String,
    /// The time zone of the schedule.
    pub zone: Option<String>,
    /// From when on.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// The least capacity from then on.
    pub least: Option<i32>,
    /// The most.
    pub most: Option<i32>,
    /// When it was done last, or put.
    pub done: Timestamp,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ActivityRecord {
    /// Its id.
    pub id: String,
    /// Of which resource.
    pub resource: String,
    /// Of which dimension.
    pub dimension: String,
    /// What.
    pub description: String,
    /// Why.
    pub cause: String,
    /// When.
    pub at: Timestamp,
    /// Why it failed; none when it did not.
    pub failure: Option<String>,
    /// What came of it.
    pub message: String,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(ActionRecord, ActivityRecord, PolicyRecord, TargetRecord);
