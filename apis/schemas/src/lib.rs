//! Typed operations of schemas: generated at build time from `models/schemas.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`CreateDiscoverer`) with an input (`CreateDiscovererInput`) and an output (`CreateDiscovererOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show schemas` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
