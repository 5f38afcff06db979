//! DynamoDB in process, typed, by a clock that stands still until it is moved; and over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod access;
mod backup;
mod batch;
mod bounds;
mod cloud;
mod concurrency;
mod create;
mod destination;
mod encryption;
mod global;
mod index;
mod item;
mod legacy;
mod model;
mod query;
mod refused;
mod resources;
mod restart;
mod scaling;
mod statement;
mod stream;
mod table;
mod transact;
mod transfer;
mod wire;
