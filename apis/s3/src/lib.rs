//! Typed operations of S3: generated at build time from `models/s3.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AbortMultipartUpload`) with an input (`AbortMultipartUploadInput`) and an output (`AbortMultipartUploadOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show s3` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
