//! When a key was last used in cryptography. Noted in memory, for a write each time would cost more than the use; written
//! down once a minute. A crash loses at most that minute.

use std::collections::HashMap;

use names::{RequestId, Timestamp};
use parking_lot::Mutex;
use store::Batch;

use super::Engine;
use super::home::Home;
use super::refusal::Refusal;
use crate::store::{KEYS, USED, UseRecord};

/// A use.
#[derive(Debug, Clone, Copy)]
struct Use {
    operation: &'static str,
    at: Timestamp,
    request: RequestId,
}

/// Uses that are not written down yet.
#[derive(Default)]
pub(super) struct Uses(Mutex<HashMap<Home, Use>>);

impl Uses {
    pub(super) fn remove(&self, home: &Home) {
        self.0.lock().remove(home);
    }

    pub(super) fn forget(&self) {
        self.0.lock().clear();
    }
}

impl Engine {
    /// Takes note of a use.
    pub(crate) fn used(&self, home: &Home, operation: &'static str, request: RequestId) {
        let usage = Use { operation, at: self.now(), request };
        let mut all = self.0.uses.0.lock();
        match all.get_mut(home) {
            Some(last) => *last = usage,
            None => drop(all.insert(home.clone(), usage)),
        }
    }

    /// The last use of a key.
    pub(crate) async fn last_use(&self, home: &Home) -> Result<Option<UseRecord>, Refusal> {
        let noted = self.0.uses.0.lock().get(home).map(Use::record);
        if noted.is_some() {
            return Ok(noted);
        }
        let view = self.store().read().await?;
        Ok(USED.get(&view, &home.scope(), &home.id.as_str()).await?)
    }

    /// Writes down what was noted.
    pub(crate) async fn write_uses(&self) -> Result<(), Refusal> {
        let noted = std::mem::take(&mut *self.0.uses.0.lock());
        let batch = Batch::new();
        let view = self.store().read().await?;
        for (home, usage) in &noted {
            if KEYS.get(&view, &home.scope(), &home.id.as_str()).await?.is_some() {
                USED.put(&batch, &home.scope(), &home.id.as_str(), &usage.record())?;
            }
        }
        if !batch.is_empty() {
            self.store().write(batch).await?;
        }
        Ok(())
    }
}

impl Use {
    fn record(&self) -> UseRecord {
        UseRecord { operation: self.operation.to_owned(), at: self.at, request: self.request.to_string() }
    }
}
