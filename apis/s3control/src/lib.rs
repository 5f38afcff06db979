//! Typed operations of S3 Control: generated at build time from `models/s3control.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`CreateAccessPoint`) with an input (`CreateAccessPointInput`) and an output (`CreateAccessPointOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show s3control` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
