//! What can go wrong in a store, in the store's words.

use std::fmt;
use std::sync::Arc;

/// Why the store could not answer. Cheap to clone: one failed group of commits tells each of its waiters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// The engine could not read or write: a full disk, a broken disk, a lost connection. Nothing of the commit is
    /// visible; a commit whose sync failed may still turn out to have happened after a crash.
    Unavailable(Arc<str>),
    /// Stored bytes are not what was written. Never guessed at.
    Corrupt(Arc<str>),
    /// A record was written by a newer program than this one.
    NewerRecord {
        /// The table, as `service/table`.
        table: Arc<str>,
        /// The version found.
        version: u8,
    },
    /// A transaction met a conflict at each of its attempts.
    Contention,
    /// A key or value exceeds the store's limits ([`crate::MAX_KEY`], [`crate::MAX_VALUE`]).
    TooLarge(Arc<str>),
    /// There is no blob of this name.
    NoBlob(Arc<str>),
    /// Another process has the data directory open.
    Locked(Arc<str>),
    /// The store was closed.
    Closed,
}

impl StoreError {
    /// The engine could not read or write, with the reason.
    pub fn unavailable(reason: impl fmt::Display) -> Self {
        Self::Unavailable(reason.to_string().into())
    }

    /// Stored bytes are not what was written, with what was found.
    pub fn corrupt(what: impl fmt::Display) -> Self {
        Self::Corrupt(what.to_string().into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(reason) => write!(f, "the store is unavailable: {reason}"),
            Self::Corrupt(what) => write!(f, "the store is corrupt: {what}"),
            Self::NewerRecord { table, version } => {
                write!(f, "a record of {table} has version {version}: a newer program wrote this data directory")
            }
            Self::Contention => f.write_str("a transaction met a conflict at each of its attempts"),
            Self::TooLarge(what) => write!(f, "too large for the store: {what}"),
            Self::NoBlob(id) => write!(f, "there is no blob {id}"),
            Self::Locked(dir) => write!(f, "the data directory {dir} is open in another process"),
            Self::Closed => f.write_str("the store is closed"),
        }
    }
}

impl std::error::Error for StoreError {}

/// Why a commit did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// Something that was read has changed since: read again and retry.
    Conflict,
    /// The store could not write.
    Store(StoreError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("something that was read has changed since"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CommitError {}
