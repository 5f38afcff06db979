//! The schema registry in process, typed, by a clock that stands still until it is moved; over the wire where the wire
//! matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod code;
mod discoverer;
mod discovery;
mod registry;
mod resources;
mod schema;
mod wire;
mod world;
