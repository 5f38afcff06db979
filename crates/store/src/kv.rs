//! The contract every engine keeps: ordered byte keys, snapshots, serializable optimistic commits, watches.
//!
//! What an engine promises, and what `conformance` checks on each:
//! 1. a snapshot shows exactly the commits up to its version, for as long as it is held, and only durable ones;
//! 2. a commit happens whole or not at all, and only if nothing it read changed after its read version;
//! 3. a commit that was answered is in every snapshot taken from then on, and survives what the engine's durability says;
//! 4. a watch resolves after each commit that touches a key under its prefix, once that commit is in new snapshots.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::{CommitError, StoreError};
use crate::watch::Watch;

/// A future behind a pointer, so that engines fit behind one trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Bytes of the longest key.
pub const MAX_KEY: usize = 8 * 1_024;
/// Bytes of the largest value. What is larger belongs into a blob.
pub const MAX_VALUE: usize = 16 * 1_024 * 1_024;

/// A state of the store. Later commits have higher versions; versions do not outlive the process.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// Keys and values, as a scan gives them.
pub type Rows = Vec<(Bytes, Bytes)>;

/// The direction of a scan.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the first key on.
    Ascending,
    /// From the last key on.
    Descending,
}

/// The keys from `start`, and below `end` if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// The first key in the range.
    pub start: Bytes,
    /// The first key after the range.
    pub end: Option<Bytes>,
}

impl KeyRange {
    /// Every key.
    pub fn all() -> Self {
        Self { start: Bytes::new(), end: None }
    }

    /// The keys that start with `prefix`.
    pub fn prefix(prefix: impl Into<Bytes>) -> Self {
        let start = prefix.into();
        let end = after_prefix(&start);
        Self { start, end }
    }

    /// Whether `key` lies in the range.
    pub fn contains(&self, key: &[u8]) -> bool {
        key >= &self.start[..] && self.end.as_ref().is_none_or(|end| key < &end[..])
    }

    /// Whether no key can lie in the range.
    pub fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }
}

/// The first key after all that start with `prefix`; none if there is no such key.
pub fn after_prefix(prefix: &[u8]) -> Option<Bytes> {
    let kept = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = prefix[..=kept].to_vec();
    end[kept] += 1;
    Some(end.into())
}

/// The first key after `key`.
pub fn after_key(key: &[u8]) -> Bytes {
    [key, &[0]].concat().into()
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// The key has this value.
    Put {
        /// At most [`MAX_KEY`] bytes.
        key: Bytes,
        /// At most [`MAX_VALUE`] bytes.
        value: Bytes,
    },
    /// The key has no value.
    Delete {
        /// At most [`MAX_KEY`] bytes.
        key: Bytes,
    },
}

impl Write {
    /// The key that changes.
    pub fn key(&self) -> &Bytes {
        match self {
            Self::Put { key, .. } | Self::Delete { key } => key,
        }
    }

    /// Refuses what no engine could hold, before anything of the commit is written.
    pub(crate) fn check_size(&self) -> Result<(), StoreError> {
        let value = if let Self::Put { value, .. } = self { value.len() } else { 0 };
        if self.key().len() > MAX_KEY || value > MAX_VALUE {
            let what = format!("a key of {} bytes with a value of {value} bytes", self.key().len());
            return Err(StoreError::TooLarge(what.into()));
        }
        Ok(())
    }
}

/// What a transaction read, and what it changes. With nothing read it is a blind write and cannot conflict. Of two
/// changes of one key, the later counts.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// The version of the snapshot that was read.
    pub read_version: Version,
    /// Keys whose value, or absence, the changes depend on.
    pub read_keys: Vec<Bytes>,
    /// Ranges whose content the changes depend on.
    pub read_ranges: Vec<KeyRange>,
    /// The changes.
    pub writes: Vec<Write>,
}

impl Commit {
    /// Refuses what is too large and keeps the last change of each key: what every engine does first.
    pub(crate) fn prepare(&mut self) -> Result<(), StoreError> {
        self.writes.iter().try_for_each(Write::check_size)?;
        let few = self.writes.len() <= FEW;
        let twice = if few { repeats_slowly(&self.writes) } else { repeats(&self.writes) };
        if twice {
            let mut seen = HashSet::new();
            self.writes.reverse();
            self.writes.retain(|write| seen.insert(write.key().clone()));
            self.writes.reverse();
        }
        Ok(())
    }
}

/// Up to this many writes, comparing each with each is faster than hashing.
const FEW: usize = 8;

fn repeats_slowly(writes: &[Write]) -> bool {
    writes.iter().enumerate().any(|(i, write)| writes[..i].iter().any(|earlier| earlier.key() == write.key()))
}

fn repeats(writes: &[Write]) -> bool {
    let mut seen = HashSet::with_capacity(writes.len());
    !writes.iter().all(|write| seen.insert(write.key()))
}

/// An engine.
pub trait Kv: Send + Sync + 'static {
    /// The newest durable committed state.
    fn snapshot(&self) -> BoxFuture<'_, Result<Arc<dyn Snapshot>, StoreError>>;

    /// Applies the changes if nothing that was read has changed since. Dropping the future does not undo the commit.
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Version, CommitError>>;

    /// Tells of every later commit that touches a key under `prefix`. Register first, then read, then wait: no change
    /// is missed.
    fn watch(&self, prefix: &[u8]) -> Watch;

    /// Makes everything durable and lets go of the resources. Later calls answer [`StoreError::Closed`].
    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The same as [`Kv::snapshot`] when the engine has it at hand: it saves an allocation on each read.
    fn snapshot_now(&self) -> Option<Result<Arc<dyn Snapshot>, StoreError>> {
        None
    }
}

/// One state of the store, unchanged while it is held. Hold it briefly: the engine keeps what it shows.
pub trait Snapshot: Send + Sync {
    /// The version it shows.
    fn version(&self) -> Version;

    /// The value of a key.
    fn get<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Bytes>, StoreError>>;

    /// At most `limit` rows of a range, in order.
    fn scan(&self, range: KeyRange, order: Order, limit: usize) -> BoxFuture<'_, Result<Rows, StoreError>>;

    /// The same as [`Snapshot::get`] when the engine can answer without waiting for another machine.
    fn get_now(&self, _key: &[u8]) -> Option<Result<Option<Bytes>, StoreError>> {
        None
    }

    /// The same as [`Snapshot::scan`] when the engine can answer without waiting for another machine.
    fn scan_now(&self, _range: &KeyRange, _order: Order, _limit: usize) -> Option<Result<Rows, StoreError>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_of_a_key_counts() {
        let put = |key: usize, value: &'static str| Write::Put { key: format!("{key:02}").into(), value: value.into() };
        for keys in [2, 20] {
            let writes = (0..keys).map(|key| put(key, "old")).chain((0..keys).map(|key| put(key, "new"))).collect();
            let mut commit = Commit { writes, ..Commit::default() };
            commit.prepare().unwrap();
            assert_eq!(commit.writes, (0..keys).map(|key| put(key, "new")).collect::<Vec<_>>());
        }
        let key = Bytes::from(vec![0; MAX_KEY + 1]);
        let mut commit = Commit { writes: vec![Write::Delete { key }], ..Commit::default() };
        assert!(matches!(commit.prepare(), Err(StoreError::TooLarge(_))));
    }

    #[test]
    fn a_prefix_ends_where_the_next_one_begins() {
        for (prefix, end) in [
            (&b"a"[..], Some(&b"b"[..])),
            (b"a\xff", Some(b"b")),
            (b"\xff\xff", None),
            (b"", None),
            (b"a\x00", Some(b"a\x01")),
        ] {
            assert_eq!(after_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
        let range = KeyRange::prefix(&b"a\xff"[..]);
        assert!(range.contains(b"a\xff\xff\xff") && !range.contains(b"b") && !range.contains(b"a\xfe"));
    }
}
