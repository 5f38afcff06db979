//! The thread behind the committer: sorts full memtables into files, merges files, lets go of what nobody needs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lsm_tree::AbstractTree;
use lsm_tree::compaction::Leveled;
use parking_lot::{Condvar, Mutex};

use super::committer::Published;
use super::log::{make_spare, release};
use super::tree::{LocalTree, tree_error};
use crate::error::StoreError;

/// Memtables waiting to be sorted before writers wait too.
const BACKLOG: usize = 2;
/// Unmerged files a read has to look into before writers wait for the merge.
const UNMERGED: usize = 20;
/// After an error, such as a full disk, the janitor tries again this often. Real time: it is about the disk.
const RETRY: Duration = Duration::from_secs(1);

/// What the committer and the janitor tell each other.
#[derive(Default)]
pub(super) struct Janitor {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Memtables of the segments up to here wait to be sorted.
    sealed: u64,
    waiting: usize,
    unmerged: usize,
    busy: bool,
    closed: bool,
    /// How often the work was ended, well or not.
    attempts: u64,
    /// How it ended the last time, if not well.
    failure: Option<StoreError>,
}

impl Janitor {
    /// Asks for the memtables of the segments up to `sealed` to be sorted.
    pub(super) fn flush(&self, sealed: u64) {
        let mut state = self.state.lock();
        state.sealed = sealed;
        state.waiting += 1;
        self.changed.notify_all();
    }

    /// Whether it has nothing to do.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state.lock();
        !state.busy && state.waiting == 0
    }

    /// Waits while the janitor is too far behind. If that is because of an error, it is tried again once before this
    /// fails: there may be room on the disk by now.
    pub(super) fn wait_for_room(&self) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        let attempts = state.attempts;
        while state.waiting >= BACKLOG || state.busy && state.unmerged >= UNMERGED {
            match &state.failure {
                Some(failure) if state.attempts > attempts => return Err(failure.clone()),
                Some(_) => {
                    self.changed.notify_all();
                }
                None => {}
            }
            self.changed.wait(&mut state);
        }
        Ok(())
    }

    /// Ends the janitor after what it was asked to do.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }
}

/// All that the janitor's thread owns.
pub(super) struct JanitorThread {
    pub(super) janitor: Arc<Janitor>,
    pub(super) published: Arc<Published>,
    pub(super) tree: LocalTree,
    pub(super) log_dir: PathBuf,
}

impl JanitorThread {
    /// Works until it is closed.
    pub(super) fn run(self) {
        while let Some((sealed, waiting)) = self.next() {
            let outcome = self.sort(sealed).and_then(|()| {
                self.done(waiting);
                self.merge()
            });
            if self.report(outcome) {
                return;
            }
        }
    }

    /// Waits for memtables to sort; none once closed.
    fn next(&self) -> Option<(u64, usize)> {
        let mut state = self.janitor.state.lock();
        while state.waiting == 0 {
            if state.closed {
                return None;
            }
            self.janitor.changed.wait(&mut state);
        }
        state.busy = true;
        Some((state.sealed, state.waiting))
    }

    /// Writes every full memtable into sorted files; then its segments of the log are not needed.
    fn sort(&self, sealed: u64) -> Result<(), StoreError> {
        let lock = self.tree.tree.get_flush_lock();
        self.tree.tree.flush(&lock, self.tree.watermark()).map_err(tree_error)?;
        drop(lock);
        release(&self.log_dir, sealed).map_err(StoreError::unavailable)?;
        make_spare(&self.log_dir).map_err(StoreError::unavailable)
    }

    fn done(&self, waiting: usize) {
        let mut state = self.janitor.state.lock();
        state.waiting -= waiting;
        state.unmerged = self.tree.tree.l0_run_count();
        self.janitor.changed.notify_all();
    }

    /// Merges files until there is nothing to gain, or memtables wait again.
    fn merge(&self) -> Result<(), StoreError> {
        loop {
            let before = self.shape();
            self.tree.tree.compact(Arc::new(Leveled::default()), self.tree.watermark()).map_err(tree_error)?;
            if self.shape() == before {
                return self.forget();
            }
            self.done(0);
            if self.janitor.state.lock().waiting > 0 {
                return self.forget();
            }
        }
    }

    /// Lets go of files and memtables that only past states needed. The newest snapshot may be older than the last
    /// flush, so it is made anew first.
    fn forget(&self) -> Result<(), StoreError> {
        self.published.refresh(&self.tree);
        let config = self.tree.tree.tree_config();
        let mut versions = self.tree.tree.get_version_history_lock();
        versions.maintenance(&config.path, self.tree.watermark()).map_err(tree_error)
    }

    fn shape(&self) -> Vec<Option<usize>> {
        let runs = [Some(self.tree.tree.l0_run_count()), Some(self.tree.tree.blob_file_count())];
        runs.into_iter().chain((0..7).map(|level| self.tree.tree.level_table_count(level))).collect()
    }

    /// Notes how the work ended; after an error waits a while. Tells whether to give up because the store closes.
    fn report(&self, outcome: Result<(), StoreError>) -> bool {
        let mut state = self.janitor.state.lock();
        state.busy = false;
        state.failure = outcome.err();
        state.attempts += 1;
        self.janitor.changed.notify_all();
        let Some(failure) = &state.failure else { return false };
        tracing::error!(error = %failure, "sorting the log into files failed; it is tried again");
        if !state.closed {
            self.janitor.changed.wait_for(&mut state, RETRY);
        }
        state.closed
    }
}
