//! Amazon EventBridge Schema Registry: schemas of events, learnt from them, and code for them.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | registries, schemas, discovery and code, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `calls.rs` | the rules on buses that bring events |
//! | `receiver.rs` | the events that they bring |
//! | `tasks.rs` | background work |
//! | `resources.rs` | `AWS::EventSchemas::…`, for stacks and inventories |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: an event that was acknowledged by a bus with a discoverer is learnt from, whatever crashes. Versions are never
//! rewritten, and their numbers never used again. Code for a version is always the same bytes. All truth is in the store.

mod calls;
mod engine;
mod error;
pub mod limits;
mod ops;
mod receiver;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Schemas {
    engine: Engine,
}

impl Schemas {
    /// The registries.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let service = Service::new(&api_schemas::SERVICE, ops::table())
        .state(Arc::new(Schemas { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::RegistryPolicies(engine.clone()))
        .receiver(Arc::new(receiver::Discoverers(engine.clone())));
    resources::add(tasks::add(service, &engine))
}
