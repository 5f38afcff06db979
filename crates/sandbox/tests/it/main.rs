//! Hostile guests: each hurts only its own sandbox. They run at every level this host offers, found by trying; what a
//! level cannot keep apart is not asked of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod guests;
mod lives;
