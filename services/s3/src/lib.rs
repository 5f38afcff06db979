//! Amazon Simple Storage Service: durable buckets of encrypted objects.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge of S3: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `control/` | the AWS edge of S3 Control: access points, account-wide settings, batch jobs |
//! | `access/` | which actions each operation needs; what buckets say of who may |
//! | `engine/` | buckets, objects and their bytes, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `web/` | buckets on the plain web: websites, pages of other origins, browsers' forms |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: what was acknowledged is on disk, encrypted, and read back unchanged or not at all. A record names bytes only
//! after they are durable; bytes that no record names are found by their row of `garbage` and removed. No content is ever
//! held whole. A page of a listing costs the same however many keys there are.

mod access;
mod calls;
mod control;
mod engine;
mod error;
mod limits;
mod ops;
mod store;
mod tasks;
mod web;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct S3 {
    engine: Engine,
}

impl S3 {
    /// The buckets.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let service = Service::new(&api_s3::SERVICE, ops::table())
        .state(Arc::new(S3 { engine: engine.clone() }))
        .policies(access::BucketPolicies(engine.clone()));
    let forgetful = engine.clone();
    let service = web::add(service, &engine);
    tasks::add(service.open_to_anonymous().on_reset(move |_| forgetful.forget()), &engine)
}

/// Its control plane, on the same parts.
pub fn control(parts: &CloudParts) -> Service {
    Service::new(&api_s3control::SERVICE, control::table()).state(Arc::new(S3 { engine: Engine::new(parts) }))
}
