//! Typed operations of Pipes: generated at build time from `models/pipes.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`CreatePipe`) with an input (`CreatePipeInput`) and an output (`CreatePipeOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show pipes` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
