//! Where the processes inside and the life outside meet: what is offered to the runtime, what it answers, what extensions
//! wait for. Handlers of the APIs are here for a moment each; nothing waits while it holds the lock.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{Notify, mpsc};

/// What a runtime is offered.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) id: String,
    pub(super) payload: Bytes,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) limit: usize,
    pub(super) answers: mpsc::Sender<Answer>,
}

/// What a runtime answers, in order.
#[derive(Debug)]
pub(super) enum Answer {
    /// The content type, and whether it streams.
    Begin(String, bool),
    Piece(Bytes),
    Done,
    /// The handler failed: the JSON of it.
    Failed(Bytes),
    /// It answered more than it may.
    TooLarge,
}

/// An extension that has registered.
#[derive(Debug, Default)]
pub(super) struct Extension {
    pub(super) name: String,
    pub(super) invoke: bool,
    pub(super) shutdown: bool,
    /// A `next` of it is open.
    pub(super) waits: bool,
    pub(super) events: VecDeque<Value>,
    pub(super) failed: bool,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// Waits for the runtime.
    pub(super) offer: Option<Offer>,
    /// Was taken by the runtime and is not answered yet.
    pub(super) current: Option<Offer>,
    /// The runtime's `next` is open: it is ready.
    pub(super) ready: bool,
    /// What the runtime told of its init, or of its end.
    pub(super) init_error: Option<Bytes>,
    pub(super) extensions: BTreeMap<String, Extension>,
}

/// Shared by the life of an environment and the handlers of its APIs.
#[derive(Debug, Default)]
pub(super) struct Stage {
    state: Mutex<State>,
    changed: Notify,
}

impl Stage {
    /// Changes or reads, and wakes all who wait for something.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let done = act(&mut self.state.lock());
        self.changed.notify_waiters();
        done
    }

    /// Waits until `look` finds something. It looks anew after each change.
    pub(super) async fn until<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before looking: a change between the two is not missed.
            changed.as_mut().enable();
            if let Some(found) = look(&mut self.state.lock()) {
                self.changed.notify_waiters();
                return found;
            }
            changed.await;
        }
    }

    /// Whether the runtime and all extensions wait for what comes next.
    pub(super) async fn quiet(&self) {
        self.until(|state| (state.ready && state.extensions.values().all(|extension| extension.waits)).then_some(()))
            .await;
    }

    /// Tells the extensions that asked for it.
    pub(super) fn announce(&self, wants: impl Fn(&Extension) -> bool, event: &Value) -> usize {
        self.with(|state| {
            let told = state.extensions.values_mut().filter(|extension| wants(extension) && !extension.failed);
            told.map(|extension| {
                extension.events.push_back(event.clone());
                extension.waits = false;
            })
            .count()
        })
    }
}
