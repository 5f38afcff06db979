//! The road from bytes to a handler and back.
