//! Typed operations of DynamoDB: generated at build time from `models/dynamodb.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`BatchExecuteStatement`) with an input (`BatchExecuteStatementInput`) and an output (`BatchExecuteStatementOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show dynamodb` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
