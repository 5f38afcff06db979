//! KMS in process, typed, by a clock that stands still until it is moved; and over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod alias;
mod cloud;
mod crypt;
mod data_key;
mod grant;
mod import;
mod key;
mod key_store;
mod managed;
mod policy;
mod region;
mod resources;
mod restart;
mod rotation;
mod sign;
mod tags;
mod wire;
