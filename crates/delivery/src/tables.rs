//! What is stored: messages once, and for each lane what waits on it.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `parcel` | message | its body |
//! | `parcel-left` | message | on how many lanes it still waits; one that waits on one lane has no row |
//! | `lane` | lane, instant, number | what waits, by when it is due; on a lane in order the instant is always the epoch |

use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Scope, Table};

use crate::Failure;

/// The key of a waiting intent.
pub(crate) type Place = (String, Timestamp, u64);

/// The tables of one service. They lie under its id, so that it is reset with them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tables {
    /// Bodies by message.
    pub(crate) parcels: RawTable<u64>,
    /// Lanes left by message.
    pub(crate) left: Table<u64, Left>,
    /// Intents.
    pub(crate) lanes: Table<Place, Waiting>,
}

/// A place on a lane, without the lane's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(pub(crate) Timestamp, pub(crate) u64);

impl Mark {
    /// Before everything on a lane.
    pub(crate) const BEGINNING: Self = Self(Timestamp::EPOCH, 0);

    /// Of a place.
    pub(crate) fn of((_, at, number): &Place) -> Self {
        Self(*at, *number)
    }
}

/// Where they lie.
pub(crate) const SCOPE: Scope = Scope::Global;
/// The instant in the keys of lanes in order.
pub(crate) const IN_ORDER: Timestamp = Timestamp::EPOCH;

/// On how many lanes a message waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Left(pub(crate) u32);

/// What waits on a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// The message.
    pub(crate) parcel: u64,
    /// What was noted for the lane.
    pub(crate) note: Vec<u8>,
    /// When it was enqueued.
    pub(crate) since: Timestamp,
    /// Not before then; counts on lanes in order.
    pub(crate) not_before: Timestamp,
    /// Attempts that failed.
    pub(crate) attempts: u32,
    /// How the last one failed.
    pub(crate) failure: Option<Failure>,
}

impl Record for Left {
    const VERSION: u8 = 1;
}

impl Record for Waiting {
    const VERSION: u8 = 1;
}

impl Tables {
    pub(crate) fn of(service: &'static str) -> Self {
        Self {
            parcels: Table::new(service, "parcel"),
            left: Table::new(service, "parcel-left"),
            lanes: Table::new(service, "lane"),
        }
    }
}

/// When a waiting intent is due.
pub(crate) fn due((_, at, _): &Place, waiting: &Waiting) -> Timestamp {
    if *at == IN_ORDER { waiting.not_before } else { *at }
}
