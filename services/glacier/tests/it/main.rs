//! Glacier in process, typed, by a clock that stands still until it is moved.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod account;
mod archive;
mod fsck;
mod job;
mod lock;
mod upload;
mod vault;
mod world;
