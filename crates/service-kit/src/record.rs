//! What is told of a finished call. Audit, metrics, the meter and the access log each are a recorder.

use smithy::Shape;

use crate::{Ctx, Error};

/// A finished call.
pub struct CallRecord<'a> {
    /// Who, what, when.
    pub ctx: &'a Ctx,
    /// The error, when it failed.
    pub error: Option<&'a Error>,
    /// The output, when it did not.
    pub output: Option<&'a dyn Shape>,
}

/// Told of each finished call, in the caller's path: must be quick and must not fail.
pub trait Recorder: Send + Sync {
    /// Takes note.
    fn record(&self, call: &CallRecord<'_>);
}
