//! Amazon Data Firehose: records taken, kept on disk until there are enough of them, and delivered.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | delivery streams in their own words; `engine/mod.rs` maps it |
//! | `deliver/` | the road of records to their destination; `deliver/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `receiver.rs` | what other services send to a delivery stream |
//! | `resources.rs` | `AWS::KinesisFirehose::DeliveryStream`, for stacks and inventories |
//! | `calls.rs`, `net.rs` | calls to other services; requests to endpoints |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: what was acknowledged is on disk until its destination, or the bucket for what failed, has it. A record may be
//! delivered twice, never not at all. All truth is in the store, and what is in memory can be read again from it.

mod calls;
mod deliver;
mod engine;
mod error;
pub mod limits;
mod net;
mod ops;
mod receiver;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use calls::Roles;
use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Firehose {
    engine: Engine,
    roles: Roles,
}

impl Firehose {
    /// The delivery streams.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts.store.clone(), parts.runtime.clone(), &parts.vault);
    let forgetful = engine.clone();
    let shared = ops::Shared(Arc::new(Firehose { engine: engine.clone(), roles: Roles::default() }));
    let service = Service::new(&api_firehose::SERVICE, ops::table())
        .state(Arc::new(shared))
        .dialect(error::Words)
        .policies(ops::StreamTags(engine.clone()))
        .receiver(Arc::new(receiver::Streams))
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service, &engine))
}
