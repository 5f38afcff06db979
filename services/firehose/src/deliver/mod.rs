//! Delivering: what waits becomes a flight, which is processed, delivered and only then removed. A flight that a crash cut
//! short is made again with the same records and the same names of objects, so that objects are written over, not twice.
//!
//! | file | what |
//! |---|---|
//! | `flight.rs` | one flight |
//! | `objects.rs` | records as objects of S3 |
//! | `endpoint.rs` | records to endpoints |
//! | `source.rs` | records from a stream of Kinesis |

mod endpoint;
mod flight;
mod objects;
pub(crate) mod source;

use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use service_kit::Cloud;

use crate::Firehose;
use crate::engine::stream::Stream;
use crate::limits;

/// Everything that delivering needs.
#[derive(Clone)]
pub(crate) struct Post {
    /// The cloud.
    pub cloud: Cloud,
    /// The service.
    pub firehose: Arc<Firehose>,
    /// The delivery stream.
    pub stream: Arc<Stream>,
}

/// What is to be done next.
enum Next {
    /// Nothing waits.
    Nothing,
    /// Something is to be delivered now.
    Deliver,
    /// Something is to be delivered at an instant, or when there is more.
    Wait(Timestamp),
}

impl Post {
    /// Sees to it that somebody delivers what waits.
    pub(crate) fn serve(&self) {
        let idle = !std::mem::replace(&mut self.stream.pending.lock().served, true);
        if idle {
            let post = self.clone();
            self.cloud.runtime().tasks.spawn("firehose.deliver", async move { post.run().await });
        }
    }

    async fn run(self) {
        let (mut failures, mut flight) = (0, None);
        loop {
            if self.stream.is_gone() || self.cloud.runtime().shutdown.is_requested() {
                self.stream.pending.lock().served = false;
                return;
            }
            let resumed = match self.resumes(&mut flight).await {
                Ok(resumed) => resumed,
                Err(error) => {
                    tracing::warn!(%error, "a buffer cannot be read");
                    self.back_off(&mut failures).await;
                    continue;
                }
            };
            match if resumed { Next::Deliver } else { self.next() } {
                Next::Nothing => return,
                Next::Wait(until) => self.wait(until).await,
                Next::Deliver => match self.fly(&mut flight).await {
                    Ok(()) => (failures, flight) = (0, None),
                    Err(error) => {
                        tracing::warn!(stream = self.stream.home.name, error, failures, "not delivered; again later");
                        self.firehose.roles.forget(&self.stream.home);
                        self.back_off(&mut failures).await;
                    }
                },
            }
        }
    }

    fn next(&self) -> Next {
        let plan = &self.stream.known().plan;
        let mut pending = self.stream.pending.lock();
        if pending.rows <= 0 {
            pending.served = false;
            return Next::Nothing;
        }
        let now = self.firehose.engine.now();
        let due = pending.since.unwrap_or(now).plus(plan.gather_time);
        let enough = pending.bytes >= i64::try_from(plan.gather_bytes).unwrap_or(i64::MAX);
        if enough || due <= now { Next::Deliver } else { Next::Wait(due) }
    }

    async fn wait(&self, until: Timestamp) {
        let runtime = self.cloud.runtime();
        tokio::select! {
            () = runtime.clock.sleep_until(until) => {}
            () = self.stream.stir.notified() => {}
            () = runtime.shutdown.requested() => {}
        }
    }

    /// Waits longer after each failure, by the cloud's clock.
    async fn back_off(&self, failures: &mut u32) {
        let wait = limits::FIRST_RETRY.saturating_mul(1 << (*failures).min(16)).min(limits::LAST_RETRY);
        *failures += 1;
        self.pause(wait).await;
    }

    /// Waits so long by the cloud's clock, or until the delivery stream is gone.
    async fn pause(&self, wait: Duration) {
        let runtime = self.cloud.runtime();
        let until = runtime.clock.now().plus(wait);
        while runtime.clock.now() < until && !self.stream.is_gone() && !runtime.shutdown.is_requested() {
            tokio::select! {
                () = runtime.clock.sleep_until(until) => return,
                () = self.stream.stir.notified() => {}
                () = runtime.shutdown.requested() => return,
            }
        }
    }
}
