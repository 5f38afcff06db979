//! Kinesis in process, typed, by a clock that stands still until it is moved.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod account;
mod authority;
mod cloud;
mod consumer;
mod encryption;
mod iterator;
mod limits;
mod monitoring;
mod receiver;
mod record;
mod reshard;
mod resources;
mod restart;
mod settings;
mod shard;
mod stream;
mod subscribe;
mod tags;
mod wire;
