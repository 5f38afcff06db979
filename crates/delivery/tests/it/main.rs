//! Deliveries on a store in memory, by a clock that is moved: each lane for itself, through failures and crashes.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod crash;
mod lanes;
mod world;
