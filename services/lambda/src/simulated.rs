//! Functions that are closures: the whole service without a process, for tests of it and of those that call it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use service_kit::BoxFuture;
use tokio::sync::Semaphore;

use crate::environment::{
    AnswerSink, Environment, EnvironmentSpec, FailureKind, Hosts, Invocation, Outcome, StartFailure, Verdict,
};

/// What a simulated function is called with.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// Its name.
    pub function: String,
    /// The version: `$LATEST` or a number.
    pub version: String,
    /// The number of the environment, from one, among all that were started.
    pub environment: u64,
    /// The event; null for none.
    pub event: Value,
    /// The request id.
    pub request: String,
    /// Its variables.
    pub variables: Vec<(String, String)>,
    /// The directory of its code.
    pub code: std::path::PathBuf,
}

/// What simulated functions do: an answer, or the JSON of a failure.
pub type Handler = Arc<dyn Fn(&Simulated) -> Result<Value, Value> + Send + Sync>;

/// Starts environments that call a closure.
pub struct SimulatedHosts {
    handler: Handler,
    started: AtomicU64,
    gate: Arc<Semaphore>,
}

impl SimulatedHosts {
    /// Environments that call `handler`. Each invocation takes a permit of `gate` while it runs: one without permits holds
    /// invocations up.
    pub fn new(handler: Handler, gate: Arc<Semaphore>) -> Self {
        Self { handler, started: AtomicU64::new(0), gate }
    }
}

struct One {
    spec: Arc<EnvironmentSpec>,
    handler: Handler,
    number: u64,
    alive: AtomicBool,
    gate: Arc<Semaphore>,
}

impl Hosts for SimulatedHosts {
    fn start<'a>(&'a self, spec: Arc<EnvironmentSpec>) -> BoxFuture<'a, Result<Arc<dyn Environment>, StartFailure>> {
        let number = self.started.fetch_add(1, Ordering::SeqCst) + 1;
        let (handler, gate) = (self.handler.clone(), self.gate.clone());
        let one: Arc<dyn Environment> = Arc::new(One { spec, handler, number, alive: AtomicBool::new(true), gate });
        Box::pin(std::future::ready(Ok(one)))
    }
}

impl Environment for One {
    fn invoke<'a>(&'a self, invocation: Invocation, answer: &'a mut dyn AnswerSink) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let _permit = self.gate.acquire().await;
            let call = Simulated {
                function: self.spec.function.name.clone(),
                version: self.spec.function.version.clone(),
                environment: self.number,
                event: serde_json::from_slice(&invocation.payload).unwrap_or_default(),
                request: invocation.request_id.to_string(),
                variables: self.spec.variables.clone(),
                code: self.spec.code.clone(),
            };
            let verdict = match (self.handler)(&call) {
                Ok(value) => {
                    answer.begin("application/json", false);
                    answer.piece(Bytes::from(value.to_string())).await;
                    Verdict::Success
                }
                Err(error) => Verdict::Failure(FailureKind::Handler, Bytes::from(error.to_string())),
            };
            let log_tail = format!("START RequestId: {} Version: {}\n", call.request, call.version).into_bytes();
            Outcome { verdict, duration: Duration::ZERO, init: None, max_memory_mb: 0, log_tail }
        })
    }

    fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        self.alive.store(false, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}
