//! Amazon Simple Notification Service: topics, and whoever is to be told what is published to them.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | topics, messages, policies, in their own words; `engine/mod.rs` maps it |
//! | `courier/` | carrying messages to subscribers, one file a family of protocols |
//! | `outlets/` | text messages and pushes, published directly or through topics |
//! | `receiver.rs` | what other services deliver to topics |
//! | `pages.rs` | the certificate that messages are verified with, and the spools |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `resources.rs` | `AWS::SNS::Topic` and what belongs to it, for stacks and inventories |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: a message that was acknowledged is on the lane of everybody who wants it, in the same commit. Who is down or
//! slow holds up nobody else. A queue gets each message once, through crashes too. A group of a FIFO topic arrives in the
//! order in which it was published.

mod calls;
mod courier;
mod engine;
mod error;
pub mod limits;
mod ops;
mod outlets;
mod pages;
mod receiver;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Sns {
    engine: Engine,
}

impl Sns {
    /// The topics.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_sns::SERVICE, ops::table())
        .state(Arc::new(Sns { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::TopicPolicies)
        .receiver(Arc::new(receiver::Topics))
        .web(Arc::new(pages::Pages(engine.clone())))
        .open_to_anonymous()
        .on_reset(move |_| forgetful.forget());
    let service = engine.deliveries().add_to(service, courier::Carrier);
    resources::add(tasks::add(service))
}
