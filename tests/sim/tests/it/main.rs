//! The runs: seeds in one process, kills of the real binary.

mod kill9;
mod seeds;
