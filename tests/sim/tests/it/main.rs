//! The runs: seeds in one process, kills of the real binary.

#![allow(clippy::unwrap_used)]

mod dynamo_kill9;
mod dynamo_seeds;
mod kill9;
mod seeds;
