//! An engine that fails when told to: for tests of what stands on the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::error::{CommitError, StoreError};
use crate::kv::{BoxFuture, Commit, Kv, Snapshot, Version};
use crate::watch::Watch;

/// What happens to a commit that was chosen to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails and changes nothing: a full disk.
    Refused,
    /// It happens, and the caller is told that it failed: an answer lost, a sync that failed too late.
    AnswerLost,
    /// It conflicts, though nothing it read has changed.
    Conflict,
    /// It happens after the caller let `n` others run.
    Delayed(u32),
}

/// A wrapper around an engine. Clones of the `Arc` share the plan.
pub struct Faulty {
    inner: Arc<dyn Kv>,
    commits: AtomicU64,
    plan: Mutex<Plan>,
    dead: AtomicBool,
}

/// Decides the fate of the commit with a number, counted from 1.
type Plan = Box<dyn FnMut(u64) -> Option<Fault> + Send>;

impl Faulty {
    /// Lets everything through until a plan is set.
    pub fn new(inner: Arc<dyn Kv>) -> Self {
        Self { inner, commits: AtomicU64::new(0), plan: Mutex::new(Box::new(|_| None)), dead: AtomicBool::new(false) }
    }

    /// Lets `plan` decide about each commit from now on, by its number since the engine was made.
    pub fn plan(&self, plan: impl FnMut(u64) -> Option<Fault> + Send + 'static) {
        *self.plan.lock() = Box::new(plan);
    }

    /// Fails one commit: the `nth` since the engine was made.
    pub fn fail(&self, nth: u64, fault: Fault) {
        self.plan(move |number| (number == nth).then_some(fault));
    }

    /// The process dies: every call fails from now on. What was acknowledged is in the engine below, to be opened again.
    pub fn kill(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }

    /// Commits tried so far.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    fn alive(&self) -> Result<(), StoreError> {
        if self.dead.load(Ordering::SeqCst) { Err(StoreError::unavailable("killed by a test")) } else { Ok(()) }
    }
}

impl Kv for Faulty {
    fn snapshot(&self) -> BoxFuture<'_, Result<Arc<dyn Snapshot>, StoreError>> {
        Box::pin(async move {
            self.alive()?;
            self.inner.snapshot().await
        })
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Version, CommitError>> {
        Box::pin(async move {
            self.alive()?;
            let number = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
            let fault = (self.plan.lock())(number);
            match fault {
                Some(Fault::Refused) => return Err(StoreError::unavailable("refused by a test").into()),
                Some(Fault::Conflict) => return Err(CommitError::Conflict),
                Some(Fault::Delayed(turns)) => {
                    for _ in 0..turns {
                        tokio::task::yield_now().await;
                    }
                }
                Some(Fault::AnswerLost) | None => {}
            }
            let outcome = self.inner.commit(commit).await;
            self.alive()?;
            if fault == Some(Fault::AnswerLost) {
                return Err(StoreError::unavailable("the answer was lost by a test").into());
            }
            outcome
        })
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.inner.watch(prefix)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.close()
    }
}
