//! The store as its users see it, on each engine.

mod tables;
mod transactions;
