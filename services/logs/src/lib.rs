//! Amazon CloudWatch Logs: what happened, line by line, kept in order of time; filtered, queried and sent on.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | groups, streams and events in their own words; `engine/mod.rs` maps it |
//! | `filter/` | the filter pattern language. Pure |
//! | `insights/` | the query language of Logs Insights. Pure but for its reading; `insights/mod.rs` maps it |
//! | `queries.rs`, `exports.rs` | queries at work; exports into buckets |
//! | `courier.rs` | envelopes on their way to subscribers |
//! | `receiver.rs` | what other services deliver to groups |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `resources.rs` | the types of `AWS::Logs`, for stacks and inventories |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: a batch that was acknowledged is there as a whole, with all that subscribers are to get of it, in one commit.
//! Events are read in the order of their timestamps; what has expired is never shown. All truth is in the store, and what is
//! in memory can be read again from it. Messages lie sealed.

mod calls;
mod courier;
mod engine;
mod error;
mod exports;
mod filter;
mod insights;
pub mod limits;
mod ops;
mod queries;
mod receiver;
mod resources;
mod store;
mod tasks;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Logs {
    engine: Engine,
}

impl Logs {
    /// The log groups.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_logs::SERVICE, ops::table())
        .state(Arc::new(Logs { engine: engine.clone() }))
        .dialect(error::Words)
        .receiver(Arc::new(receiver::Groups))
        .policies(ops::LogPolicies(engine.clone()))
        .on_reset(move |_| forgetful.forget());
    let service = engine.deliveries().add_to(service, courier::Envelopes);
    resources::add(tasks::add(service, &engine))
}
