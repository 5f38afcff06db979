//! Firehose in process, typed, by a clock that stands still until it is moved; S3 is a service that remembers objects.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod cloud;
mod delivery;
mod endpoint;
mod partition;
mod receiver;
mod resources;
mod restart;
mod source;
mod stream;
mod tags;
