//! The sorted files: an LSM tree of the `lsm-tree` crate, fed from the log and flushed by the janitor.

use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use lsm_tree::config::{BloomConstructionPolicy, FilterPolicy, FilterPolicyEntry};
use lsm_tree::{AbstractTree, AnyTree, Cache, Config, Guard, KvSeparationOptions, SequenceNumberCounter};

use crate::error::StoreError;
use crate::held::{Held, Hold};
use crate::kv::{BoxFuture, KeyRange, Order, Rows, Snapshot, Version, Write};

/// Values from this size on are kept apart from the keys, so that compaction does not copy them again and again.
const LARGE_VALUE: u32 = 4 * 1024;

/// The tree and the numbers that order its changes.
#[derive(Clone)]
pub(super) struct LocalTree {
    pub(super) tree: AnyTree,
    pub(super) seqno: SequenceNumberCounter,
    pub(super) held: Arc<Held>,
}

impl LocalTree {
    /// Opens or creates the tree in `dir`.
    pub(super) fn open(dir: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let (seqno, visible) = (SequenceNumberCounter::default(), SequenceNumberCounter::default());
        let bloom = FilterPolicyEntry::Bloom(BloomConstructionPolicy::BitsPerKey(10.0));
        let tree = Config::new(dir, seqno.clone(), visible)
            .use_cache(Arc::new(Cache::with_capacity_bytes(cache_bytes)))
            .filter_policy(FilterPolicy::all(bloom))
            .with_kv_separation(Some(KvSeparationOptions::default().separation_threshold(LARGE_VALUE)))
            .open()
            .map_err(tree_error)?;
        let opened = Self { tree, seqno, held: Arc::default() };
        opened.catch_up();
        Ok(opened)
    }

    /// Lets new changes be newer than all there are.
    pub(super) fn catch_up(&self) {
        self.seqno.fetch_max(self.tree.get_highest_seqno().map_or(1, |highest| highest + 1));
    }

    /// The newest change that is in sorted files.
    pub(super) fn persisted(&self) -> u64 {
        self.tree.get_highest_persisted_seqno().unwrap_or(0)
    }

    /// Applies one change; returns the bytes of all changes not yet in sorted files.
    pub(super) fn apply(&self, write: Write, seqno: u64) -> u64 {
        match write {
            Write::Put { key, value } => self.tree.insert(key, value, seqno).1,
            Write::Delete { key } => self.tree.remove(key, seqno).1,
        }
    }

    /// Ends the memtable: what it holds waits to be sorted, new changes go to a new one.
    pub(super) fn rotate(&self) {
        // None when it is empty: nothing to sort.
        let _ = self.tree.rotate_memtable();
    }

    /// The state of every change below `below`.
    pub(super) fn snapshot(&self, version: Version, below: u64) -> LocalSnapshot {
        LocalSnapshot { tree: self.tree.clone(), below, version, _hold: self.held.hold(below) }
    }

    /// Changes below this are seen by every reader, so what they replaced can go.
    pub(super) fn watermark(&self) -> u64 {
        self.held.oldest().unwrap_or(0)
    }
}

/// The tree's errors in the store's words.
pub(super) fn tree_error(error: lsm_tree::Error) -> StoreError {
    match error {
        lsm_tree::Error::Io(error) => StoreError::unavailable(error),
        other => StoreError::corrupt(format!("{other:?}")),
    }
}

/// One state of the tree.
pub(super) struct LocalSnapshot {
    tree: AnyTree,
    below: u64,
    version: Version,
    _hold: Hold,
}

impl LocalSnapshot {
    /// Changes below this are shown.
    pub(super) fn below(&self) -> u64 {
        self.below
    }

    fn value(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let value = self.tree.get(key, self.below).map_err(tree_error)?;
        Ok(value.map(Bytes::from))
    }

    fn rows(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Rows, StoreError> {
        if range.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tree.range::<&[u8], _>((Bound::Included(&range.start[..]), end), self.below, None);
        let row = |guard: lsm_tree::IterGuardImpl| {
            let (key, value) = guard.into_inner().map_err(tree_error)?;
            Ok((key.into(), value.into()))
        };
        match order {
            Order::Ascending => rows.map(row).take(limit).collect(),
            Order::Descending => rows.rev().map(row).take(limit).collect(),
        }
    }
}

impl Snapshot for LocalSnapshot {
    fn version(&self) -> Version {
        self.version
    }

    fn get<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Bytes>, StoreError>> {
        Box::pin(async move { self.value(key) })
    }

    fn scan(&self, range: KeyRange, order: Order, limit: usize) -> BoxFuture<'_, Result<Rows, StoreError>> {
        Box::pin(async move { self.rows(&range, order, limit) })
    }

    fn get_now(&self, key: &[u8]) -> Option<Result<Option<Bytes>, StoreError>> {
        Some(self.value(key))
    }

    fn scan_now(&self, range: &KeyRange, order: Order, limit: usize) -> Option<Result<Rows, StoreError>> {
        Some(self.rows(range, order, limit))
    }
}
