//! Typed operations of STS: generated at build time from `models/sts.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AssumeRole`) with an input (`AssumeRoleInput`) and an output (`AssumeRoleOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show sts` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
