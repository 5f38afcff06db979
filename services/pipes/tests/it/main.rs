//! Pipes in process, typed, by a clock that stands still until it is moved; sources and targets are the real services, but
//! for S3, which remembers what is put.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod destination;
mod enrichment;
mod log;
mod pipe;
mod queue;
mod refused;
mod resources;
mod restart;
mod stream;
mod tags;
mod targets;
mod world;
