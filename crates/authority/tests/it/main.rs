//! Decisions on the road: who gets through to a handler, who does not, and what is said of it.

// A test fails by panicking, helpers included.
#![allow(clippy::unwrap_used)]

mod bounds;
mod decisions;
mod keys;
mod memo;
mod world;
