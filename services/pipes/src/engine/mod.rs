//! Pipes, and what they do to events, in their own words. Moving them is `run/`.
//!
//! | file | what |
//! |---|---|
//! | `home.rs` | where pipes are, and what they are called |
//! | `pipe.rs` | pipes: created, changed, begun, removed |
//! | `checkpoint.rs` | how far sources were read |
//! | `plan.rs` | the settings of a pipe, read. Pure |
//! | `event.rs` | events as pipes pass them on, and with their encoded parts opened. Pure |
//! | `filter.rs` | which events pass. Pure |
//! | `path.rs`, `template.rs` | what targets get of an event. Pure |
//! | `attempts.rs` | what follows a failed attempt at a batch of a stream. Pure |
//! | `lineage.rs` | which shards may be read: children after their parents. Pure |
//! | `roles.rs` | roles taken on, for as long as their sessions last |
//! | `workers.rs` | who is at work |

pub(crate) mod attempts;
mod checkpoint;
pub(crate) mod event;
pub(crate) mod filter;
pub(crate) mod home;
pub(crate) mod lineage;
pub(crate) mod path;
pub(crate) mod pipe;
pub(crate) mod plan;
mod roles;
pub(crate) mod template;
pub(crate) mod workers;

use std::sync::Arc;

use names::Timestamp;
use runtime::Runtime;
use serde_json::Value;
use service_kit::{CloudParts, Error, RoleSessions};
use store::{Mac, Scope, Seal, Sequence, Store, StoreError};

use crate::store::{PipeNo, PipeRecord, State};

/// All of Pipes. Clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    seal: Seal,
    ids: Mac,
    roles: RoleSessions,
    workers: workers::Workers,
}

/// What can go wrong, told by the edge in AWS's words.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The store.
    Store(StoreError),
    /// The pipe is not there.
    Absent,
    /// It is there already.
    Taken,
    /// It is on its way from one state to another.
    Busy(State),
    /// What is asked breaks a rule.
    Refused(Error),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An answer of the engine.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Engine {
    /// On the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store.clone(),
            runtime: parts.runtime.clone(),
            numbers: Sequence::new(&parts.store, Scope::Global, "pipes"),
            seal: parts.vault.seal("pipes/settings"),
            ids: parts.vault.mac("pipes/event"),
            roles: RoleSessions::default(),
            workers: workers::Workers::default(),
        }))
    }

    /// Clock and randomness.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// Who is at work.
    pub(crate) fn workers(&self) -> &workers::Workers {
        &self.0.workers
    }

    /// Drops everything that can be read again; whoever is at work looks again.
    pub(crate) fn forget(&self) {
        self.0.roles.forget();
        self.0.workers.stir_all();
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// The id under which what a pipe makes of an event is delivered: the same at each attempt, whatever happens between.
    pub(crate) fn delivery(&self, pipe: &PipeRecord, event: &str, part: usize) -> u128 {
        let what = format!("{}|{}|{event}|{part}", pipe.no, pipe.created.micros());
        let code = self.0.ids.code(what.as_bytes());
        code[..16].iter().fold(0, |id, byte| id << 8 | u128::from(*byte))
    }

    /// The settings of a pipe, as they are kept.
    fn close(&self, no: PipeNo, settings: &Value) -> bytes::Bytes {
        let plain = settings.to_string();
        self.0.seal.close(&self.0.runtime.random, &no.to_be_bytes(), plain.as_bytes()).into()
    }

    /// The settings of a pipe: members of `CreatePipe`.
    pub(crate) fn settings(&self, pipe: &PipeRecord) -> Result<Value, StoreError> {
        let plain = self.0.seal.open(&pipe.no.to_be_bytes(), &pipe.settings)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::corrupt("the settings of a pipe"))
    }

    fn store(&self) -> &Store {
        &self.0.store
    }
}
