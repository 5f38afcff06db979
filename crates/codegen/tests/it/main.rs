//! The generator as a whole: its effect on one small service, word for word, and properties that hold for all models.

// A test fails by panicking, what it calls included.
#![allow(clippy::unwrap_used)]

mod access;
mod golden;
mod models;
