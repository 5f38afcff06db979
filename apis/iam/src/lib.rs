//! Typed operations of IAM: generated at build time from `models/iam.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AcceptDelegationRequest`) with an input (`AcceptDelegationRequestInput`) and an output (`AcceptDelegationRequestOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show iam` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
