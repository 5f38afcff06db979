//! Typed operations of Glacier: generated at build time from `models/glacier.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AbortMultipartUpload`) with an input (`AbortMultipartUploadInput`) and an output (`AbortMultipartUploadOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show glacier` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
