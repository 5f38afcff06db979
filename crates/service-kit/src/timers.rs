//! Durable timers of services: scheduled in a service's own transaction, fired in the order of their instants, through
//! crashes and however the clock is moved.
//!
//! A service schedules with `ctx.cloud().timers().schedule(&tx, …)` under a kind that it declared with
//! [`Service::on_timer`]. Its handler may run more than once for one timer: it must be idempotent.

use store::{Due, Timers};

use crate::{BoxFuture, Cloud, Error, Service, TaskCtx};

/// What a service does when one of its timers fires.
pub(crate) struct TimerHandler {
    kind: &'static str,
    run: Box<Run>,
}

type Run = dyn Fn(TaskCtx, Due) -> BoxFuture<'static, Result<(), Error>> + Send + Sync;

impl Service {
    /// What to do when a timer of `kind` fires, as in `scheduler.invoke`. An error lets it fire again later.
    #[must_use]
    pub fn on_timer<F, Fut>(mut self, kind: &'static str, run: F) -> Self
    where
        F: Fn(TaskCtx, Due) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.timers.push(TimerHandler { kind, run: Box::new(move |ctx, due| Box::pin(run(ctx, due))) });
        self
    }
}

impl Cloud {
    /// The durable timers of all services.
    pub fn timers(&self) -> &Timers {
        &self.inner().timers
    }

    /// Runs the handler of a timer that is due, at the instant on which the clock stands.
    ///
    /// # Errors
    /// With the handler's reason, or when no running service declared the kind: the timer is then tried again later.
    pub async fn fire(&self, due: Due) -> Result<(), String> {
        for service in self.services() {
            if let Some(handler) = service.timers.iter().find(|handler| handler.kind == due.kind) {
                return (handler.run)(TaskCtx::of(self, service), due).await.map_err(|error| error.to_string());
            }
        }
        Err(format!("no running service has timers of kind {}", due.kind))
    }

    /// Fires timers as the clock reaches them, until shutdown.
    pub(crate) fn start_timers(&self) {
        if self.services().all(|service| service.timers.is_empty()) {
            return;
        }
        let cloud = self.clone();
        let driver = async move { cloud.timers().run(|due| cloud.fire(due)).await };
        self.runtime().tasks.spawn("cloud.timers", driver);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use bytes::Bytes;
    use names::{PageTokenKey, Timestamp};
    use parking_lot::Mutex;
    use runtime::Runtime;
    use store::{Store, StoreError, Vault};

    use super::*;
    use crate::{CloudParts, Operations};

    type Fired = Arc<Mutex<Vec<(String, Timestamp)>>>;

    fn cloud(fired: &Fired) -> Cloud {
        let runtime = Runtime::simulated(1, Timestamp::from_secs(1_000));
        let store = Store::in_memory(runtime.random.clone());
        let service = Service::new(&api_sts::SERVICE, Operations::new())
            .state::<Mutex<Vec<(String, Timestamp)>>>(fired.clone())
            .on_timer("test.ring", |ctx: TaskCtx, due| async move {
                let now = ctx.cloud.runtime().clock.now();
                ctx.state::<Mutex<Vec<(String, Timestamp)>>>().lock().push((due.id, now));
                Ok(())
            });
        Cloud::new(CloudParts::new(runtime, store, Vault::new(&[0; 32]), PageTokenKey::new(&[0; 32])), vec![service])
    }

    async fn schedule(cloud: &Cloud, kind: &str, id: &str, seconds: i64) {
        let at = Timestamp::from_secs(seconds);
        let placed = cloud.store().transact(|tx| async move {
            cloud.timers().schedule(&tx, at, kind, id, Bytes::new()).await?;
            Ok::<_, StoreError>(())
        });
        placed.await.unwrap();
    }

    #[tokio::test]
    async fn a_jump_fires_each_timer_at_its_instant_and_in_order() {
        let fired = Fired::default();
        let cloud = cloud(&fired);
        for (id, seconds) in [("late", 3_000), ("early", 2_000), ("after", 9_000)] {
            schedule(&cloud, "test.ring", id, seconds).await;
        }
        let target = Timestamp::from_secs(1_000).plus(Duration::from_secs(5_000));
        cloud.timers().advance_through(target, |due| cloud.fire(due)).await.unwrap();
        let at = |id: &str, seconds| (id.to_owned(), Timestamp::from_secs(seconds));
        assert_eq!(*fired.lock(), [at("early", 2_000), at("late", 3_000)]);
        assert_eq!(cloud.runtime().clock.now(), target);
    }

    #[tokio::test]
    async fn a_kind_that_nobody_declared_is_an_error_and_the_timer_stays() {
        let cloud = cloud(&Fired::default());
        schedule(&cloud, "test.unknown", "t", 2_000).await;
        cloud.timers().advance_through(Timestamp::from_secs(2_000), |due| cloud.fire(due)).await.unwrap();
        assert_eq!(cloud.timers().next_due().await.unwrap(), Some(Timestamp::from_secs(2_001)));
    }
}
