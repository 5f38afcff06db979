//! Background tasks: counted, so that a test can wait for quiet; their panics caught, so that none is silent.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Where background work is spawned. Clones share the counts.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    running: watch::Sender<usize>,
    spawned: AtomicU64,
    panics: AtomicU64,
    handles: Mutex<HashMap<u64, AbortHandle>>,
}

impl Tasks {
    /// None running.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `future` in the background on the current tokio runtime. A panic in it is caught, logged with `name` and
    /// counted; it ends this task only.
    pub fn spawn<F>(&self, name: impl Into<String>, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let id = self.0.spawned.fetch_add(1, Ordering::Relaxed);
        let running = Running { id, inner: self.0.clone() };
        self.0.running.send_modify(|count| *count += 1);
        // Held across the spawn: a task that ends at once finds its handle to remove.
        let mut handles = self.0.handles.lock();
        let task = tokio::spawn(guarded(name.into(), future, running));
        handles.insert(id, task.abort_handle());
    }

    /// Tasks that have not ended.
    pub fn running(&self) -> usize {
        *self.0.running.borrow()
    }

    /// Tasks that ended in a panic, since the start.
    pub fn panics(&self) -> u64 {
        self.0.panics.load(Ordering::Relaxed)
    }

    /// Returns once no task runs.
    pub async fn wait_idle(&self) {
        // The sender lives in `self`, so the channel cannot be closed here.
        let _ = self.0.running.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Ends every task at its next await; [`Tasks::wait_idle`] tells when they are gone.
    pub fn abort_all(&self) {
        let handles: Vec<_> = self.0.handles.lock().values().cloned().collect();
        handles.iter().for_each(AbortHandle::abort);
    }
}

async fn guarded<F: Future<Output = ()>>(name: String, future: F, running: Running) {
    if let Err(panic) = AssertUnwindSafe(future).catch_unwind().await {
        running.inner.panics.fetch_add(1, Ordering::Relaxed);
        tracing::error!(task = name, panic = text_of(&*panic), "a background task panicked");
    }
    drop(running);
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Lives as long as its task, however that ends.
struct Running {
    id: u64,
    inner: Arc<Inner>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.inner.handles.lock().remove(&self.id);
        self.inner.running.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn counts_and_waits() {
        let tasks = Tasks::new();
        tasks.wait_idle().await;
        for _ in 0..10 {
            tasks.spawn("yields", tokio::task::yield_now());
        }
        assert_eq!(tasks.running(), 10);
        tasks.wait_idle().await;
        assert_eq!((tasks.running(), tasks.panics()), (0, 0));
        assert!(tasks.0.handles.lock().is_empty());
    }

    #[tokio::test]
    async fn a_panic_is_counted_and_ends_one_task_only() {
        let tasks = Tasks::new();
        tasks.spawn("breaks", async { panic!("on purpose") });
        tasks.spawn("goes on", tokio::task::yield_now());
        tasks.wait_idle().await;
        assert_eq!(tasks.panics(), 1);
    }

    #[tokio::test]
    async fn can_end_all() {
        let tasks = Tasks::new();
        tasks.spawn("for ever", std::future::pending());
        tokio::task::yield_now().await;
        tasks.abort_all();
        tasks.wait_idle().await;
        assert_eq!(tasks.panics(), 0);
    }
}
