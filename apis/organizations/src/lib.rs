//! Typed operations of Organizations: generated at build time from `models/organizations.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`AcceptHandshake`) with an input (`AcceptHandshakeInput`) and an output (`AcceptHandshakeOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show organizations` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
