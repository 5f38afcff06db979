//! SQS in process, typed, by a clock that stands still until it is moved.

mod cloud;
mod message;
