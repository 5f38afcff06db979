//! Tables, keys and records. Everything lies in the scope of an account and region.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `group` | name | what a group is; the default one has a record once something was said of it |
//! | `schedule` | group, name | what a schedule is |

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Record, Table};

const SERVICE: &str = "scheduler";

/// Groups by name.
pub(crate) const GROUPS: Table<String, GroupRecord> = Table::new(SERVICE, "group");
/// Schedules by group and name.
pub(crate) const SCHEDULES: Table<(String, String), ScheduleRecord> = Table::new(SERVICE, "schedule");

/// What a group is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupRecord {
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// Whether it goes away, with its schedules.
    pub deleting: bool,
    /// Its tags.
    pub tags: Tags,
    /// The token of the call that created it.
    pub token: Option<String>,
}

/// What a schedule is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScheduleRecord {
    /// Fresh for each creation and change: what was planned before one is not done after it.
    pub number: u64,
    /// When.
    pub expression: String,
    /// By which clock; UTC when nothing is said.
    pub zone: Option<String>,
    /// Not before.
    pub start: Option<Timestamp>,
    /// Not after.
    pub end: Option<Timestamp>,
    /// Minutes within which it may be late; none for punctual.
    pub window: Option<u32>,
    /// Whether it is on.
    pub on: bool,
    /// Whether it deletes itself after its last invocation.
    pub ends: bool,
    /// For people.
    pub description: Option<String>,
    /// The KMS key it is to be encrypted with.
    pub key: Option<String>,
    /// What it invokes, as the API has it: JSON.
    pub target: String,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// The token of the call that created it.
    pub token: Option<String>,
}

/// A run that is planned: what a timer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Planned {
    /// Of which form of the schedule.
    pub number: u64,
    /// When it is due; the timer may ring later, within the window.
    pub due: Timestamp,
}

/// An invocation on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invocation {
    /// The schedule.
    pub schedule: String,
    /// Its group.
    pub group: String,
    /// What it invokes, as the API has it: JSON.
    pub target: String,
    /// When it was due.
    pub due: Timestamp,
    /// Its own name.
    pub execution: String,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(GroupRecord, ScheduleRecord, Planned, Invocation);
