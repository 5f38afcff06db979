//! The crate from outside: published vectors, what it signs against what it verifies, and bodies split anywhere.

#![expect(clippy::unwrap_used, reason = "what a test calls may fail as the test does")]

mod chunked;
mod errors;
mod forms;
mod published;
mod raw;
mod roundtrip;
mod suites;
mod total;
