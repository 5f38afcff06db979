//! Typed operations of SQS: generated at build time from `models/sqs.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`SendMessage`) with an input (`SendMessageInput`) and an output (`SendMessageOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show sqs` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
