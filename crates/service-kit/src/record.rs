//! What is told of a call, finished or refused. Audit, metrics, the meter and the access log each are a recorder.

use smithy::Shape;

use crate::{Access, BoxFuture, Ctx, Error, Input};

/// A call that was answered.
pub struct CallRecord<'a> {
    /// Who, what, when.
    pub ctx: &'a Ctx,
    /// What [`Recorder::before`] took note of.
    pub note: Option<Note>,
    /// What it asked to do; none when the input did not tell.
    pub access: Option<&'a Access>,
    /// The error, when it failed.
    pub error: Option<&'a Error>,
    /// The output, when it did not.
    pub output: Option<&'a dyn Shape>,
}

/// What a recorder keeps of an input before the handler consumes it.
pub type Note = Box<dyn std::any::Any + Send>;

/// Told of each call, in the caller's path: must be quick.
pub trait Recorder: Send + Sync {
    /// Sees the input on its way to the handler; what it gives comes back with the record.
    fn before(&self, _ctx: &Ctx, _input: &dyn Input) -> Option<Note> {
        None
    }

    /// Takes note of the answer. The answer is sent only after what this gives has come to its end, and as a fault when that
    /// failed: so an audit record of an acknowledged change is never lost.
    fn record(&self, call: CallRecord<'_>) -> Option<BoxFuture<'static, Result<(), Error>>>;
}
