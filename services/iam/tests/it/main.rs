//! IAM in process, typed, by a clock that stands still until it is moved; and over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod access_key;
mod account;
mod attachment;
mod authorization;
mod cloud;
mod concurrency;
mod enforced;
mod group;
mod inline;
mod instance_profile;
mod paging;
mod policy;
mod resources;
mod restart;
mod role;
mod tags;
mod used;
mod user;
mod wire;
