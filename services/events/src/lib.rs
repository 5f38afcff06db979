//! Amazon EventBridge: events, the rules that choose among them, and where they go.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | buses, rules, archives and the way of an event, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `courier.rs` | how an event is carried to a target, and what becomes of one that cannot be |
//! | `receiver.rs` | what other services, and other buses, deliver to a bus |
//! | `net/` | plain HTTP to API destinations and to those who authorize them |
//! | `tasks.rs` | background work and timers |
//! | `resources.rs` | `AWS::Events::…`, for stacks and inventories |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: an event that was acknowledged is, in the same commit, on its way to every target of every rule that was on
//! its bus and describes it, and in every archive. A target gets it at least once, or its dead-letter queue does. What a
//! schedule is due for happens once. All truth is in the store.

mod courier;
mod engine;
mod error;
pub mod limits;
mod net;
mod ops;
mod receiver;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Events {
    engine: Engine,
}

impl Events {
    /// The buses and all that belongs to them.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_events::SERVICE, ops::table())
        .state(Arc::new(Events { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::BusPolicies(engine.clone()))
        .receiver(Arc::new(receiver::Buses(engine.clone())))
        .on_reset(move |_| forgetful.forget());
    let service = engine.deliveries().add_to(service, courier::Targets(engine.clone()));
    resources::add(tasks::add(service, &engine))
}
