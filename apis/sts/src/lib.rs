//! Typed operations of STS, generated from its model.
