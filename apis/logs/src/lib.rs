//! Typed operations of CloudWatch Logs: generated at build time from `models/logs.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`CreateLogGroup`) with an input (`CreateLogGroupInput`) and an output (`CreateLogGroupOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show logs` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
