//! The road from a real socket: heads and bodies that dawdle or never end, TLS, HTTP/2, draining, panics.

// A test fails by panicking, helpers included.
#![allow(clippy::unwrap_used)]

mod authentication;
mod draining;
mod limits;
mod server;
mod streams;
mod transports;
