//! The whole cloud in one process.

// A test fails by panicking, helpers included.
#![allow(clippy::unwrap_used)]

mod authorisation;
mod fixtures;
mod resource_types;
