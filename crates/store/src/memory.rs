//! The engine without a disk: for `--ephemeral` and for simulation. Commits run on the caller's thread, so that a
//! simulation replays.

use std::collections::{BTreeMap, VecDeque};
use std::future::ready;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use bytes::Bytes;
use parking_lot::{Mutex, RwLock};

use crate::error::{CommitError, StoreError};
use crate::held::{Held, Hold};
use crate::kv::{BoxFuture, Commit, KeyRange, Kv, Order, Rows, Snapshot, Version, Write};
use crate::resolver::Resolver;
use crate::watch::{Registry, Watch};

/// Keys and their recent values in memory, gone with the process.
#[derive(Debug)]
pub struct Memory {
    rows: Arc<MultiVersion>,
    newest: ArcSwap<MemorySnapshot>,
    resolver: Mutex<Resolver>,
    watches: Arc<Registry>,
    closed: AtomicBool,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        let rows = Arc::new(MultiVersion::default());
        let newest = ArcSwap::from_pointee(MemorySnapshot::take(&rows, Version(0)));
        Self { rows, newest, resolver: Mutex::default(), watches: Arc::default(), closed: AtomicBool::new(false) }
    }

    fn snapshot_or_closed(&self) -> Result<Arc<dyn Snapshot>, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        Ok(self.newest.load_full())
    }

    fn commit_now(&self, mut commit: Commit) -> Result<Version, CommitError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed.into());
        }
        commit.prepare()?;
        let mut resolver = self.resolver.lock();
        if !resolver.admits(&commit) {
            return Err(CommitError::Conflict);
        }
        let version = Version(self.newest.load().version.0 + 1);
        resolver.admit(&commit.writes, version);
        self.rows.apply(&commit.writes, version);
        self.newest.store(Arc::new(MemorySnapshot::take(&self.rows, version)));
        drop(resolver);
        self.watches.tell(commit.writes.iter());
        Ok(version)
    }
}

impl Kv for Memory {
    fn snapshot(&self) -> BoxFuture<'_, Result<Arc<dyn Snapshot>, StoreError>> {
        Box::pin(ready(self.snapshot_or_closed()))
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Version, CommitError>> {
        Box::pin(ready(self.commit_now(commit)))
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.watches.watch(prefix)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.closed.store(true, Ordering::Release);
        Box::pin(ready(Ok(())))
    }

    fn snapshot_now(&self) -> Option<Result<Arc<dyn Snapshot>, StoreError>> {
        Some(self.snapshot_or_closed())
    }
}

/// A key's value by version, the newest apart because most keys have no other.
#[derive(Debug)]
struct Chain {
    newest: (Version, Option<Bytes>),
    older: Vec<(Version, Option<Bytes>)>,
}

impl Chain {
    fn at(&self, version: Version) -> Option<&Bytes> {
        if self.newest.0 <= version {
            return self.newest.1.as_ref();
        }
        self.older.iter().rev().find(|(at, _)| *at <= version)?.1.as_ref()
    }

    /// Drops what no snapshot from `oldest` on can see; tells whether nothing is left.
    fn prune(&mut self, oldest: Version) -> bool {
        let unseen = if self.newest.0 <= oldest {
            self.older.len()
        } else {
            self.older.iter().rposition(|(at, _)| *at <= oldest).unwrap_or(0)
        };
        self.older.drain(..unseen);
        self.older.is_empty() && self.newest.1.is_none() && self.newest.0 <= oldest
    }
}

/// Every key with the values that some snapshot can still see.
#[derive(Debug, Default)]
struct MultiVersion {
    rows: RwLock<BTreeMap<Bytes, Chain>>,
    /// The versions some snapshot shows.
    held: Arc<Held>,
    /// Keys with values to drop once no snapshot older than the version is held.
    garbage: Mutex<VecDeque<(Version, Bytes)>>,
}

impl MultiVersion {
    fn apply(&self, writes: &[Write], version: Version) {
        let oldest = self.held.oldest().map_or(version, Version);
        let mut rows = self.rows.write();
        let mut garbage = self.garbage.lock();
        for write in writes {
            if put(&mut rows, write, version) {
                garbage.push_back((version, write.key().clone()));
            }
        }
        while let Some((_, key)) = garbage.pop_front_if(|(since, _)| *since <= oldest) {
            if rows.get_mut(&key).is_some_and(|chain| chain.prune(oldest)) {
                rows.remove(&key);
            }
        }
    }
}

/// Changes one key; tells whether that leaves something to drop later.
fn put(rows: &mut BTreeMap<Bytes, Chain>, write: &Write, version: Version) -> bool {
    let (key, value) = match write {
        // Copied: a caller's slice may hold a whole request alive.
        Write::Put { key, value } => (key, Some(Bytes::copy_from_slice(value))),
        Write::Delete { key } => (key, None),
    };
    match rows.get_mut(key) {
        Some(chain) => {
            let before = std::mem::replace(&mut chain.newest, (version, value));
            if before.0 != version {
                chain.older.push(before);
            }
            true
        }
        None if value.is_none() => false,
        None => {
            rows.insert(key.clone(), Chain { newest: (version, value), older: Vec::new() });
            false
        }
    }
}

/// One version of the rows.
#[derive(Debug)]
struct MemorySnapshot {
    rows: Arc<MultiVersion>,
    version: Version,
    _hold: Hold,
}

impl MemorySnapshot {
    fn take(rows: &Arc<MultiVersion>, version: Version) -> Self {
        Self { rows: rows.clone(), version, _hold: rows.held.hold(version.0) }
    }

    fn rows(&self, range: &KeyRange, order: Order, limit: usize) -> Rows {
        if range.is_empty() {
            return Vec::new();
        }
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.rows.rows.read();
        let within = rows.range::<[u8], _>((Bound::Included(&range.start[..]), end));
        let visible = |(key, chain): (&Bytes, &Chain)| Some((key.clone(), chain.at(self.version)?.clone()));
        match order {
            Order::Ascending => within.filter_map(visible).take(limit).collect(),
            Order::Descending => within.rev().filter_map(visible).take(limit).collect(),
        }
    }
}

impl Snapshot for MemorySnapshot {
    fn version(&self) -> Version {
        self.version
    }

    fn get<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Bytes>, StoreError>> {
        Box::pin(async move { self.get_now(key).unwrap_or(Ok(None)) })
    }

    fn scan(&self, range: KeyRange, order: Order, limit: usize) -> BoxFuture<'_, Result<Rows, StoreError>> {
        Box::pin(async move { Ok(self.rows(&range, order, limit)) })
    }

    fn get_now(&self, key: &[u8]) -> Option<Result<Option<Bytes>, StoreError>> {
        Some(Ok(self.rows.rows.read().get(key).and_then(|chain| chain.at(self.version)).cloned()))
    }

    fn scan_now(&self, range: &KeyRange, order: Order, limit: usize) -> Option<Result<Rows, StoreError>> {
        Some(Ok(self.rows(range, order, limit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &Memory, key: &'static str, value: Option<&'static str>) {
        let key = Bytes::from(key);
        let write = match value {
            Some(value) => Write::Put { key, value: value.into() },
            None => Write::Delete { key },
        };
        store.commit_now(Commit { writes: vec![write], ..Commit::default() }).unwrap();
    }

    #[test]
    fn keeps_only_what_a_snapshot_can_see() {
        let store = Memory::new();
        put(&store, "a", Some("1"));
        let held = store.newest.load_full();
        for _ in 0..100 {
            put(&store, "a", Some("2"));
        }
        put(&store, "a", None);
        assert_eq!(held.get_now(b"a"), Some(Ok(Some(Bytes::from("1")))));
        drop(held);
        put(&store, "b", Some("1"));
        put(&store, "b", Some("2"));
        assert!(!store.rows.rows.read().contains_key(&b"a"[..]), "a deleted key is dropped");
        assert!(store.rows.rows.read()[&b"b"[..]].older.len() <= 1);
    }
}
