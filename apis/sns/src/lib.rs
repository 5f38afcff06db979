//! Typed operations of SNS: generated at build time from `models/sns.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AddPermission`) with an input (`AddPermissionInput`) and an output (`AddPermissionOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show sns` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
