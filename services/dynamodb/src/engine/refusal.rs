//! Reasons not to do something, in the engine's words; `error.rs` has AWS's.

use store::StoreError;

use super::throttle::Way;
use super::value::Item;

/// Why the engine did not do what was asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Refusal {
    /// There is no such table; of operations on tables themselves.
    NoTable(String),
    /// There is no such table; of operations on items.
    NoTableForItems,
    /// A table of the name is there.
    Exists(String),
    /// A table is protected against deletion.
    Protected,
    /// What the caller asked for is not valid; the text is AWS's.
    Invalid(String),
    /// A condition did not hold, of this item when it is to be told.
    Condition(Option<Item>),
    /// More was consumed than may be.
    Throttled(Throttle),
    /// The items of one partition key would be more than fit together.
    CollectionFull,
    /// A replica was the source of a new one lately.
    Source,
    /// There is a table already where a replica of this one is to be.
    ReplicaIsTable(String),
    /// Nobody has the key of its items now.
    Shut,
    /// There is no such replica.
    NoReplica,
    /// The store could not do it.
    Store(StoreError),
}

/// What was consumed too fast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Throttle {
    /// Whether an index was, and not the table.
    pub index: bool,
    /// By reading or by writing.
    pub way: Way,
    /// Which bound was met.
    pub why: Why,
    /// Whether the table is paid for as it is used.
    pub on_demand: bool,
    /// ARN of the table or of the index.
    pub resource: String,
}

/// A bound on what is consumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// What was provisioned.
    Provisioned,
    /// What an on-demand table is held to.
    MaxOnDemand,
    /// What one partition can bear.
    KeyRange,
}

impl Refusal {
    /// Not valid, with AWS's text.
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
