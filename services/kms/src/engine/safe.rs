//! Secrets at rest: sealed under a key of the cloud's vault for each key of ours, bound to the material they are. Opened
//! secrets stay in memory, ready to work.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use runtime::Random;
use store::{Mac, StoreError, Vault};
use zeroize::Zeroizing;

use super::Key;
use super::material::{self, Material, Secret};
use crate::store::{MaterialId, MaterialRecord};

/// Secrets kept ready. Beyond it all are dropped: those in use come back at once.
const READY: usize = 10_000;

/// Seals and opens secrets.
pub(super) struct Safe {
    vault: Vault,
    ids: Mac,
    ready: RwLock<HashMap<MaterialId, Arc<Material>>>,
}

impl Safe {
    pub(super) fn new(vault: &Vault) -> Self {
        Self { vault: vault.clone(), ids: vault.mac("kms/material"), ready: RwLock::default() }
    }

    /// The vault that other secrets of the service are sealed with: import and grant tokens.
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The id of material: the same for the same secret in the same key, wherever and whenever it comes again.
    pub(super) fn id(&self, key: &str, secret: &[u8]) -> MaterialId {
        let named = Zeroizing::new([key.as_bytes(), b"\0", secret].concat());
        self.ids.code(&named)
    }

    /// A secret as the store may hold it.
    pub(super) fn close(&self, random: &Random, key: &str, id: &MaterialId, secret: &[u8]) -> Vec<u8> {
        self.vault.seal(&purpose(key)).close(random, id, secret)
    }

    /// A secret that is ready already.
    pub(super) fn ready(&self, id: &MaterialId) -> Option<Arc<Material>> {
        self.ready.read().get(id).cloned()
    }

    /// A secret made ready; none when it is not there.
    pub(super) fn open(&self, key: &Key, record: &MaterialRecord) -> Result<Option<Arc<Material>>, StoreError> {
        let Some(sealed) = &record.sealed else { return Ok(None) };
        if let Some(ready) = self.ready(&record.id) {
            return Ok(Some(ready));
        }
        let secret: Secret = Zeroizing::new(self.vault.seal(&purpose(&key.home.id)).open(&record.id, sealed)?);
        let prepared = material::prepare(key.record.spec, key.record.usage, &secret);
        let ready = Arc::new(prepared.map_err(|_| StoreError::corrupt("the material of a key"))?);
        let mut all = self.ready.write();
        if all.len() >= READY {
            all.clear();
        }
        all.insert(record.id, ready.clone());
        Ok(Some(ready))
    }

    /// Drops a secret that is no longer there.
    pub(super) fn drop(&self, id: &MaterialId) {
        self.ready.write().remove(id);
    }

    /// Drops all.
    pub(super) fn forget(&self) {
        self.ready.write().clear();
    }
}

fn purpose(key: &str) -> String {
    format!("kms/{key}")
}
