//! Organizations in process, by a clock that stands still until it is moved; and what they mean for queues.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod account;
mod cloud;
mod delegation;
mod effective;
mod features;
mod guardrail;
mod handshake;
mod identity;
mod invalid;
mod organization;
mod policy;
mod resources;
mod restart;
mod tags;
mod transfer;
mod tree;
mod wire;
