//! One flag, set once, that everyone may await.

use std::sync::Arc;

use tokio::sync::watch;

/// Whether the process is to end. Clones share it; a request cannot be taken back.
#[derive(Clone, Debug)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// Not yet requested.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Asks everyone to end.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked for.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it was asked for.
    pub async fn requested(&self) {
        // The sender lives in `self`, so the channel cannot be closed here.
        let _ = self.0.subscribe().wait_for(|requested| *requested).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn wakes_all_who_wait_and_all_who_come_late() {
        let shutdown = Shutdown::new();
        let mut waiting = Box::pin(shutdown.requested());
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        shutdown.clone().request();
        waiting.await;
        shutdown.requested().await;
        assert!(shutdown.is_requested());
    }
}
