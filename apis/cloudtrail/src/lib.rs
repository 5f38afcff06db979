//! Typed operations of CloudTrail: generated at build time from `models/cloudtrail.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AddTags`) with an input (`AddTagsInput`) and an output (`AddTagsOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show cloudtrail` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
