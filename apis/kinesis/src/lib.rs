//! Typed operations of Kinesis: generated at build time from `models/kinesis.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AddTagsToStream`) with an input (`AddTagsToStreamInput`) and an output (`AddTagsToStreamOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show kinesis` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
