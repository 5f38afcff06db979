//! The keys, in their own words.
//!
//! | file | what |
//! |---|---|
//! | `home.rs` | where a key is, and how it is named |
//! | `spec.rs`, `state.rs` | kinds of keys; states of a key |
//! | `material/` | secrets at work |
//! | `safe.rs` | secrets at rest |
//! | `ciphertext.rs` | what encrypted data looks like |
//! | `directory.rs` | finding keys |
//! | `create.rs`, `lifecycle.rs` | keys come, change, go |
//! | `rotation.rs`, `import.rs` | new material from within, from outside |
//! | `regions.rs` | keys of several regions |
//! | `aliases.rs`, `grants.rs`, `policies.rs` | names; who may |
//! | `managed.rs` | keys that AWS's services use in an account |
//! | `uses.rs` | when a key was last used |
//! | `timers.rs` | what happens when its time comes |
//! | `refusal.rs` | what is refused |

pub(crate) mod aliases;
pub(crate) mod ciphertext;
pub(crate) mod create;
mod directory;
pub(crate) mod grants;
pub(crate) mod home;
pub(crate) mod import;
mod lifecycle;
pub(crate) mod managed;
pub(crate) mod material;
pub(crate) mod policies;
pub(crate) mod refusal;
pub(crate) mod regions;
mod rotation;
mod safe;
pub(crate) mod spec;
pub(crate) mod state;
pub(crate) mod timers;
mod uses;

use std::sync::Arc;

use names::Timestamp;
use runtime::{Clock, Random};
use service_kit::CloudParts;
use store::{Scope, Store, Timers, Tx};

use home::Home;
use policies::Rules;
use refusal::Refusal;
use safe::Safe;
use uses::Uses;

use crate::store::{KEYS, KeyRecord, MATERIALS, MaterialNo, MaterialRecord};

/// The engine. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    random: Random,
    timers: Timers,
    safe: Safe,
    rules: Rules,
    uses: Uses,
}

/// A key as it was when it was looked up.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// Where it is.
    pub home: Home,
    /// What it is.
    pub record: KeyRecord,
}

impl Key {
    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        self.home.arn()
    }

    /// The id of the material in use.
    pub(crate) fn material_id(&self) -> Option<String> {
        self.record.current.map(|current| hex(&current.id))
    }
}

impl Engine {
    /// On the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store.clone(),
            clock: parts.runtime.clock.clone(),
            random: parts.runtime.random.clone(),
            timers: Timers::new(&parts.store, &parts.runtime),
            safe: Safe::new(&parts.vault),
            rules: Rules::default(),
            uses: Uses::default(),
        }))
    }

    /// Drops what is in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.safe.forget();
        self.0.rules.forget();
        self.0.uses.forget();
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn random(&self) -> &Random {
        &self.0.random
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn timers(&self) -> &Timers {
        &self.0.timers
    }

    fn safe(&self) -> &Safe {
        &self.0.safe
    }

    /// Changes what a key is, as one.
    pub(crate) async fn change<T>(
        &self,
        home: &Home,
        change: impl Fn(&mut Key) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let change = &change;
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                let answer = change(&mut key)?;
                write(&tx, &key)?;
                Ok(answer)
            })
            .await
    }
}

/// The key in a transaction.
async fn read(tx: &Tx, home: &Home) -> Result<Key, Refusal> {
    let record = KEYS.get(tx, &home.scope(), &home.id.as_str()).await?;
    let record = record.ok_or_else(|| Refusal::NoSuchKey(home.arn()))?;
    Ok(Key { home: home.clone(), record })
}

fn write(tx: &Tx, key: &Key) -> Result<(), Refusal> {
    Ok(KEYS.put(tx, &key.home.scope(), &key.home.id.as_str(), &key.record)?)
}

/// All material of a key, the oldest first.
async fn materials(
    reader: &impl store::Reader,
    scope: &Scope,
    key: &str,
) -> Result<Vec<(MaterialNo, MaterialRecord)>, Refusal> {
    let span = store::Span::prefix(&(key.to_owned(),));
    let rows = MATERIALS.scan_all(reader, scope, &span).await?;
    Ok(rows.into_iter().map(|((_, number), record)| (number, record)).collect())
}

/// Bytes as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
