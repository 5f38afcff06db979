//! Hostile guests: each hurts only its own sandbox. They run at every level this host offers, found by trying; what a
//! level cannot keep apart is not asked of it.

mod guests;
mod lives;
