//! Lambda in process, typed, with functions that are closures, by a clock that stands still until it is moved.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod function;
mod invoke;
mod later;
mod layer;
mod mapping;
mod permission;
mod resources;
mod world;
