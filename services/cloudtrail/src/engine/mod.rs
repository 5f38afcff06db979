//! The engine: events of calls, who selects them, where they are kept and how they are delivered.
//!
//! | file | what |
//! |---|---|
//! | `recorder.rs` | told of every call |
//! | `event/` | what a call leaves behind |
//! | `selectors.rs`, `sinks.rs` | what is selected; by whom, known in memory |
//! | `kept.rs` | the queue that writes events |
//! | `chunk.rs`, `history.rs`, `attribute.rs` | events packed together; looking them up |
//! | `trail.rs`, `data_store.rs` | changing trails and event data stores |
//! | `delivery/` | log files, digests, what is held |
//! | `bus/` | events for rules of EventBridge |
//! | `insight/` | unusual rates |
//! | `throttle.rs` | how often may be looked up |
//! | `usage.rs` | what each principal has used |

pub(crate) mod attribute;
pub(crate) mod bus;
pub(crate) mod chunk;
pub(crate) mod data_store;
pub(crate) mod delivery;
pub(crate) mod event;
pub(crate) mod history;
pub(crate) mod insight;
pub(crate) mod kept;
mod recorder;
pub(crate) mod selectors;
pub(crate) mod sinks;
pub(crate) mod throttle;
pub(crate) mod trail;
pub(crate) mod usage;

use std::sync::Arc;
use std::time::Duration;

use runtime::Runtime;
use store::{Outbox, Seal, Store, StoreError, Vault};
use tokio::sync::Mutex;

use bus::Listeners;
use kept::Queue;
use sinks::{Selected, Sinks};
use throttle::Throttle;
use usage::Usage;

/// The pause before the sinks are read again that could not be read.
const RETRY: Duration = Duration::from_millis(100);

/// Handle on the engine. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    sinks: Sinks,
    queue: Queue,
    listeners: Listeners,
    usage: Usage,
    lookups: Throttle,
    keys: Seal,
    outbox: Outbox,
    packing: Mutex<()>,
}

impl Engine {
    /// An engine on a store.
    pub(crate) fn new(store: Store, runtime: Runtime, vault: &Vault) -> Self {
        let (sinks, queue) = (Sinks::new(store.clone()), Queue::new(store.clone(), runtime.clone()));
        let keys = vault.seal("cloudtrail/signing-key");
        let (outbox, packing) = (Outbox::new(&store, "cloudtrail", &runtime), Mutex::default());
        Self(Arc::new(Inner {
            store,
            runtime,
            sinks,
            queue,
            listeners: Listeners::default(),
            usage: Usage::new(),
            lookups: Throttle::default(),
            keys,
            outbox,
            packing,
        }))
    }

    /// Where everything is kept.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Clock, randomness, shutdown.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// Who gets which events.
    pub(crate) fn sinks(&self) -> &Sinks {
        &self.0.sinks
    }

    /// Events that wait to be written.
    pub(crate) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    /// Who listens on buses.
    pub(crate) fn listeners(&self) -> &Listeners {
        &self.0.listeners
    }

    /// What each principal has used.
    pub(crate) fn usage(&self) -> &Usage {
        &self.0.usage
    }

    /// How often may be looked up.
    pub(crate) fn lookups(&self) -> &Throttle {
        &self.0.lookups
    }

    /// Seals the keys that sign digests.
    pub(crate) fn keys(&self) -> &Seal {
        &self.0.keys
    }

    /// What is to be delivered to other services.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// Held by whoever makes files: of one event one file.
    fn packing(&self) -> &Mutex<()> {
        &self.0.packing
    }

    /// Drops all that is only in memory and can be read again.
    pub(crate) fn forget(&self) {
        self.0.sinks.forget();
        self.0.listeners.forget();
        self.0.usage.forget();
    }

    /// All sinks, however long it takes to read them. Ends only with the store.
    async fn all_sinks(&self) -> Arc<Selected> {
        loop {
            match self.sinks().get().await {
                Ok(sinks) => return sinks,
                Err(StoreError::Closed) => std::future::pending().await,
                Err(error) => tracing::error!(%error, "cannot read who selects events; calls wait"),
            }
            self.runtime().clock.wait_at_most(RETRY).await;
        }
    }
}
