//! AWS Identity and Access Management: users, groups, roles, policies and keys, and who they are to the rest of the cloud.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | identities and policies, in their own words; `engine/mod.rs` maps it |
//! | `store.rs`, `store/` | tables, keys, records |
//! | `calls.rs` | calls to other services |
//! | `principals.rs` | what the authority asks of callers: keys, policies, tags |
//! | `tasks.rs` | background work |
//! | `resources.rs` | `AWS::IAM::…`, for stacks and inventories |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: IAM is global, so everything lies in the scope of its account whatever the region called. What the authority
//! is told is never older than an acknowledged change: every change touches its account's revision, which caches watch.
//! Names are found whatever their case. Secrets lie sealed in the store and are shown once.

mod calls;
mod engine;
mod error;
pub mod limits;
mod ops;
mod principals;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;
use principals::Bearers;

/// What the service keeps between calls.
pub(crate) struct Iam {
    engine: Engine,
}

impl Iam {
    /// Identities and policies.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_iam::SERVICE, ops::table())
        .state(Arc::new(Iam { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::IamResources)
        .principals(Arc::new(Bearers(engine.clone())))
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service), &engine)
}
