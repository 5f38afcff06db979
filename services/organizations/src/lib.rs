//! AWS Organizations: accounts under one head, and the policies that bind them.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table, `ops/gate.rs` says who may call |
//! | `engine/` | organizations in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | what happens by the clock |
//! | `resources.rs` | `AWS::Organizations::…`, for stacks and inventories |
//! | `calls.rs` | roles that IAM keeps for us |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: an account is in one organization at most; the management account never changes; every unit and account has
//! one parent, and the root is above all; what binds an account is never older than an acknowledged change.

mod calls;
mod engine;
mod error;
mod limits;
mod ops;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Organizations {
    engine: Engine,
}

impl Organizations {
    /// The organizations.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts.store.clone(), parts.runtime.clone());
    let forgetful = engine.clone();
    let service = Service::new(&api_organizations::SERVICE, ops::table())
        .state(Arc::new(Organizations { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::Shown)
        .guardrails(Arc::new(engine))
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service))
}
