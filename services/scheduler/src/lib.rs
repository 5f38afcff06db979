//! Amazon EventBridge Scheduler: calls of any operation, at any time.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | schedules and groups, and when they are due; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `courier.rs` | how an invocation is carried out, and what becomes of one that cannot be |
//! | `tasks.rs` | background work and timers |
//! | `resources.rs` | `AWS::Scheduler::…`, for stacks and inventories |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: each instant at which a schedule is due has one invocation, written in the commit that plans the next, however
//! the clock is moved and whatever crashes. An invocation acts as the schedule's role and may do what that may. All truth
//! is in the store.

mod courier;
mod engine;
mod error;
pub mod limits;
mod ops;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Scheduler {
    engine: Engine,
}

impl Scheduler {
    /// The schedules.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_scheduler::SERVICE, ops::table())
        .state(Arc::new(Scheduler { engine: engine.clone() }))
        .policies(ops::GroupTags(engine.clone()))
        .on_reset(move |_| forgetful.forget());
    let service = engine.deliveries().add_to(service, courier::Invocations(engine.clone()));
    resources::add(tasks::add(service, &engine))
}
