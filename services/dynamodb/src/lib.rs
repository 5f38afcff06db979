//! Amazon DynamoDB: tables, secondary indexes and streams on the ordered store.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | the tables, in their own words; `engine/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `tasks.rs` | background work |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//! | `resources.rs` | `AWS::DynamoDB::Table` and `AWS::DynamoDB::GlobalTable`, for stacks and inventories |
//! | `metrics.rs` | what is measured |
//! | `testing.rs` | doors for the fuzzer (feature `testing`) |
//!
//! Invariants: all truth is in the store, and what is in memory can be read again from it. An item, its rows in the table's
//! indexes and what streams tell of it change in one transaction. Nobody writes by a table's old schema once a new one is in
//! force.

mod calls;
mod engine;
mod error;
pub mod limits;
mod metrics;
mod ops;
mod resources;
mod store;
mod tasks;
#[cfg(feature = "testing")]
pub mod testing;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;

/// What the service keeps between calls.
pub(crate) struct Dynamo {
    engine: Engine,
}

impl Dynamo {
    /// The tables.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// DynamoDB, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    let forgetful = engine.clone();
    let service = Service::new(&api_dynamodb::SERVICE, ops::table())
        .state(Arc::new(Dynamo { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::TablePolicies(engine.clone()))
        .metrics(Arc::new(metrics::Consumption(engine.clone())))
        .on_reset(move |_| forgetful.forget());
    tasks::add(engine.deliveries().add_to(resources::add(service), calls::ToKinesis), &engine)
}

/// DynamoDB Streams, on the same parts.
pub fn streams(parts: &CloudParts) -> Service {
    let engine = Engine::new(parts);
    Service::new(&api_dynamodbstreams::SERVICE, ops::streams_table())
        .state(Arc::new(Dynamo { engine: engine.clone() }))
        .dialect(error::Words)
        .policies(ops::TablePolicies(engine))
}
