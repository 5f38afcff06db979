//! A cloud with one service that delivers to a receiver the test scripts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use delivery::{Consignment, Courier, Deliveries, Failure, Intent, Lane, Retries, Verdict, Why};
use names::{PageTokenKey, Timestamp};
use parking_lot::Mutex;
use runtime::Runtime;
use service_kit::{BoxFuture, Cloud, CloudParts, Error, Operations, Service, TaskCtx};
use store::{Scope, Store, StoreError, Vault, key};

pub(crate) const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// Decides an attempt; none lets it hang.
type Script = dyn Fn(&str, &Intent) -> Option<Verdict> + Send + Sync;

/// An attempt that was made: when, on which lane, what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) at: Timestamp,
    pub(crate) lane: String,
    pub(crate) id: u128,
    pub(crate) body: String,
}

/// The receiver's side: what was tried, in order. It outlives crashes.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) attempts: Arc<Mutex<Vec<Attempt>>>,
    pub(crate) lanes: Arc<Mutex<HashMap<String, Lane>>>,
    pub(crate) given_up: Arc<Mutex<Vec<(String, Why)>>>,
    script: Arc<Script>,
}

impl Receiver {
    pub(crate) fn new(script: impl Fn(&str, &Intent) -> Option<Verdict> + Send + Sync + 'static) -> Self {
        let (attempts, lanes, given_up) = (Arc::default(), Arc::default(), Arc::default());
        Self { attempts, lanes, given_up, script: Arc::new(script) }
    }

    pub(crate) fn with(self, lane: &str, how: Lane) -> Self {
        self.lanes.lock().insert(lane.to_owned(), how);
        self
    }

    pub(crate) fn bodies(&self, lane: &str) -> Vec<String> {
        let attempts = self.attempts.lock();
        attempts.iter().filter(|attempt| attempt.lane == lane).map(|attempt| attempt.body.clone()).collect()
    }

    /// Seconds after the start at which a lane was tried.
    pub(crate) fn seconds(&self, lane: &str) -> Vec<u64> {
        let attempts = self.attempts.lock();
        attempts
            .iter()
            .filter(|attempt| attempt.lane == lane)
            .map(|attempt| attempt.at.since(START).as_secs())
            .collect()
    }
}

impl Courier for Receiver {
    fn lane<'a>(&'a self, _: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        let lane = self.lanes.lock().get(lane).cloned();
        Box::pin(std::future::ready(Ok(lane)))
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            let mut verdicts = Vec::new();
            for intent in intents {
                let body = String::from_utf8(intent.body.to_vec()).unwrap();
                let at = ctx.cloud.runtime().clock.now();
                self.attempts.lock().push(Attempt { at, lane: lane.to_owned(), id: intent.id, body });
                tokio::task::yield_now().await;
                match (self.script)(lane, intent) {
                    Some(verdict) => verdicts.push(verdict),
                    None => std::future::pending().await,
                }
            }
            verdicts
        })
    }

    fn give_up<'a>(
        &'a self,
        _: &'a TaskCtx,
        lane: &'a str,
        intent: &'a Intent,
        why: Why,
    ) -> BoxFuture<'a, Option<Consignment>> {
        self.given_up.lock().push((lane.to_owned(), why));
        let failure = intent.failure.clone().map(|failure| failure.code).unwrap_or_default();
        let dead = (!lane.starts_with("dead")).then(|| Consignment::new(format!("dead-{lane}"), failure));
        Box::pin(std::future::ready(dead))
    }
}

/// One life of a process.
pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) deliveries: Deliveries,
}

impl World {
    pub(crate) fn new(receiver: &Receiver) -> Self {
        let runtime = Runtime::simulated(1, START);
        let store = Store::in_memory(runtime.random.clone());
        Self::on(runtime, store, receiver)
    }

    pub(crate) fn on(runtime: Runtime, store: Store, receiver: &Receiver) -> Self {
        let parts = CloudParts::new(runtime, store, Vault::new(&[0; 32]), PageTokenKey::new(&[0; 32]));
        let deliveries = Deliveries::new("sts", "sts.deliver", &parts);
        let service = deliveries.add_to(Service::new(&api_sts::SERVICE, Operations::new()), receiver.clone());
        let cloud = Cloud::new(parts, vec![service]);
        cloud.start_tasks();
        Self { cloud, deliveries }
    }

    pub(crate) async fn enqueue(&self, body: &str, lanes: &[Consignment]) -> Result<(), StoreError> {
        let enqueue = |tx| async move { self.deliveries.enqueue(&tx, body.to_owned(), lanes).await };
        self.cloud.store().transact(enqueue).await?.depart();
        Ok(())
    }

    /// Moves the clock through all that is due on the way.
    pub(crate) async fn advance(&self, seconds: u64) {
        self.quiet().await;
        let target = self.cloud.runtime().clock.now().plus(Duration::from_secs(seconds));
        self.cloud.timers().advance_through(target, |due| self.cloud.fire(due)).await.unwrap();
    }

    /// Rows of this service in the store.
    pub(crate) async fn rows(&self) -> usize {
        use store::Reader;
        let prefix = key::encode::<(Scope, String)>(&(Scope::Global, "sts"));
        let range = store::KeyRange::prefix(prefix);
        let view = self.cloud.store().read().await.unwrap();
        view.scan(range, store::Order::Ascending, usize::MAX).await.unwrap().len()
    }

    pub(crate) async fn until_empty(&self) {
        for _ in 0..100_000 {
            if self.rows().await == 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("never empty");
    }

    /// Returns when no lane is at work: only what fires alarms and what wakes lanes runs.
    pub(crate) async fn quiet(&self) {
        until(|| self.cloud.runtime().tasks.running() <= 2).await;
    }
}

pub(crate) async fn until(condition: impl Fn() -> bool) {
    for _ in 0..1_000_000 {
        if condition() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never came");
}

pub(crate) fn retry() -> Option<Verdict> {
    Some(Verdict::Retry(Failure::new("Down", "it is down")))
}

pub(crate) fn refuse() -> Option<Verdict> {
    Some(Verdict::Refused(Failure::new("No", "never")))
}

/// Three retries, ten seconds apart.
pub(crate) fn patient() -> Lane {
    let ten = Duration::from_secs(10);
    Lane::new(Retries { after: 3, shortest: ten, longest: ten, ..Retries::none() })
}
