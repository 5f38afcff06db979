//! EventBridge in process, typed, by a clock that stands still until it is moved; over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod archive;
mod bus;
mod dead_letters;
mod destination;
mod elsewhere;
mod input;
mod partner;
mod put;
mod resources;
mod rule;
mod schedule;
mod tags;
mod world;
