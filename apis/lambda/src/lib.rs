//! Typed operations of Lambda: generated at build time from `models/lambda.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`GetFunction`) with an input (`GetFunctionInput`) and an output (`GetFunctionOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show lambda` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
