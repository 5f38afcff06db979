//! The matcher from outside: AWS's recorded refusals, its documented matches, and a slow twin that is obviously right.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod refusals;
mod set;
mod tables;
mod twin;
