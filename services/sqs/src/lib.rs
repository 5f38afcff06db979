//! Amazon Simple Queue Service: durable queues, standard and FIFO.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | the queues, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `resources.rs` | `AWS::SQS::Queue` and its policies, for stacks and inventories |
//! | `receiver.rs` | what other services deliver to queues |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: all truth is in the store, and what is in memory can be read again from it. A message that was acknowledged
//! is received until it is deleted, expires or is purged. While one receiver has a message no other gets it. A FIFO group
//! is received in the order in which it was sent.

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
pub(crate) struct Sqs {
    engine: Engine,
}

impl Sqs {
    /// The queues.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts.store.clone(), parts.runtime.clone(), &parts.vault);
    let forgetful = engine.clone();
    let service = Service::new(&api_sqs::SERVICE, ops::table())
        .state(Arc::new(Sqs { engine: engine.clone() }))
        .dialect(error::Words)
        .path_parameter(ops::queue_of_path)
        .policies(ops::QueuePolicies)
        .receiver(Arc::new(receiver::Queues))
        .open_to_anonymous()
        .on_reset(move |_| forgetful.forget());
    resources::add(tasks::add(service, &engine))
}
