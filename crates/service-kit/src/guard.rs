//! The seam between authorisation and handler where quotas throttle and injected faults strike.

use crate::{BoxFuture, Ctx, Error};

/// Asked before each handler; may delay it or answer in its place.
pub trait Guard: Send + Sync {
    /// Lets the call pass, or fails it.
    fn check<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Error>>;
    /// Whether it has nothing to say to anyone: spares the question on the hot path.
    fn idle(&self) -> bool {
        false
    }
}

/// Lets everything pass.
#[derive(Debug, Clone, Copy)]
pub struct Unguarded;

impl Guard for Unguarded {
    fn check<'a>(&'a self, _ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn idle(&self) -> bool {
        true
    }
}
