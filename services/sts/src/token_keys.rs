//! The keys that sign identity tokens, one an algorithm: made when first needed, sealed in the store, read once a process.

use std::collections::HashMap;
use std::sync::Arc;

use federation::jwt::{Algorithm, SigningError, SigningKey};
use parking_lot::Mutex;
use runtime::Random;
use service_kit::CloudParts;
use store::{Scope, Seal, Store, StoreError};

use crate::store::{TOKEN_KEYS, TokenKey};

/// The algorithms that `SigningAlgorithm` names.
pub(crate) const ALGORITHMS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es384];

/// The keys.
pub(crate) struct TokenKeys {
    store: Store,
    random: Random,
    seal: Seal,
    known: Mutex<HashMap<&'static str, Arc<SigningKey>>>,
}

impl TokenKeys {
    /// None is read yet.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        let (store, random) = (parts.store.clone(), parts.runtime.random.clone());
        Self { store, random, seal: parts.vault.seal("sts/token-key"), known: Mutex::default() }
    }

    /// The key of an algorithm; made when there is none.
    pub(crate) async fn get(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, StoreError> {
        let name = algorithm.name();
        if let Some(known) = self.known.lock().get(name) {
            return Ok(known.clone());
        }
        let kept = TOKEN_KEYS.get(&self.store.read().await?, &Scope::Global, &name).await?;
        let record = match kept {
            Some(record) => record,
            None => self.make(algorithm).await?,
        };
        let private = self.seal.open(name.as_bytes(), &record.private)?;
        let key = SigningKey::from_pkcs8(&record.id, algorithm, &private);
        let key = Arc::new(key.map_err(|_| StoreError::corrupt("a key that signs tokens"))?);
        self.known.lock().insert(name, key.clone());
        Ok(key)
    }

    /// Makes a key, unless somebody else did meanwhile.
    async fn make(&self, algorithm: Algorithm) -> Result<TokenKey, StoreError> {
        let (id, name) = (self.random.uuid(), algorithm.name());
        let failed = |_: SigningError| StoreError::unavailable("no signing key could be made");
        let private = SigningKey::generate(&id, algorithm).and_then(|key| key.to_pkcs8()).map_err(failed)?;
        let private = self.seal.close(&self.random, name.as_bytes(), &private);
        let made = &TokenKey { id, private };
        let kept = self.store.transact(|tx| async move {
            match TOKEN_KEYS.get(&tx, &Scope::Global, &name).await? {
                Some(first) => Ok(first),
                None => {
                    TOKEN_KEYS.put(&tx, &Scope::Global, &name, made)?;
                    Ok::<_, StoreError>(made.clone())
                }
            }
        });
        kept.await
    }

    /// Drops what was read.
    pub(crate) fn forget(&self) {
        self.known.lock().clear();
    }
}
