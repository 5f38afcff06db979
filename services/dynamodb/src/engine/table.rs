//! A table in use: what it is, and what it consumed.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use names::{AccountId, Arn, Region};
use parking_lot::Mutex;
use store::Scope;
use tokio::sync::{RwLock, RwLockReadGuard};

use super::count::Count;
use super::schema::Schema;
use super::throttle::{KeyRanges, Meters, Way};
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
    state: ArcSwap<State>,
    /// Held shared by whoever writes items, and alone by whoever changes what the table is: nobody writes by an old schema
    /// once a new one is in force.
    gate: RwLock<()>,
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
    pub(crate) fn new(home: Home, record: TableRecord) -> Self {
        let scope = home.scope();
        let state = ArcSwap::from_pointee(State::of(record, &scope));
        let no = state.load().record.no;
        let (meters, ranges) = (Meters::default(), KeyRanges::default());
        let (noted, counted, gate) = (tokio::sync::Mutex::default(), Mutex::default(), RwLock::default());
        Self { home, no, scope, meters, ranges, noted, counted, state, gate }
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
