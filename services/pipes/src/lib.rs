//! Amazon EventBridge Pipes: events from one source, filtered, enriched, shaped, to one target.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | pipes in their own words; `engine/mod.rs` maps it |
//! | `run/` | moving events; `run/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `calls.rs` | calls to sources, in the name of the pipe's role |
//! | `tasks.rs` | background work |
//! | `resources.rs` | `AWS::Pipes::Pipe`, for stacks and inventories |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: an event leaves its source only when its target has it, or when it was given up; whatever crashes, it is then
//! carried again under the same id, which targets recognise. A pipe acts as its role and may do what that may. All truth is
//! in the store, and what is in memory can be read again from it.

mod calls;
mod engine;
mod error;
pub mod limits;
mod ops;
mod resources;
mod run;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Pipes {
    engine: Engine,
}

impl Pipes {
    /// The pipes.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_pipes::SERVICE, ops::table())
        .state(Arc::new(Pipes { engine: engine.clone() }))
        .policies(ops::PipeTags(engine))
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service))
}
