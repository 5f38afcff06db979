//! Reasons why the engine does not do something.

use store::StoreError;

/// Why not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Refusal {
    /// There is no such group.
    NoSuchGroup,
    /// There is no such stream.
    NoSuchStream,
    /// There is a group of this name.
    GroupTaken,
    /// There is a stream of this name.
    StreamTaken,
    /// The group may not be deleted.
    Protected,
    /// There are as many as there may be.
    TooMany,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
