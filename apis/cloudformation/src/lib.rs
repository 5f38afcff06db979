//! Typed operations of CloudFormation: generated at build time from `models/cloudformation.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`ListStacks`) with an input (`ListStacksInput`) and an output (`ListStacksOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show cloudformation` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
