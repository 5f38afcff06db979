//! Who carries a service's messages: the part of delivering that only the service knows.

use std::num::NonZeroU32;

use service_kit::{BoxFuture, Error, TaskCtx};

use crate::{Consignment, Intent, Retries, Verdict, Why};

/// How a lane is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// When to try again.
    pub retries: Retries,
    /// Attempts under way at the same time; a lane in order has one.
    pub concurrency: usize,
    /// Intents of one attempt at most.
    pub batch: usize,
    /// Intents a second at most.
    pub rate: Option<NonZeroU32>,
}

/// Carries the messages of one service. `ctx` gives the cloud, and the service's state.
pub trait Courier: Send + Sync + 'static {
    /// How a lane is served; none when it is no more, and what waits on it is to be dropped.
    fn lane<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>>;

    /// Tries to deliver intents of a lane, and tells how it went with each, in their order. On a lane in order those after
    /// the first that is not delivered must not be tried; their verdicts do not count.
    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>>;

    /// Where an intent goes that is given up: to another lane (a dead-letter queue), with another note, in the commit that
    /// takes it off this one; none when it ends here. Its failure is the last one.
    fn give_up<'a>(
        &'a self,
        _ctx: &'a TaskCtx,
        _lane: &'a str,
        _intent: &'a Intent,
        _why: Why,
    ) -> BoxFuture<'a, Option<Consignment>> {
        Box::pin(std::future::ready(None))
    }
}

impl Lane {
    /// Eight attempts at a time of ten intents each, as fast as they go.
    pub fn new(retries: Retries) -> Self {
        Self { retries, concurrency: 8, batch: 10, rate: None }
    }
}
