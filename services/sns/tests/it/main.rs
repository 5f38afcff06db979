//! SNS in process, typed, by a clock that stands still until it is moved; and over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod authority;
mod cloud;
mod crash;
mod dead_letters;
mod fifo;
mod phones;
mod protection;
mod queue;
mod resources;
mod subscription;
mod topic;
mod web;
