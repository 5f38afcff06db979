//! Amazon Simple Storage Service: durable buckets of encrypted objects.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge of S3: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `control/` | the AWS edge of S3 Control: access points, account-wide settings, batch jobs |
//! | `access/` | which actions each operation needs; what buckets say of who may |
//! | `engine/` | buckets, objects and their bytes, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `fsck.rs` | all of it examined |
//! | `tasks.rs` | background work |
//! | `web/` | buckets on the plain web: websites, pages of other origins, browsers' forms |
//! | `resources/` | `AWS::S3::Bucket`, `BucketPolicy` and `AccessPoint`, for stacks and inventories |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `words.rs`, `limits.rs` | AWS's words, of refusals and of failures that every service has; AWS's numbers |
//!
//! Invariants: what was acknowledged is on disk, encrypted, and read back unchanged or not at all. A record names bytes only
//! after they are durable; bytes that no record names are found by their row of `garbage` and removed. No content is ever
//! held whole. A page of a listing costs the same however many keys there are.

mod access;
mod calls;
mod control;
mod engine;
mod error;
mod fsck;
mod limits;
mod ops;
mod resources;
mod store;
mod tasks;
mod web;
mod words;

use std::sync::Arc;

use service_kit::{CloudParts, RoleSessions, Service};

use delivery::Deliveries;
use engine::Engine;
use tasks::access_log::Noted;

/// What the service keeps between calls.
pub(crate) struct S3 {
    engine: Engine,
    deliveries: Deliveries,
    copies: Deliveries,
    noted: Noted,
    roles: RoleSessions,
}

impl S3 {
    /// The buckets.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Messages on their way to destinations of notifications.
    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Copies on their way to other buckets.
    pub(crate) fn copies(&self) -> &Deliveries {
        &self.copies
    }

    /// Roles taken on.
    pub(crate) fn roles(&self) -> &RoleSessions {
        &self.roles
    }

    /// Requests that no access log tells of yet.
    pub(crate) fn noted(&self) -> &Noted {
        &self.noted
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let state = state(parts);
    let engine = state.engine.clone();
    let service = Service::new(&api_s3::SERVICE, ops::table())
        .state(state.clone())
        .dialect(words::Words)
        .policies(access::BucketPolicies(engine.clone()))
        .examiner(Arc::new(fsck::Contents));
    let forgetful = state.clone();
    let forget = move |_: &_| {
        forgetful.engine.forget();
        forgetful.roles.forget();
    };
    resources::add(tasks::add(web::add(service, &engine).open_to_anonymous().on_reset(forget), &state))
}

fn state(parts: &CloudParts) -> Arc<S3> {
    Arc::new(S3 {
        engine: Engine::new(parts),
        deliveries: tasks::notices::deliveries(parts),
        copies: tasks::replication::copies(parts),
        noted: Noted::default(),
        roles: RoleSessions::default(),
    })
}

/// Its control plane, on the same parts.
pub fn control(parts: &CloudParts) -> Service {
    let service = Service::new(&api_s3control::SERVICE, control::table()).state(state(parts));
    resources::add_to_control(tasks::jobs::add(service))
}
