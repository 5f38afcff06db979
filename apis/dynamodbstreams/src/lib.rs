//! Typed operations of DynamoDB Streams: generated at build time from `models/dynamodbstreams.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`DescribeStream`) with an input (`DescribeStreamInput`) and an output (`DescribeStreamOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show dynamodbstreams` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
