//! Moving events: one worker a pipe, which begins it, moves its events while it runs, and ends it.
//!
//! | file | what |
//! |---|---|
//! | `begin.rs` | whether a pipe can run: its role, its source |
//! | `queue.rs` | events from a queue |
//! | `stream.rs`, `shard.rs` | events from a stream, and from one of its shards |
//! | `carry.rs` | a batch on its road: enrichment, target |
//! | `pack.rs` | what a target gets of an event |
//! | `dead.rs` | what is told of events that were given up |
//! | `journal.rs` | what is logged of a batch |
//!
//! Invariants: an event is taken off its source only after its target has it, or after it was given up and that was told.
//! One that is carried again has the same id for its target.

mod begin;
mod carry;
mod dead;
mod journal;
mod pack;
mod queue;
mod shard;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use service_kit::{Cloud, Error, Sender};
use store::StoreError;

use crate::engine::Engine;
use crate::engine::home::Home;
use crate::engine::plan::Plan;
use crate::engine::workers::{Line, Turn};
use crate::store::{PipeRecord, State};

/// Wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Works on a pipe for as long as there is something to do.
struct Worker {
    cloud: Cloud,
    engine: Engine,
    home: Home,
    name: String,
    no: u64,
    line: Line,
}

/// A pipe that runs: all that moving its events needs. Clones are the same.
#[derive(Clone)]
struct Running(Arc<Moving>);

struct Moving {
    cloud: Cloud,
    engine: Engine,
    home: Home,
    name: String,
    arn: String,
    pipe: PipeRecord,
    plan: Plan,
    turn: Turn,
}

/// Tells whoever works on a pipe that it has changed, or lets somebody begin.
pub(crate) fn stir(cloud: &Cloud, engine: &Engine, home: &Home, name: &str, pipe: &PipeRecord) {
    if let Some(line) = engine.workers().stir(pipe.no) {
        begin(cloud, engine, home, name, pipe.no, line);
    }
}

/// Sees to it that somebody works on a pipe.
pub(crate) fn engage(cloud: &Cloud, engine: &Engine, home: &Home, name: &str, pipe: &PipeRecord) {
    if let Some(line) = engine.workers().engage(pipe.no) {
        begin(cloud, engine, home, name, pipe.no, line);
    }
}

fn begin(cloud: &Cloud, engine: &Engine, home: &Home, name: &str, no: u64, line: Line) {
    let (home, name, engine) = (home.clone(), name.to_owned(), engine.clone());
    let worker = Worker { cloud: cloud.clone(), engine, home, name, no, line };
    cloud.runtime().tasks.spawn("pipes.worker", worker.live());
}

impl Worker {
    async fn live(self) {
        let runtime = self.cloud.runtime();
        while !runtime.shutdown.is_requested() {
            let turn = self.line.turn(&runtime.shutdown);
            match self.step(&turn).await {
                Ok(true) => {}
                Ok(false) if self.engine.workers().leave(self.no, &turn) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(pipe = self.name, %error, "a pipe waits for the store");
                    runtime.clock.wait_at_most(STORE_RETRY).await;
                }
            }
        }
    }

    /// Does what the state of the pipe asks for. Whether there may be more to do.
    async fn step(&self, turn: &Turn) -> Result<bool, StoreError> {
        let there = self.engine.pipe(&self.home, &self.name).await?;
        let Some(pipe) = there.filter(|pipe| pipe.no == self.no) else { return Ok(false) };
        match pipe.state {
            State::Creating | State::Updating | State::Starting => self.begin(&pipe, turn).await?,
            State::Running => self.run(&pipe, turn).await?,
            State::Stopping => self.engine.settle(&self.home, &self.name, &pipe, State::Stopped, None).await?,
            State::Deleting => self.engine.remove(&self.home, &self.name, &pipe).await?,
            State::Stopped | State::CreateFailed | State::UpdateFailed | State::StartFailed => return Ok(false),
        }
        Ok(true)
    }

    async fn begin(&self, pipe: &PipeRecord, turn: &Turn) -> Result<(), StoreError> {
        let running = self.running(pipe, turn)?;
        let (state, reason) = match running.check().await {
            Ok(()) if pipe.wanted => (State::Running, None),
            Ok(()) => (State::Stopped, None),
            Err(begin::Trouble::Store(error)) => return Err(error),
            Err(begin::Trouble::Refused(reason)) => (pipe.state.failed(), Some(reason)),
        };
        self.engine.settle(&self.home, &self.name, pipe, state, reason).await
    }

    async fn run(&self, pipe: &PipeRecord, turn: &Turn) -> Result<(), StoreError> {
        let running = self.running(pipe, turn)?;
        match running.0.plan.source.kind {
            crate::engine::plan::Kind::Queue => running.drain_queue().await,
            _ => running.drain_stream().await,
        }
        Ok(())
    }

    fn running(&self, pipe: &PipeRecord, turn: &Turn) -> Result<Running, StoreError> {
        let plan =
            Plan::read(&self.engine.settings(pipe)?).ok_or_else(|| StoreError::corrupt("the settings of a pipe"))?;
        Ok(Running(Arc::new(Moving {
            cloud: self.cloud.clone(),
            engine: self.engine.clone(),
            home: self.home.clone(),
            name: self.name.clone(),
            arn: self.home.pipe_arn(&self.name).to_string(),
            pipe: pipe.clone(),
            plan,
            turn: turn.clone(),
        })))
    }
}

impl Running {
    /// In the name of the pipe's role.
    async fn sender(&self) -> Result<Sender, Error> {
        let Moving { cloud, engine, home, arn, plan, .. } = &*self.0;
        engine.sender(cloud, home, arn, &plan.role).await
    }

    fn now(&self) -> Timestamp {
        self.0.engine.now()
    }

    fn is_over(&self) -> bool {
        self.0.turn.is_over()
    }

    /// Waits after a failure, by the cloud's clock or by real time, but not when work is to stop.
    async fn pause(&self, wait: Duration) {
        tokio::select! {
            () = self.0.cloud.runtime().clock.wait_at_most(wait) => {}
            () = self.0.turn.over() => {}
        }
    }

    fn warn(&self, error: &Error, what: &'static str) {
        tracing::warn!(pipe = self.0.name, %error, what, "a pipe is in trouble; again later");
        self.0.engine.forget_roles(&self.0.arn);
    }
}
