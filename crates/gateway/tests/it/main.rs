//! The road from a real socket: heads and bodies that dawdle or never end, TLS, HTTP/2, draining, panics.

mod authentication;
mod draining;
mod limits;
mod server;
mod transports;
