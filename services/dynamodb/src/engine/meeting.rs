//! How the two services of one cloud meet. DynamoDB Streams must not pass a sequence number that a writer has under way, and
//! only the engine that gives out numbers knows which are. The two services are made apart from each other, on one store: so
//! the engine that writes leaves its name in the store, and a note in the process under which the other finds it.

use std::collections::HashMap;
use std::sync::{LazyLock, Weak};

use bytes::Bytes;
use parking_lot::Mutex;
use store::{Batch, Raw, RawTable, Scope, StoreError, Table};

use super::{Engine, Inner};
use crate::store::SERVICE;

/// The engine that writes, by the name it gave itself.
const WRITER: RawTable<String> = Table::new(SERVICE, "writer");
const KEY: &str = "writer";

/// Engines of this process that write. A name in a store that nobody here has is that of an earlier process.
static WRITERS: LazyLock<Mutex<HashMap<u128, Weak<Inner>>>> = LazyLock::new(Mutex::default);

impl Engine {
    /// Makes known that this engine writes.
    pub(super) async fn announce(&self) -> Result<(), StoreError> {
        let name = {
            let mut writers = WRITERS.lock();
            writers.retain(|_, engine| engine.strong_count() > 0);
            // Clouds with the same seed, as in tests, draw the same names.
            let mut name = self.random().u128();
            while writers.contains_key(&name) {
                name = self.random().u128();
            }
            writers.insert(name, std::sync::Arc::downgrade(&self.0));
            name
        };
        let batch = Batch::new();
        WRITER.put(&batch, &Scope::Global, &KEY, &Raw(Bytes::copy_from_slice(&name.to_be_bytes())))?;
        self.store().write(batch).await?;
        Ok(())
    }

    /// The engine that writes to this store; this one, when none does.
    pub(crate) async fn writer(&self) -> Result<Self, StoreError> {
        let view = self.store().read().await?;
        let name = WRITER.get(&view, &Scope::Global, &KEY).await?;
        let name = name.and_then(|Raw(name)| <[u8; 16]>::try_from(&name[..]).ok()).map(u128::from_be_bytes);
        let found = name.and_then(|name| WRITERS.lock().get(&name).and_then(Weak::upgrade));
        if let Some(engine) = found {
            return Ok(Self(engine));
        }
        // Nobody has written since this process began: what is there is from before.
        self.learn_sequence().await?;
        Ok(self.clone())
    }
}
