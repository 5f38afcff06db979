//! A transaction: reads one snapshot and its own changes, remembers what it read, commits if that still holds.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use crate::error::{CommitError, StoreError};
use crate::kv::{Commit, KeyRange, Kv, Order, Rows, Snapshot, Version, Write, after_key};
use crate::store::{Reader, Writer, get, scan};

/// A running transaction. Clones are the same transaction; dropping all of them without a commit changes nothing.
#[derive(Clone)]
pub struct Tx {
    inner: Arc<Inner>,
}

struct Inner {
    kv: Arc<dyn Kv>,
    snapshot: Arc<dyn Snapshot>,
    state: Mutex<State>,
}

/// What a key is changed to: a value, or nothing.
type Changes = BTreeMap<Bytes, Option<Bytes>>;

#[derive(Default)]
struct State {
    read_keys: Vec<Bytes>,
    read_ranges: Vec<KeyRange>,
    changes: Changes,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tx({})", self.read_version().0)
    }
}

impl Tx {
    pub(crate) fn new(kv: Arc<dyn Kv>, snapshot: Arc<dyn Snapshot>) -> Self {
        Self { inner: Arc::new(Inner { kv, snapshot, state: Mutex::default() }) }
    }

    /// The version it reads.
    pub fn read_version(&self) -> Version {
        self.inner.snapshot.version()
    }

    /// Commits. What was only read is consistent by itself: without changes there is nothing to do.
    pub async fn commit(self) -> Result<Version, CommitError> {
        let state = std::mem::take(&mut *self.inner.state.lock());
        if state.changes.is_empty() {
            return Ok(self.read_version());
        }
        let writes = state.changes.into_iter().map(|(key, value)| match value {
            Some(value) => Write::Put { key, value },
            None => Write::Delete { key },
        });
        let commit = Commit {
            read_version: self.read_version(),
            read_keys: state.read_keys,
            read_ranges: state.read_ranges,
            writes: writes.collect(),
        };
        self.inner.kv.commit(commit).await
    }

    fn own(&self, key: &[u8]) -> Option<Option<Bytes>> {
        self.inner.state.lock().changes.get(key).cloned()
    }

    /// Own changes in a range, in ascending order.
    fn own_within(&self, range: &KeyRange) -> Vec<(Bytes, Option<Bytes>)> {
        if range.is_empty() {
            return Vec::new();
        }
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.inner.state.lock();
        let within = state.changes.range::<[u8], _>((Bound::Included(&range.start[..]), end));
        within.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    async fn scan_recording(
        &self,
        range: KeyRange,
        order: Order,
        limit: usize,
        record: bool,
    ) -> Result<Rows, StoreError> {
        let own = self.own_within(&range);
        // Each own change may hide one stored row, so this many stored rows are enough.
        let wanted = limit.saturating_add(own.len());
        let stored = scan(&*self.inner.snapshot, range.clone(), order, wanted).await?;
        if record {
            let seen = part_read(range, order, &stored, wanted);
            self.inner.state.lock().read_ranges.push(seen);
        }
        let mut rows = if own.is_empty() { stored } else { merge(stored, own, order) };
        rows.truncate(limit);
        Ok(rows)
    }
}

/// The part of a range that a limited scan has really seen: what lies beyond the last row may change.
fn part_read(range: KeyRange, order: Order, rows: &Rows, limit: usize) -> KeyRange {
    match (rows.last(), order) {
        (Some((last, _)), Order::Ascending) if rows.len() >= limit => {
            KeyRange { start: range.start, end: Some(after_key(last)) }
        }
        (Some((last, _)), Order::Descending) if rows.len() >= limit => KeyRange { start: last.clone(), end: range.end },
        _ => range,
    }
}

/// Lays own changes over stored rows.
fn merge(stored: Rows, own: Vec<(Bytes, Option<Bytes>)>, order: Order) -> Rows {
    let mut rows: Changes = stored.into_iter().map(|(key, value)| (key, Some(value))).collect();
    rows.extend(own);
    let present = rows.into_iter().filter_map(|(key, value)| Some((key, value?)));
    match order {
        Order::Ascending => present.collect(),
        Order::Descending => present.rev().collect(),
    }
}

impl Reader for Tx {
    async fn get(&self, key: Bytes) -> Result<Option<Bytes>, StoreError> {
        if let Some(own) = self.own(&key) {
            return Ok(own);
        }
        let value = get(&*self.inner.snapshot, &key).await?;
        self.inner.state.lock().read_keys.push(key);
        Ok(value)
    }

    async fn scan(&self, range: KeyRange, order: Order, limit: usize) -> Result<Rows, StoreError> {
        self.scan_recording(range, order, limit, true).await
    }

    async fn get_unchecked(&self, key: Bytes) -> Result<Option<Bytes>, StoreError> {
        match self.own(&key) {
            Some(own) => Ok(own),
            None => get(&*self.inner.snapshot, &key).await,
        }
    }

    async fn scan_unchecked(&self, range: KeyRange, order: Order, limit: usize) -> Result<Rows, StoreError> {
        self.scan_recording(range, order, limit, false).await
    }
}

impl Writer for Tx {
    fn put(&self, key: Bytes, value: Bytes) {
        self.inner.state.lock().changes.insert(key, Some(value));
    }

    fn delete(&self, key: Bytes) {
        self.inner.state.lock().changes.insert(key, None);
    }
}
