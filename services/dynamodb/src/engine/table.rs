//! A table in use: what it is, and what it consumed.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use bytes::Bytes;
use names::{AccountId, Arn, Region};
use parking_lot::Mutex;
use store::Scope;
use tokio::sync::{RwLock, RwLockReadGuard};

use super::count::Count;
use super::refusal::Refusal;
use super::row;
use super::schema::{Index, Schema};
use super::sealing::{self, Sealing};
use super::throttle::{KeyRanges, Meters, Way};
use super::value::Item;
use crate::store::{IndexNo, TableNo, TableRecord, scope};

/// Where a table is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    /// Its account.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

/// A table in use. There is one of it in a process.
#[derive(Debug)]
pub(crate) struct Table {
    /// Where it is.
    pub home: Home,
    /// Its number.
    pub no: TableNo,
    /// Where its records lie.
    pub scope: Scope,
    /// What was consumed lately.
    pub meters: Meters,
    /// What partition keys consumed lately.
    pub ranges: KeyRanges,
    /// What of it was noted.
    pub noted: tokio::sync::Mutex<HashMap<(IndexNo, Way), f64>>,
    counted: Mutex<HashMap<IndexNo, Count>>,
    lock: ArcSwap<Lock>,
    state: ArcSwap<State>,
    /// Held shared by whoever writes items, and alone by whoever changes what the table is: nobody writes by an old schema
    /// once a new one is in force.
    gate: RwLock<()>,
}

/// What keeps a table's items from whoever reads the disk.
#[derive(Debug)]
pub(crate) enum Lock {
    /// Nothing: the table is from before tables had keys.
    None,
    /// A key that is at hand.
    Open(Sealing),
    /// A key that is KMS's to give.
    Shut,
}

/// What a table is at a moment.
#[derive(Debug)]
pub(crate) struct State {
    /// What it is.
    pub record: TableRecord,
    /// Its keys and indexes.
    pub schema: Schema,
    /// Whether it was deleted.
    pub gone: bool,
}

impl Home {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        scope(self.account, &self.region)
    }

    /// Its ARN.
    pub(crate) fn arn(&self) -> Arn {
        Arn::regional("dynamodb", &self.region, self.account, format!("table/{}", self.name))
    }

    /// Another name at the same place.
    pub(crate) fn sibling(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// The same name in another region.
    pub(crate) fn in_region(&self, region: &Region) -> Self {
        Self { region: region.clone(), ..self.clone() }
    }

    /// The table that an ARN is about, of an index or a stream of it too.
    pub(crate) fn of_arn(text: &str) -> Option<Self> {
        let arn: Arn = text.parse().ok()?;
        if arn.service != "dynamodb" {
            return None;
        }
        let name = arn.resource.strip_prefix("table/")?.split('/').next()?;
        Some(Self { account: arn.account_id()?, region: arn.region_code()?, name: name.to_owned() })
    }
}

impl Table {
    /// A table that was just read or made.
    pub(crate) fn new(home: Home, record: TableRecord, lock: Lock) -> Self {
        let scope = home.scope();
        let state = ArcSwap::from_pointee(State::of(record, &scope));
        let no = state.load().record.no;
        let (meters, ranges) = (Meters::default(), KeyRanges::default());
        let (noted, counted, gate) = (tokio::sync::Mutex::default(), Mutex::default(), RwLock::default());
        let lock = ArcSwap::from_pointee(lock);
        Self { home, no, scope, meters, ranges, noted, counted, lock, state, gate }
    }

    /// Whether its items can be read and written.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(**self.lock.load(), Lock::Shut)
    }

    /// Its key is this from now on.
    pub(crate) fn set_lock(&self, lock: Lock) {
        self.lock.store(Arc::new(lock));
    }

    /// What its items are sealed with.
    pub(crate) fn sealing(&self) -> Result<Option<Sealing>, Refusal> {
        match &**self.lock.load() {
            Lock::None => Ok(None),
            Lock::Open(sealing) => Ok(Some(sealing.clone())),
            Lock::Shut => Err(Refusal::Shut),
        }
    }

    /// The stored row of an item of this size.
    pub(crate) fn close(&self, index: &Index, place: &[u8], item: &Item, size: usize) -> Result<Bytes, Refusal> {
        Ok(row::stored(self.sealing()?.as_ref(), &place[index.prefix.len()..], item, size))
    }

    /// The item of a stored row.
    pub(crate) fn open(&self, index: &Index, place: &[u8], stored: &Bytes) -> Result<Item, Refusal> {
        Ok(row::item(self.sealing()?.as_ref(), &place[index.prefix.len()..], stored)?)
    }

    /// An item as it lies in a record about it.
    pub(crate) fn close_in(&self, bound_to: &[u8], item: &Item) -> Result<Bytes, Refusal> {
        Ok(sealing::stored(self.sealing()?.as_ref(), bound_to, item))
    }

    /// The item of a record about it.
    pub(crate) fn open_in(&self, bound_to: &[u8], stored: &[u8]) -> Result<Item, Refusal> {
        Ok(sealing::item(self.sealing()?.as_ref(), bound_to, stored)?)
    }

    /// Items and bytes of an index as they were counted last.
    pub(crate) fn counted(&self, index: IndexNo) -> Option<Count> {
        self.counted.lock().get(&index).copied()
    }

    /// Remembers a count.
    pub(crate) fn set_counted(&self, index: IndexNo, count: Count) {
        self.counted.lock().insert(index, count);
    }

    /// What it is now.
    pub(crate) fn state(&self) -> Guard<Arc<State>> {
        self.state.load()
    }

    /// What it is now, to be kept for a while.
    pub(crate) fn state_kept(&self) -> Arc<State> {
        self.state.load_full()
    }

    /// Keeps the table as it is while items are written.
    pub(crate) async fn writing(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().await
    }

    /// Waits for all writers of items, and keeps new ones out.
    pub(crate) async fn changing(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.gate.write().await
    }

    /// From now on it is this.
    pub(crate) fn become_this(&self, record: TableRecord) {
        self.state.store(Arc::new(State::of(record, &self.scope)));
    }

    /// It was deleted.
    pub(crate) fn bury(&self) {
        let before = self.state();
        let (record, schema) = (before.record.clone(), before.schema.clone());
        self.state.store(Arc::new(State { record, schema, gone: true }));
    }
}

impl State {
    fn of(record: TableRecord, scope: &Scope) -> Self {
        let schema = Schema::of(&record, scope);
        Self { record, schema, gone: false }
    }
}
