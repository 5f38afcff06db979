//! Waiting for messages: whoever waits longest is woken first, and of thousands who wait one alone looks out for hidden
//! messages that show.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Engine;
use super::queue::Queue;
use super::receive::{Received, Wanted};
use super::refusal::Refusal;
use super::throttle::Call;

/// The one who looks out for hidden messages that show. Leaving the post calls another to it.
struct Lookout<'a>(&'a Queue);

impl<'a> Lookout<'a> {
    fn take(queue: &'a Queue) -> Option<Self> {
        let taken = queue.lookout.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
        // Not made unless taken: what is dropped gives the post away.
        taken.is_ok().then(|| Self(queue))
    }
}

impl Drop for Lookout<'_> {
    fn drop(&mut self) {
        self.0.lookout.store(false, Ordering::Release);
        self.0.post_free.notify_one();
    }
}

impl Engine {
    /// Receives messages, waiting for the first for at most `wait`. Empty when none came.
    pub(crate) async fn receive(
        &self,
        queue: &Arc<Queue>,
        wanted: &Wanted,
        wait: Duration,
    ) -> Result<Vec<Received>, Refusal> {
        if !self.0.runtime.clock.is_frozen() {
            queue.admit(Call::Receive, None, self.now())?;
        }
        if wait.is_zero() {
            return self.receive_now(queue, wanted).await;
        }
        self.await_messages(queue, wanted, wait).await
    }

    async fn last_look(&self, queue: &Arc<Queue>, wanted: &Wanted) -> Result<Vec<Received>, Refusal> {
        match self.receive_now(queue, wanted).await {
            Err(Refusal::TooManyInFlight) => Ok(Vec::new()),
            received => received,
        }
    }

    /// Waits in line for at most `wait`. The place in line is kept until an arrival calls for it. The end is looked for
    /// between receives only: one that was begun would hide messages from everyone if it were dropped.
    async fn await_messages(
        &self,
        queue: &Arc<Queue>,
        wanted: &Wanted,
        wait: Duration,
    ) -> Result<Vec<Received>, Refusal> {
        let runtime = &self.0.runtime;
        let (end, stop) = (runtime.clock.wait_at_most(wait), runtime.shutdown.requested());
        let (arrival, post_free) = (queue.arrivals.notified(), queue.post_free.notified());
        tokio::pin!(end, stop, arrival, post_free);
        // Listening begins before looking, so that what comes in between is not missed.
        arrival.as_mut().enable();
        post_free.as_mut().enable();
        let mut lookout = None;
        loop {
            let sooner = queue.sooner.notified();
            tokio::pin!(sooner);
            sooner.as_mut().enable();
            match self.receive_now(queue, wanted).await {
                Err(Refusal::TooManyInFlight) => {}
                Ok(received) if received.is_empty() => {}
                Err(refusal) => {
                    // Whatever called for this one is left for another.
                    queue.arrivals.notify_one();
                    return Err(refusal);
                }
                done => return done,
            }
            lookout = lookout.or_else(|| Lookout::take(queue));
            tokio::select! {
                () = &mut arrival => {
                    arrival.set(queue.arrivals.notified());
                    arrival.as_mut().enable();
                }
                () = &mut post_free, if lookout.is_none() => {
                    post_free.set(queue.post_free.notified());
                    post_free.as_mut().enable();
                }
                () = sooner, if lookout.is_some() => {}
                () = self.until_next_shows(queue), if lookout.is_some() => {}
                // A jump of the clock may end the wait and show a message at once.
                () = &mut end => return self.last_look(queue, wanted).await,
                () = &mut stop => return Ok(Vec::new()),
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
