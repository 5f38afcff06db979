//! Waiting for messages: whoever waits longest is woken first, and of thousands who wait one alone looks out for hidden
//! messages that show.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Engine;
use super::queue::Queue;
use super::receive::{Received, Wanted};
use super::refusal::Refusal;
use super::throttle::Call;
use std::sync::Arc;

/// The one who looks out for hidden messages that show. Leaving the post calls another to it.
struct Lookout<'a>(&'a Queue);

impl<'a> Lookout<'a> {
    fn take(queue: &'a Queue) -> Option<Self> {
        let taken = queue.lookout.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
        taken.is_ok().then_some(Self(queue))
    }
}

impl Drop for Lookout<'_> {
    fn drop(&mut self) {
        self.0.lookout.store(false, Ordering::Release);
        self.0.arrivals.notify_one();
    }
}

impl Engine {
    /// Receives messages, waiting for the first for at most `wait`. Empty when none came.
    pub(crate) async fn receive(&self, queue: &Arc<Queue>, wanted: &Wanted, wait: Duration) -> Result<Vec<Received>, Refusal> {
        if !self.0.runtime.clock.is_frozen() {
            queue.admit(Call::Receive, None, self.now())?;
        }
        if wait.is_zero() {
            return self.receive_now(queue, wanted).await;
        }
        let end = self.0.runtime.clock.wait_at_most(wait);
        tokio::pin!(end);
        let mut lookout = None;
        loop {
            let arrival = queue.arrivals.notified();
            let sooner = queue.sooner.notified();
            tokio::pin!(arrival, sooner);
            // Listening begins before looking, so that what comes in between is not missed.
            arrival.as_mut().enable();
            sooner.as_mut().enable();
            match self.receive_now(queue, wanted).await {
                Err(Refusal::TooManyInFlight) => {}
                Ok(received) if received.is_empty() => {}
                done => return done,
            }
            lookout = lookout.or_else(|| Lookout::take(queue));
            tokio::select! {
                () = arrival => {}
                () = sooner, if lookout.is_some() => {}
                () = self.until_next_shows(queue), if lookout.is_some() => {}
                () = &mut end => return Ok(Vec::new()),
                () = self.0.runtime.shutdown.requested() => return Ok(Vec::new()),
            }
        }
    }

    async fn until_next_shows(&self, queue: &Queue) {
        let next = queue.state().window.next_due();
        match next {
            Some(at) => self.0.runtime.clock.sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}
