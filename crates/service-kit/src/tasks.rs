//! Background work of a service: idempotent, run when signalled and at least once a period of the cloud's clock.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::{BoxFuture, Cloud, Error, Service, State};

/// Wakes a task before its period is over. Cheap to clone; signals are merged.
#[derive(Clone, Default)]
pub struct Wake(Arc<Notify>);

/// What a task is given.
#[derive(Clone)]
pub struct TaskCtx {
    /// The whole cloud.
    pub cloud: Cloud,
    state: State,
}

type Run = dyn Fn(TaskCtx) -> BoxFuture<'static, Result<(), Error>> + Send + Sync;

/// A piece of background work.
#[derive(Clone)]
pub struct Task {
    name: &'static str,
    period: Duration,
    wake: Wake,
    run: Arc<Run>,
}

/// Longest pause after a failure, by the client's time.
const BACK_OFF: Duration = Duration::from_secs(30);

impl Wake {
    /// Runs the task soon.
    pub fn signal(&self) {
        self.0.notify_one();
    }

    async fn signalled(&self) {
        self.0.notified().await;
    }
}

impl TaskCtx {
    pub(crate) fn of(cloud: &Cloud, service: &Service) -> Self {
        Self { cloud: cloud.clone(), state: service.state.clone() }
    }

    /// The service's state; panics as [`Ctx::state`](crate::Ctx::state) does.
    pub fn state<T: Any + Send + Sync>(&self) -> Arc<T> {
        self.state.clone().downcast().expect("a task asks for the state its service was declared with")
    }
}

impl Task {
    /// Work that runs when `wake` is signalled and every `period`.
    pub fn new<F, Fut>(name: &'static str, period: Duration, wake: Wake, run: F) -> Self
    where
        F: Fn(TaskCtx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self { name, period, wake, run: Arc::new(move |ctx| Box::pin(run(ctx))) }
    }

    async fn live(self, ctx: TaskCtx) {
        let (clock, shutdown) = (ctx.cloud.runtime().clock.clone(), ctx.cloud.runtime().shutdown.clone());
        let mut failures = 0;
        while !shutdown.is_requested() {
            match (self.run)(ctx.clone()).await {
                Ok(()) => failures = 0,
                Err(error) => {
                    failures += 1;
                    tracing::warn!(task = self.name, %error, failures, "a task failed and will be tried again");
                    clock.wait_at_most(Duration::from_millis(100 << failures.min(8)).min(BACK_OFF)).await;
                    continue;
                }
            }
            let due = clock.now().plus(self.period);
            tokio::select! {
                () = self.wake.signalled() => {}
                () = clock.sleep_until(due) => {}
                () = shutdown.requested() => {}
            }
        }
    }
}

impl Cloud {
    /// Starts the background work of every service.
    pub fn start_tasks(&self) {
        self.start_timers();
        for service in self.services() {
            for task in &service.tasks {
                let ctx = TaskCtx::of(self, service);
                self.runtime().tasks.spawn(format!("{}.{}", service.api.id, task.name), task.clone().live(ctx));
            }
        }
    }
}
