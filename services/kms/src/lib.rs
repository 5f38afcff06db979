//! AWS Key Management Service: keys that never leave, and what is done with them.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | the keys, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work and timers |
//! | `resources.rs` | `AWS::KMS::Key`, `Alias` and `ReplicaKey`, for stacks and inventories |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: a secret is in the store only sealed, in memory only where it works, in no log and no answer. What a key
//! encrypted it decrypts as long as it is there and on, however often it was rotated. Nobody uses a key but by its policy or
//! a grant. All truth is in the store.

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
pub(crate) struct Kms {
    engine: Engine,
}

impl Kms {
    /// The keys.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_kms::SERVICE, ops::table())
        .state(Arc::new(Kms { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::KeyPolicies(engine))
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service))
}
