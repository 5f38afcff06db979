//! Batches told to live tails as they are written. Nothing of it is kept: a tail shows what comes while it runs.

use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, Sender, channel};

use super::accept::Line;
use super::group::Group;
use crate::store::Millis;

/// Batches that a slow tail may be behind before it misses some.
const BEHIND: usize = 1_024;

/// A batch that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// Its group.
    pub group: Group,
    /// The name of its stream.
    pub stream: String,
    /// Its events.
    pub lines: Vec<Line>,
    /// When it was taken.
    pub ingested: Millis,
}

/// Who is told of batches.
#[derive(Debug)]
pub(crate) struct Live(Sender<Arc<Written>>);

impl Default for Live {
    fn default() -> Self {
        Self(channel(BEHIND).0)
    }
}

impl Live {
    /// Tells of a batch, if anybody listens.
    pub(crate) fn tell(&self, written: impl FnOnce() -> Written) {
        if self.0.receiver_count() > 0 {
            // Whoever listened may have gone meanwhile.
            let _ = self.0.send(Arc::new(written()));
        }
    }

    /// Listens from now on.
    pub(crate) fn listen(&self) -> Receiver<Arc<Written>> {
        self.0.subscribe()
    }
}
