//! Event sources: one worker a mapping, which reads its source in the name of the function's role, invokes the function with
//! batches, and takes off the source what is done with.
//!
//! | file | what |
//! |---|---|
//! | `queue.rs` | messages of queues |
//! | `stream.rs` | records of streams, shard by shard and in order |
//! | `reading.rs` | streams read through their services' operations |
//! | `filter.rs` | which records are wanted |
//!
//! Invariants: a record is taken off its source only after the function has it, or after it was given up and that was told.

mod filter;
mod queue;
mod reading;
mod stream;

pub(crate) use filter::are_patterns;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use names::{Arn, RequestId};
use parking_lot::Mutex;
use serde_json::Value;
use service_kit::{Cloud, Error, Fault, Sender, TaskCtx, Wake};
use store::StoreError;

use crate::Lambda;
use crate::engine::Engine;
use crate::engine::home::{Home, Named};
use crate::environment::Verdict;
use crate::run::invoke::{Ask, invoke};
use crate::store::{MAPPINGS, MappingRecord, MappingState};

/// Wait after something failed.
const RETRY: Duration = Duration::from_secs(1);

/// Who is at work.
#[derive(Clone, Default)]
pub(crate) struct Workers {
    busy: Arc<Mutex<HashSet<String>>>,
    wake: Wake,
}

impl Workers {
    /// Wakes the task that begins workers.
    pub(crate) fn signal(&self) {
        self.wake.signal();
    }

    /// What wakes it.
    pub(crate) fn wake(&self) -> &Wake {
        &self.wake
    }
}

/// A mapping at work.
struct Work {
    cloud: Cloud,
    engine: Engine,
    home: Home,
    uuid: String,
    mapping: MappingRecord,
    source: Arn,
    function: Named,
}

/// Begins a worker for each mapping that has none.
pub(crate) async fn begin(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<Lambda>();
    let engine = state.engine();
    for (scope, uuid, _) in MAPPINGS.scan_everywhere(&ctx.cloud.store().read().await?).await? {
        let Some(home) = Home::of(&scope) else { continue };
        if engine.sources().busy.lock().insert(uuid.clone()) {
            let (cloud, engine) = (ctx.cloud.clone(), engine.clone());
            ctx.cloud.runtime().tasks.spawn("lambda.source", live(cloud, engine, home, uuid));
        }
    }
    Ok(())
}

async fn live(cloud: Cloud, engine: Engine, home: Home, uuid: String) {
    while !cloud.runtime().shutdown.is_requested() {
        match step(&cloud, &engine, &home, &uuid).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(mapping = uuid, %error, "an event source mapping is in trouble; again later");
                let result = format!("PROBLEM: {}", problem(&error));
                // The next round tells again.
                let _ = engine.note_result(&home, &uuid, &result).await;
                cloud.runtime().clock.wait_at_most(RETRY).await;
            }
        }
    }
    engine.sources().busy.lock().remove(&uuid);
}

fn problem(error: &Error) -> String {
    match error {
        Error::Modeled(told) => told.message.clone(),
        Error::Fault(Fault::AccessDenied { .. }) => {
            "Lambda does not have permission to access the resource.".to_owned()
        }
        Error::Fault(_) => "Lambda internal error.".to_owned(),
    }
}

/// Does what the mapping's state asks for. Whether it is still there.
async fn step(cloud: &Cloud, engine: &Engine, home: &Home, uuid: &str) -> Result<bool, Error> {
    let Some(mapping) = engine.mapping(home, uuid).await? else { return Ok(false) };
    let (clock, now) = (&cloud.runtime().clock, engine.now());
    match mapping.state_at(now) {
        MappingState::Deleting if mapping.settles <= now => {
            engine.remove_mapping(home, uuid).await?;
            return Ok(false);
        }
        MappingState::Enabled => {
            let source = mapping.source.parse().map_err(|_| StoreError::corrupt("the source of a mapping"))?;
            let function = Named::read(&mapping.function, home);
            let function = function.ok_or_else(|| StoreError::corrupt("the function of a mapping"))?;
            let (cloud, engine, home, uuid) = (cloud.clone(), engine.clone(), home.clone(), uuid.to_owned());
            let work = Work { cloud, engine, home, uuid, mapping, source, function };
            match work.source.service.as_str() {
                "sqs" => work.drain_queue().await?,
                _ => work.drain_stream().await?,
            }
        }
        MappingState::Disabled => clock.wait_at_most(RETRY).await,
        _ => {
            tokio::select! {
                () = clock.sleep_until(mapping.settles) => {}
                () = cloud.runtime().shutdown.requested() => {}
            }
        }
    }
    Ok(true)
}

/// What a function made of a batch.
enum Made {
    /// All well, with its answer.
    Well(Value),
    /// It failed.
    Failed,
    /// It could not be run now.
    Throttled,
}

impl Work {
    /// In the name of the function's role.
    async fn sender(&self) -> Result<Sender, Error> {
        let found = self.engine.find(&self.function).await.map_err(|_| Fault::internal("the function is gone"))?;
        let role = self.engine.settings(&found.version)?.role;
        let role = self.engine.role(&self.cloud, &self.home, &role, &self.function.name);
        let role = role.ok_or_else(|| Fault::internal("the function's role is none"))?;
        Ok(Sender { cloud: self.cloud.clone(), caller: role.caller().await?, source_arn: None })
    }

    /// Whether the mapping is as it was when work began.
    async fn holds(&self) -> Result<bool, Error> {
        let now = self.engine.mapping(&self.home, &self.uuid).await?;
        Ok(now.is_some_and(|now| now.turn == self.mapping.turn) && !self.cloud.runtime().shutdown.is_requested())
    }

    async fn run(&self, event: &Value) -> Result<Made, Error> {
        let Ok(admitted) = self.engine.admit(&self.function).await else { return Ok(Made::Throttled) };
        let ask = Ask {
            request: RequestId::from_random(self.cloud.runtime().random.u128()),
            payload: event.to_string().into(),
            context: None,
            trace: None,
            streams: false,
        };
        Ok(match invoke(admitted, &self.cloud, ask).await {
            Ok((outcome, answer)) if outcome.verdict == Verdict::Success => {
                Made::Well(serde_json::from_slice(&answer).unwrap_or_default())
            }
            Ok(_) => Made::Failed,
            Err(_) => Made::Throttled,
        })
    }

    async fn tell(&self, result: &str) -> Result<(), Error> {
        Ok(self.engine.note_result(&self.home, &self.uuid, result).await?)
    }

    /// The items that a function says have failed; all of them when what it says cannot be read. None where it was not asked.
    fn partly(&self, answer: &Value, known: &[&str]) -> Option<Vec<String>> {
        if !self.mapping.partial {
            return None;
        }
        let all = || known.iter().map(|id| (*id).to_owned()).collect();
        let list = match &answer["batchItemFailures"] {
            Value::Null => return None,
            Value::Array(list) => list,
            _ => return Some(all()),
        };
        let named: Vec<String> =
            list.iter().filter_map(|one| one["itemIdentifier"].as_str().map(str::to_owned)).collect();
        let sound = named.len() == list.len() && named.iter().all(|id| known.contains(&id.as_str()));
        if sound { Some(named) } else { Some(all()) }
    }
}
