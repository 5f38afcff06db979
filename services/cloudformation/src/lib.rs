//! AWS CloudFormation: stacks of resources, made and changed as templates say.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge: typed input → engine → typed output; `ops/mod.rs` is the operation table |
//! | `engine/` | templates: read, checked, evaluated, compared. Pure; `engine/mod.rs` maps it |
//! | `run/` | operations carried out, step by step, through crashes; `run/mod.rs` maps it |
//! | `store.rs` | tables, keys, records |
//! | `naming.rs` | names and tags that stacks give to what is in them |
//! | `resources.rs` | resource types of the service itself |
//! | `calls.rs` | calls to other services |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: a step is written down before it is begun and when it is done. A resource whose making was cut short is looked
//! for by its name before it is made again. What is in a stack is made by calls in the name of whoever asked, or of the
//! stack's role: their policies decide.

mod calls;
mod engine;
mod error;
mod limits;
mod naming;
mod ops;
mod resources;
mod run;
mod store;

use std::sync::Arc;

use service_kit::{CloudParts, Service, Task};

use run::Stacks;

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let stacks = Arc::new(Stacks::new(parts));
    let wake = stacks.wake.clone();
    let forgetful = stacks.clone();
    let service = Service::new(&api_cloudformation::SERVICE, ops::table())
        .state(stacks)
        .task(Task::new("operations", run::PERIOD, wake, run::carry_on))
        .on_reset(move |_| forgetful.sessions.forget());
    resources::add(service)
}
