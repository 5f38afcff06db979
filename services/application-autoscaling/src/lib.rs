//! Application Auto Scaling: keeps the capacity of tables and indexes of DynamoDB within bounds, near a target of what is
//! consumed, and lets bounds follow the clock.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | targets, policies, actions and what they decide |
//! | `calls.rs` | calls to the services whose capacity is scaled |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: all truth is in the store. Each minute of the clock every target is looked at once; a change of capacity is
//! told as an activity, also when it was refused.

mod calls;
mod engine;
mod error;
pub mod limits;
mod ops;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Scaling {
    engine: Engine,
}

impl Scaling {
    /// The targets.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts.store.clone(), parts.runtime.clone());
    let service = Service::new(&api_application_autoscaling::SERVICE, ops::table())
        .state(Arc::new(Scaling { engine: engine.clone() }))
        .policies(ops::TargetTags(engine));
    tasks::add(service)
}
