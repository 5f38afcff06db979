//! CloudTrail in process, by a clock that stands still until it is moved: beside SQS, whose calls it records.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod bus;
mod cloud;
mod crash;
mod data_store;
mod delivery;
mod history;
mod identity;
mod insight;
mod organization;
mod reach;
mod resources;
mod selectors;
mod trail;
mod usage;
