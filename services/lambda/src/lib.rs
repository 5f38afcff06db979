//! AWS Lambda: functions that really run.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | functions and what belongs to them, in their own words; `engine/mod.rs` maps it |
//! | `run/` | invocations, at once and later |
//! | `sources/` | queues and streams that feed functions |
//! | `environment/` | what runs code: sandboxes, runtimes, their APIs |
//! | `store.rs` | tables, keys, records |
//! | `receiver.rs` | what other services deliver to functions |
//! | `resources/` | `AWS::Lambda::…`, for stacks and inventories |
//! | `web.rs` | packages to be fetched |
//! | `simulated.rs` | functions that are closures, for tests |
//! | `tasks.rs`, `examine.rs` | background work; packages held against their records |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: all truth is in the store; environments are caches that end with the process. An asynchronous event that was
//! acknowledged runs at least once, or is told of where its function says. A package is kept as long as a version names it.

mod engine;
mod environment;
mod error;
mod examine;
pub mod limits;
mod ops;
mod receiver;
mod resources;
mod run;
mod simulated;
mod sources;
mod store;
mod tasks;
mod web;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use engine::Engine;
pub use simulated::{Handler, Simulated, SimulatedHosts};

/// What the service keeps between calls.
pub(crate) struct Lambda {
    engine: Engine,
}

impl Lambda {
    /// The functions.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    with_hosts(parts, environment::hosts(parts))
}

/// The service with functions that are closures.
pub fn simulated(parts: &CloudParts, hosts: SimulatedHosts) -> Service {
    with_hosts(parts, Arc::new(hosts))
}

/// The service with what runs its functions.
fn with_hosts(parts: &CloudParts, hosts: Arc<dyn environment::Hosts>) -> Service {
    let engine = Engine::new(parts, hosts);
    let forgetful = engine.clone();
    let service = Service::new(&api_lambda::SERVICE, ops::table())
        .state(Arc::new(Lambda { engine: engine.clone() }))
        .policies(ops::FunctionPolicies(engine.clone()))
        .receiver(Arc::new(receiver::Functions))
        .web(Arc::new(web::Pages(engine.clone())))
        .examiner(Arc::new(examine::Packages(engine.clone())))
        .on_reset(move |_| forgetful.forget());
    let service = engine.deliveries().add_to(service, run::later::Events(engine.clone()));
    resources::add(tasks::add(service, &engine))
}
