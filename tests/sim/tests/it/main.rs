//! The runs: seeds in one process, kills of the real binary.

#![allow(clippy::unwrap_used)]

mod kill9;
mod seeds;
