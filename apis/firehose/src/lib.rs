//! Typed operations of Firehose: generated at build time from `models/firehose.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`CreateDeliveryStream`) with an input (`CreateDeliveryStreamInput`) and an output (`CreateDeliveryStreamOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show firehose` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
