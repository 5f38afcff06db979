//! SQS in process, typed, by a clock that stands still until it is moved; and over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod attributes;
mod authority;
mod batch;
mod cloud;
mod concurrency;
mod dead_letters;
mod deliveries;
mod doubt;
mod encryption;
mod fifo;
mod message;
mod permission;
mod poll;
mod queue;
mod refused;
mod resources;
mod restart;
mod visibility;
mod wire;
