//! Amazon Kinesis Data Streams: ordered logs that many read at their own pace.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | the streams, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `receiver.rs` | what other services send to a stream |
//! | `resources.rs` | `AWS::Kinesis::Stream` and what belongs to it, for stacks and inventories |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: all truth is in the store, and what is in memory can be read again from it. A record that was acknowledged is
//! read, in the order of its shard's sequence numbers, until retention ends; nothing removes it before. Positions of a shard
//! become visible in their order: a reader passes over nothing. A shard's children begin after its end.

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
pub(crate) struct Kinesis {
    engine: Engine,
}

impl Kinesis {
    /// The streams.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts.store.clone(), parts.runtime.clone(), &parts.vault);
    let forgetful = engine.clone();
    let service = Service::new(&api_kinesis::SERVICE, ops::table())
        .state(Arc::new(Kinesis { engine: engine.clone() }))
        .policies(ops::StreamPolicies(engine.clone()))
        .receiver(Arc::new(receiver::Streams))
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service, &engine))
}
