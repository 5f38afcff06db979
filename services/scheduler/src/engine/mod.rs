//! Schedules and groups, and when they are due.
//!
//! | file | noun |
//! |---|---|
//! | `home.rs` | where resources are, and what they are called |
//! | `schedule.rs`, `group.rs` | schedules, groups |
//! | `timetable.rs` | runs, by durable timers |
//! | `roles.rs` | roles taken on, for as long as their sessions last |

pub(crate) mod group;
pub(crate) mod home;
mod roles;
pub(crate) mod schedule;
pub(crate) mod timetable;

use std::sync::Arc;

use delivery::Deliveries;
use names::Timestamp;
use runtime::Runtime;
use service_kit::{CloudParts, Wake};
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
    roles: roles::Sessions,
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
            roles: roles::Sessions::default(),
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
