//! Tables, keys and records. Everything lies in the scope of the pipe's account and region; how far a source was read is
//! keyed by the pipe's number, which is fresh for each creation.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `pipe` | name | what a pipe is |
//! | `checkpoint` | pipe, shard | how far a shard of the source was read |

use bytes::Bytes;
use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Record, Table};

const SERVICE: &str = "pipes";

/// The number of a pipe, fresh for each creation.
pub(crate) type PipeNo = u64;

/// Pipes by name.
pub(crate) const PIPES: Table<String, PipeRecord> = Table::new(SERVICE, "pipe");
/// How far sources were read.
pub(crate) const CHECKPOINTS: Table<(PipeNo, String), Checkpoint> = Table::new(SERVICE, "checkpoint");

/// What a pipe is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PipeRecord {
    /// Its number.
    pub no: PipeNo,
    /// Counts what was asked of it: what is decided on one form is not said of the next.
    pub form: u64,
    /// When it was created.
    pub created: Timestamp,
    /// When it was last changed, started or stopped.
    pub modified: Timestamp,
    /// Whether it is to move events.
    pub wanted: bool,
    /// What it is doing.
    pub state: State,
    /// Why it is in that state, when something went wrong.
    pub reason: Option<String>,
    /// Its settings, in AWS's words and as JSON; sealed, since headers for endpoints may be secrets.
    pub settings: Bytes,
    /// Tags.
    pub tags: Tags,
}

/// What a pipe is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// It was created, and its source is not looked at yet.
    Creating,
    /// It was changed, and its source is not looked at yet.
    Updating,
    /// It is to run again, and its source is not looked at yet.
    Starting,
    /// It moves events.
    Running,
    /// It finishes what it has begun.
    Stopping,
    /// It does nothing.
    Stopped,
    /// It finishes what it has begun, and goes.
    Deleting,
    /// It could not be begun when it was created.
    CreateFailed,
    /// It could not be begun when it was changed.
    UpdateFailed,
    /// It could not be begun when it was started.
    StartFailed,
}

impl State {
    /// As AWS calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Updating => "UPDATING",
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Stopping => "STOPPING",
            Self::Stopped => "STOPPED",
            Self::Deleting => "DELETING",
            Self::CreateFailed => "CREATE_FAILED",
            Self::UpdateFailed => "UPDATE_FAILED",
            Self::StartFailed => "START_FAILED",
        }
    }

    /// Whether somebody is at work on it.
    pub(crate) fn is_busy(self) -> bool {
        matches!(self, Self::Creating | Self::Updating | Self::Starting | Self::Stopping | Self::Deleting)
    }

    /// What becomes of it when it cannot be begun.
    pub(crate) fn failed(self) -> Self {
        match self {
            Self::Creating => Self::CreateFailed,
            Self::Starting => Self::StartFailed,
            _ => Self::UpdateFailed,
        }
    }
}

/// How far a shard of the source was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// The last sequence number whose record has arrived or was given up.
    pub number: Option<String>,
    /// Before there is one: an iterator made when the pipe was, which knows what was the latest then.
    pub start: Option<String>,
    /// Whether the shard has ended.
    pub ended: bool,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(PipeRecord, Checkpoint);
