//! The store as its users see it, on each engine.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod blobs;
#[cfg(target_os = "linux")]
mod crash;
mod engines;
mod local;
mod outbox;
mod tables;
mod timers;
mod transactions;
