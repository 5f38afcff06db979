//! Which tables there are: found by account, region and name; each taken into memory at its first use and kept there once.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use store::{Store, StoreError};

use super::sealing::Keyring;
use super::table::{Home, Lock, Table};
use crate::store::{KEYS, TABLES};

/// Tables in use.
pub(crate) struct Directory {
    keys: Keyring,
    tables: RwLock<HashMap<Home, Arc<Table>>>,
    /// Held while tables come and go, so that there is one of each.
    changing: tokio::sync::Mutex<()>,
}

impl Directory {
    /// Of no tables yet.
    pub(crate) fn new(keys: Keyring) -> Self {
        Self { keys, tables: RwLock::default(), changing: tokio::sync::Mutex::default() }
    }

    /// The keys of tables.
    pub(crate) fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// The table at a place, when there is one.
    pub(crate) async fn find(&self, store: &Store, home: &Home) -> Result<Option<Arc<Table>>, StoreError> {
        if let Some(table) = self.cached(home) {
            return Ok(Some(table));
        }
        let _one = self.changing.lock().await;
        self.load(store, home).await
    }

    /// The same, for whoever holds [`Directory::changing`].
    pub(crate) async fn load(&self, store: &Store, home: &Home) -> Result<Option<Arc<Table>>, StoreError> {
        if let Some(table) = self.cached(home) {
            return Ok(Some(table));
        }
        let view = store.read().await?;
        let Some(record) = TABLES.get(&view, &home.scope(), &home.name.as_str()).await? else { return Ok(None) };
        let lock = match KEYS.get(&view, &home.scope(), &record.no).await? {
            None => Lock::None,
            Some(key) => self.keys.unlock(record.no, &key)?.map_or(Lock::Shut, Lock::Open),
        };
        Ok(Some(self.add(Table::new(home.clone(), record, lock))))
    }

    /// Keeps others from adding and removing tables.
    pub(crate) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// Adds a table that was just made.
    pub(crate) fn add(&self, table: Table) -> Arc<Table> {
        let table = Arc::new(table);
        self.tables.write().insert(table.home.clone(), table.clone());
        table
    }

    /// Forgets a table that was deleted.
    pub(crate) fn remove(&self, home: &Home) {
        if let Some(table) = self.tables.write().remove(home) {
            table.bury();
        }
    }

    /// Forgets all tables: the store was emptied.
    pub(crate) fn clear(&self) {
        for (_, table) in self.tables.write().drain() {
            table.bury();
        }
    }

    /// Those in use.
    pub(crate) fn in_use(&self) -> Vec<Arc<Table>> {
        self.tables.read().values().cloned().collect()
    }

    fn cached(&self, home: &Home) -> Option<Arc<Table>> {
        self.tables.read().get(home).cloned()
    }
}
