//! Amazon S3 Glacier: archives in vaults, that take hours to get out and may not be deleted before their time.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | vaults, archives and jobs, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `fsck.rs` | all of it examined |
//! | `tasks.rs` | background work and timers |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: an archive that was acknowledged is on disk with the hash that was told. No body is held whole. A file is named
//! by a record, or a row of `garbage` says that it is to go. A lock that was completed never changes, and is decided on like
//! every other policy. All truth is in the store.

mod engine;
mod error;
mod fsck;
pub mod limits;
mod ops;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Glacier {
    engine: Engine,
}

impl Glacier {
    /// The vaults.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let given_up = engine.given_up().clone();
    let service = Service::new(&api_glacier::SERVICE, ops::table())
        .state(Arc::new(Glacier { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::VaultPolicies(engine.clone()))
        .examiner(Arc::new(fsck::Contents(engine.clone())))
        .on_reset(move |_| given_up.after_reset());
    tasks::add(service, &engine)
}
