//! The threads behind the committer: one sorts full memtables into files, one merges files; both let go of what nobody
//! needs. They are two because a merge may take a second, and writers must not wait for it.

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

/// Size of a sorted file. The first level holds as many bytes as this times [`L0_RUNS`], and a merge rewrites what it overlaps
/// of it: with files of 64 MiB a queue of a million messages was rewritten whole again and again (0.6 of a core).
const TABLE: u64 = 8 * 1024 * 1024;

/// Memtables waiting to be sorted before writers wait too.
const BACKLOG: usize = 2;
/// Unmerged files a read has to look into before writers wait for the merge.
const UNMERGED: usize = 20;
/// Runs of unmerged files from which on they are merged. Each more is one more to look into for reads that the filters let
/// pass, and spares rewriting what they are merged with: 8 instead of 4 saves a third of the merging.
const L0_RUNS: u8 = 8;
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
    sorting: bool,
    /// Files were added since the last merge began.
    unsettled: bool,
    merging: bool,
    closed: bool,
    /// How often the sorting was ended, well or not.
    attempts: u64,
    /// How the sorting ended the last time, if not well.
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

    /// Whether nothing waits to be sorted.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state.lock();
        !state.sorting && state.waiting == 0
    }

    /// Waits while the janitor is too far behind. If that is because of an error, it is tried again once before this
    /// fails: there may be room on the disk by now.
    pub(super) fn wait_for_room(&self) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        let attempts = state.attempts;
        while state.waiting >= BACKLOG || state.merging && state.unmerged >= UNMERGED {
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

    /// Ends the janitor: what waits is still sorted, but nothing merged any more.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }
}

/// What each of the janitor's threads owns.
#[derive(Clone)]
pub(super) struct JanitorThread {
    pub(super) janitor: Arc<Janitor>,
    pub(super) published: Arc<Published>,
    pub(super) tree: LocalTree,
    pub(super) log_dir: PathBuf,
}

impl JanitorThread {
    /// Sorts until it is closed.
    pub(super) fn run_sorter(self) {
        while let Some((sealed, waiting)) = self.next_to_sort() {
            let outcome = self.sort(sealed);
            if self.sorted(waiting, outcome) {
                return;
            }
        }
    }

    /// Merges until it is closed.
    pub(super) fn run_merger(self) {
        while self.next_to_merge() {
            let outcome = self.merge();
            self.merged(outcome);
        }
    }

    /// Waits for memtables to sort; none once closed.
    fn next_to_sort(&self) -> Option<(u64, usize)> {
        let mut state = self.janitor.state.lock();
        while state.waiting == 0 {
            if state.closed {
                return None;
            }
            self.janitor.changed.wait(&mut state);
        }
        state.sorting = true;
        Some((state.sealed, state.waiting))
    }

    /// Waits for files to merge; false once closed.
    fn next_to_merge(&self) -> bool {
        let mut state = self.janitor.state.lock();
        while !state.unsettled && !state.closed {
            self.janitor.changed.wait(&mut state);
        }
        state.unsettled = false;
        state.merging = !state.closed;
        state.merging
    }

    /// Writes every full memtable into sorted files; then its segments of the log are not needed.
    fn sort(&self, sealed: u64) -> Result<(), StoreError> {
        let lock = self.tree.tree.get_flush_lock();
        self.tree.tree.flush(&lock, self.tree.watermark()).map_err(tree_error)?;
        drop(lock);
        release(&self.log_dir, sealed).map_err(StoreError::unavailable)?;
        make_spare(&self.log_dir).map_err(StoreError::unavailable)?;
        self.forget()
    }

    /// Notes how the sorting ended; after an error waits a while. Tells whether to give up because the store closes.
    fn sorted(&self, waiting: usize, outcome: Result<(), StoreError>) -> bool {
        let mut state = self.janitor.state.lock();
        state.sorting = false;
        state.attempts += 1;
        state.failure = outcome.err();
        if state.failure.is_none() {
            state.waiting -= waiting;
            state.unmerged = self.tree.tree.l0_run_count();
            state.unsettled = true;
        }
        self.janitor.changed.notify_all();
        let Some(failure) = &state.failure else { return false };
        tracing::error!(error = %failure, "sorting the log into files failed; it is tried again");
        if !state.closed {
            self.janitor.changed.wait_for(&mut state, RETRY);
        }
        state.closed
    }

    /// Merges files until there is nothing to gain.
    fn merge(&self) -> Result<(), StoreError> {
        let strategy = Leveled::default().with_l0_threshold(L0_RUNS).with_table_target_size(TABLE);
        let strategy = Arc::new(strategy);
        let mut before = self.shape();
        while !self.janitor.state.lock().closed {
            self.tree.tree.compact(strategy.clone(), self.tree.watermark()).map_err(tree_error)?;
            let after = self.shape();
            if after == before {
                break;
            }
            before = after;
            self.janitor.state.lock().unmerged = self.tree.tree.l0_run_count();
            self.janitor.changed.notify_all();
        }
        self.forget()
    }

    /// Notes how the merging ended. After an error, such as a full disk, it waits for the next sorted files; nothing is
    /// lost by that but some speed.
    fn merged(&self, outcome: Result<(), StoreError>) {
        self.janitor.state.lock().merging = false;
        self.janitor.changed.notify_all();
        if let Err(error) = outcome {
            tracing::error!(%error, "merging files failed; it is tried again");
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

    /// How many files lie where: a merge that changes nothing of it had nothing to do.
    fn shape(&self) -> Vec<Option<usize>> {
        let runs = [Some(self.tree.tree.l0_run_count()), Some(self.tree.tree.blob_file_count())];
        runs.into_iter().chain((0..7).map(|level| self.tree.tree.level_table_count(level))).collect()
    }
}
