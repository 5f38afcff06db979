//! From an API model, its overlay and a list of operations to Rust text.
