//! Which states some reader still holds: nothing they show may be dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// How many readers hold each state, by a number that grows with each state.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<BTreeMap<u64, usize>>);

impl Held {
    /// Holds the state `at` until the hold is dropped.
    pub(crate) fn hold(self: &Arc<Self>, at: u64) -> Hold {
        *self.0.lock().entry(at).or_insert(0) += 1;
        Hold { at, held: self.clone() }
    }

    /// The oldest state held.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.0.lock().keys().next().copied()
    }
}

/// Keeps one state.
#[derive(Debug)]
pub(crate) struct Hold {
    at: u64,
    held: Arc<Held>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut states = self.held.0.lock();
        if let Some(count) = states.get_mut(&self.at) {
            *count -= 1;
            if *count == 0 {
                states.remove(&self.at);
            }
        }
    }
}
