//! Typed operations of EventBridge: generated at build time from `models/events.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`ActivateEventSource`) with an input (`ActivateEventSourceInput`) and an output (`ActivateEventSourceOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show events` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
