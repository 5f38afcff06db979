//! AWS CloudTrail: every call becomes an event, and no event of an acknowledged change is lost.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | events, selection, history, delivery, insights; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `resources.rs` | `AWS::CloudTrail::Trail` and others, for stacks and inventories |
//! | `calls.rs` | calls to S3, KMS and SNS in CloudTrail's name |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: a call that changed something is answered only after its event is durable, and with it a row for each trail
//! and event data store that selects it. A value that a model marks as sensitive is in no event. All truth is in the store.

mod calls;
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
pub use engine::usage::{Use, used};

/// What the service keeps between calls.
pub(crate) struct CloudTrail {
    engine: Engine,
}

impl CloudTrail {
    /// Events and all that is done with them.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts.store.clone(), parts.runtime.clone(), &parts.vault);
    let forgetful = engine.clone();
    let service = Service::new(&api_cloudtrail::SERVICE, ops::table())
        .state(Arc::new(CloudTrail { engine: engine.clone() }))
        .policies(ops::OwnPolicies)
        .recorder(Arc::new(engine.clone()))
        .deeds(Arc::new(engine.clone()))
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service))
}
