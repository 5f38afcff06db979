//! The thread that commits: takes all that wait, judges them, writes one frame, syncs once, answers all.

use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use super::janitor::Janitor;
use super::log::{Frame, Log, SEGMENT, entries};
use super::tree::{LocalSnapshot, LocalTree};
use crate::error::{CommitError, StoreError};
use crate::kv::{Commit, Snapshot, Version};
use crate::resolver::Resolver;
use crate::watch::Registry;

/// A group ends at this many bytes, so that no one waits for the sync of everyone's large values.
const GROUP: usize = 2 * 1024 * 1024;
/// Changes not yet in sorted files, in bytes, from which on the janitor is asked to sort them. Small: after a crash they
/// are read again from the log before the first request is answered.
const MEMTABLE: u64 = 4 * 1024 * 1024;
/// The same while the janitor is still busy: it may fall behind by this much before writers wait.
const MEMTABLE_AT_MOST: u64 = 12 * 1024 * 1024;

type Answer = oneshot::Sender<Result<Version, CommitError>>;

/// A commit and who waits for it.
struct Request {
    commit: Commit,
    answer: Answer,
}

impl Request {
    /// Whoever waited may have gone; what was committed stands.
    fn answer(self, outcome: Result<Version, CommitError>) {
        let _ = self.answer.send(outcome);
    }
}

/// Where commits wait.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    requests: Vec<Request>,
    closed: bool,
}

impl Queue {
    /// Hands a commit to the committer.
    pub(super) fn commit(&self, commit: Commit) -> oneshot::Receiver<Result<Version, CommitError>> {
        let (answer, answered) = oneshot::channel();
        self.push(Request { commit, answer });
        answered
    }

    /// What waits is still committed; what comes later is refused.
    pub(super) fn close(&self) {
        self.waiting.lock().closed = true;
        self.filled.notify_one();
    }

    fn push(&self, request: Request) {
        let mut waiting = self.waiting.lock();
        // Dropping the request drops its answer's sender, which the caller reads as closed.
        if !waiting.closed {
            waiting.requests.push(request);
            drop(waiting);
            self.filled.notify_one();
        }
    }

    /// Waits for requests and takes all; false once closed and empty.
    fn take(&self, requests: &mut Vec<Request>) -> bool {
        let mut waiting = self.waiting.lock();
        while waiting.requests.is_empty() {
            if waiting.closed {
                return false;
            }
            self.filled.wait(&mut waiting);
        }
        std::mem::swap(&mut waiting.requests, requests);
        true
    }
}

/// The newest state that readers may see.
pub(super) struct Published {
    newest: ArcSwap<LocalSnapshot>,
    /// Held from the first sequence number of a group until the group is published.
    committing: Mutex<()>,
}

impl Published {
    /// Begins with a state.
    pub(super) fn new(first: LocalSnapshot) -> Self {
        Self { newest: ArcSwap::from_pointee(first), committing: Mutex::default() }
    }

    /// The newest state.
    pub(super) fn newest(&self) -> Arc<LocalSnapshot> {
        self.newest.load_full()
    }

    /// Shows the same state by its newest form, so that files which only the older form needed can go.
    pub(super) fn refresh(&self, tree: &LocalTree) {
        let _committing = self.committing.lock();
        let version = self.newest.load().version();
        self.newest.store(Arc::new(tree.snapshot(version, tree.seqno.get())));
    }
}

/// All that the committing thread owns.
pub(super) struct Committer {
    pub(super) queue: Arc<Queue>,
    pub(super) tree: LocalTree,
    pub(super) log: Log,
    pub(super) sync: bool,
    pub(super) published: Arc<Published>,
    pub(super) watches: Arc<Registry>,
    pub(super) janitor: Arc<Janitor>,
    pub(super) resolver: Resolver,
    pub(super) frame: Frame,
}

impl Committer {
    /// Commits until the queue is closed, then leaves the rest of the tree to be flushed.
    pub(super) fn run(mut self) {
        let mut requests = Vec::new();
        while self.queue.take(&mut requests) {
            let mut waiting = requests.drain(..).peekable();
            while waiting.peek().is_some() {
                match self.janitor.wait_for_room() {
                    Ok(()) => self.commit_group(&mut waiting),
                    Err(error) => waiting.by_ref().for_each(|request| request.answer(Err(error.clone().into()))),
                }
            }
        }
        self.rotate();
    }

    fn commit_group(&mut self, waiting: &mut impl Iterator<Item = Request>) {
        let published = self.published.clone();
        let committing = published.committing.lock();
        let version = Version(published.newest.load().version().0 + 1);
        let (mut admitted, mut conflicting) = (Vec::new(), Vec::new());
        let mut seqno = 0;
        while self.frame.len() < GROUP {
            let Some(request) = waiting.next() else { break };
            if self.resolver.admits(&request.commit) {
                seqno = self.tree.seqno.next();
                self.resolver.admit(&request.commit.writes, version);
                self.frame.push(seqno, &request.commit.writes);
                admitted.push(request);
            } else {
                conflicting.push(request);
            }
        }
        let written = if admitted.is_empty() { Ok(0) } else { self.write(version, seqno) };
        drop(committing);
        // Not earlier: whoever conflicts with this group must find it when it reads again.
        conflicting.into_iter().for_each(|one| one.answer(Err(CommitError::Conflict)));
        if written.is_ok() {
            self.watches.tell(admitted.iter().flat_map(|one| &one.commit.writes));
        }
        let outcome = written.as_ref().map(|_| version).map_err(CommitError::clone);
        admitted.into_iter().for_each(|one| one.answer(outcome.clone()));
        if let Ok(size) = written {
            self.rotate_if_large(size);
        }
    }

    /// Makes the frame durable, then visible; returns the bytes of all changes not yet in sorted files.
    fn write(&mut self, version: Version, last_seqno: u64) -> Result<u64, CommitError> {
        match self.log.append(&mut self.frame, self.sync) {
            Ok(frame) => {
                let size = self.apply(&frame);
                self.publish(version, last_seqno + 1);
                Ok(size)
            }
            Err(error) => {
                // The resolver knows this version now: readers must get past it, or they would conflict for ever.
                self.publish(version, self.published.newest.load().below());
                Err(StoreError::unavailable(error).into())
            }
        }
    }

    /// Puts a durable frame into the tree. The tree keeps slices of it: no copy, no allocation a value.
    fn apply(&self, frame: &Bytes) -> u64 {
        let mut size = 0;
        entries(frame, |entry| size = self.tree.apply(entry.write, entry.seqno))
            .expect("this frame was encoded a moment ago");
        size
    }

    fn publish(&self, version: Version, below: u64) {
        self.published.newest.store(Arc::new(self.tree.snapshot(version, below)));
    }

    fn rotate_if_large(&mut self, size: u64) {
        let large = size >= MEMTABLE || self.log.len() >= SEGMENT / 2;
        if large && (self.janitor.is_idle() || size >= MEMTABLE_AT_MOST) {
            self.rotate();
        }
    }

    /// Ends the log's segment together with the tree's memtable, and asks the janitor to sort what it holds.
    fn rotate(&mut self) {
        match self.log.seal() {
            Ok(Some(sealed)) => {
                self.tree.rotate();
                self.janitor.flush(sealed);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a segment of the log cannot be ended; it goes on"),
        }
    }
}
