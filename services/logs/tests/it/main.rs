//! CloudWatch Logs in process, typed, by a clock that stands still until it is moved.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod cloud;
mod delivery;
mod event;
mod export;
mod filter;
mod group;
mod policy;
mod query;
mod receiver;
mod resources;
mod subscription;
mod tail;
mod world;
