//! Schedules and groups, and when they are due.
//!
//! | file | noun |
//! |---|---|
//! | `home.rs` | where resources are, and what they are called |
//! | `schedule.rs`, `group.rs` | schedules, groups |
//! | `timetable.rs` | runs, by durable timers |

pub(crate) mod group;
pub(crate) mod home;
pub(crate) mod schedule;
pub(crate) mod timetable;

use std::sync::Arc;

use delivery::Deliveries;
use names::{AccountId, Arn, Timestamp};
use runtime::Runtime;
use service_kit::{AssumeAs, Caller, Cloud, CloudParts, Error, RoleSessions, Wake};
use store::{Scope, Sequence, Store, StoreError, Timers};

/// The kind of the alarms of deliveries.
const DELIVER: &str = "scheduler.deliver";

/// All of Scheduler. Clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    timers: Timers,
    deliveries: Deliveries,
    roles: RoleSessions,
    numbers: Sequence,
    sweeps: Wake,
}

/// What can go wrong, told by the edge in AWS's words.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The store.
    Store(StoreError),
    /// The schedule is not there.
    NoSchedule,
    /// The group is not there.
    NoGroup,
    /// It is there already.
    Taken,
    /// The group goes away.
    Deleting,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An answer of the engine.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Engine {
    /// On the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store.clone(),
            runtime: parts.runtime.clone(),
            timers: Timers::new(&parts.store, &parts.runtime),
            deliveries: Deliveries::new("scheduler", DELIVER, parts),
            roles: RoleSessions::default(),
            numbers: Sequence::new(&parts.store, Scope::Global, "scheduler/schedule"),
            sweeps: Wake::default(),
        }))
    }

    /// Invocations on their way.
    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.0.deliveries
    }

    /// Clock and randomness.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// Wakes the task that removes what deleted groups held.
    pub(crate) fn sweeps(&self) -> &Wake {
        &self.0.sweeps
    }

    /// The session of a role that schedules of a group act as.
    pub(crate) async fn assume(
        &self,
        cloud: &Cloud,
        account: AccountId,
        role: &Arn,
        group: &str,
    ) -> Result<Arc<Caller>, Error> {
        // AWS's sessions are named by a hash; here by a number.
        let session_name = format!("{:032x}", self.runtime().random.u128());
        let (service, source_arn) = ("scheduler.amazonaws.com", Some(group));
        let ask = AssumeAs { service, account, role, session_name: &session_name, source_arn };
        self.0.roles.assume(cloud, &ask).await
    }

    /// Drops everything that can be read again.
    pub(crate) fn forget(&self) {
        self.0.roles.forget();
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }
}
