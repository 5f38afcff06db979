//! Typed operations of KMS: generated at build time from `models/kms.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`CancelKeyDeletion`) with an input (`CancelKeyDeletionInput`) and an output (`CancelKeyDeletionOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show kms` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
