//! Crash and fault runs over the whole system.
