//! An invocation from the function's name to its outcome.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use names::RequestId;
use service_kit::{BoxFuture, Cloud, Error, Fault};

use crate::engine::home::{Named, version_name};
use crate::engine::pool::{Form, Full, Permit};
use crate::engine::{Engine, Refusal};
use crate::environment::{AnswerSink, Environment, Invocation, Outcome, StartFailure, Verdict};
use crate::limits;
use crate::store::VersionRecord;

/// What is asked of a function.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) request: RequestId,
    pub(crate) payload: Bytes,
    pub(crate) context: Option<String>,
    pub(crate) trace: Option<String>,
    /// Whether the answer may be as long as streams may.
    pub(crate) streams: bool,
}

/// Why an invocation did not begin.
#[derive(Debug)]
pub(crate) enum NotBegun {
    /// It is not there.
    Refused(Refusal),
    /// Too many run already.
    Full(Full),
    /// It is being created.
    Pending,
    /// No environment could be started.
    Start(StartFailure),
}

/// A version that lets an invocation in.
pub(crate) struct Admitted {
    engine: Engine,
    named: Named,
    version: VersionRecord,
    form: Form,
    /// The version: `$LATEST` or a number.
    pub(crate) version_name: String,
    _permit: Permit,
}

/// Keeps what a function answers.
#[derive(Debug, Default)]
pub(crate) struct Buffer(pub(crate) BytesMut);

impl AnswerSink for Buffer {
    fn begin(&mut self, _content_type: &str, _streams: bool) {}

    fn piece<'a>(&'a mut self, bytes: Bytes) -> BoxFuture<'a, ()> {
        self.0.extend_from_slice(&bytes);
        Box::pin(std::future::ready(()))
    }
}

impl From<Refusal> for NotBegun {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<store::StoreError> for NotBegun {
    fn from(error: store::StoreError) -> Self {
        Self::Refused(Refusal::Store(error))
    }
}

impl Engine {
    /// Finds the version, an alias' by its weights, and lets an invocation in.
    pub(crate) async fn admit(&self, named: &Named) -> Result<Admitted, NotBegun> {
        let routed = self.route(named).await?;
        let found = self.find(&routed).await?;
        if found.version.ready > self.now() {
            return Err(NotBegun::Pending);
        }
        let (home, function) = (&named.home, &found.function);
        let reserved: u32 = self.functions(home).await?.iter().filter_map(|(_, record)| record.reserved).sum();
        let unreserved = limits::CONCURRENCY.saturating_sub(reserved);
        let permit = self.pools().enter(home, function.no, function.reserved, unreserved).map_err(NotBegun::Full)?;
        Ok(Admitted {
            engine: self.clone(),
            named: named.clone(),
            form: (function.no, found.number, found.version.revision.clone()),
            version_name: version_name(found.number),
            version: found.version,
            _permit: permit,
        })
    }

    /// The version that an alias leads this invocation to.
    async fn route(&self, named: &Named) -> Result<Named, NotBegun> {
        let Some(qualifier) = &named.qualifier else { return Ok(named.clone()) };
        let alias = self.alias(&named.home, &named.name, qualifier).await?;
        let Some(alias) = alias else { return Ok(named.clone()) };
        let number = match alias.other {
            Some((other, weight)) if self.draw() < weight => other,
            _ => alias.version,
        };
        Ok(Named { qualifier: Some(version_name(number)), ..named.clone() })
    }

    /// A number from 0 to 1, 1 not included.
    fn draw(&self) -> f64 {
        f64::from(u32::try_from(self.runtime().random.below(1 << 31)).unwrap_or_default()) / f64::from(1_u32 << 31)
    }
}

impl Admitted {
    /// Runs the invocation in an environment that waits, or in a new one.
    pub(crate) async fn run(&self, cloud: &Cloud, ask: Ask, sink: &mut dyn AnswerSink) -> Result<Outcome, NotBegun> {
        let environment = self.environment(cloud).await?;
        let invocation = Invocation {
            request_id: ask.request,
            payload: ask.payload,
            invoked_arn: self.named.arn(),
            client_context: ask.context,
            cognito_identity: None,
            trace: ask.trace,
            answer_limit: if ask.streams { limits::STREAMED } else { limits::PAYLOAD },
        };
        let outcome = environment.invoke(invocation, sink).await;
        let Outcome { duration, init, max_memory_mb, .. } = &outcome;
        tracing::debug!(function = self.named.name, ?duration, ?init, max_memory_mb, "an invocation ended");
        self.engine.pools().put(&self.form, environment, self.engine.now());
        Ok(outcome)
    }

    async fn environment(&self, cloud: &Cloud) -> Result<Arc<dyn Environment>, NotBegun> {
        if let Some(waiting) = self.engine.pools().take(&self.form) {
            return Ok(waiting);
        }
        self.engine.start(cloud, &self.named, &self.version_name, &self.version).await
    }
}

/// An invocation whose answer is kept: what it answered, or the JSON of its failure.
pub(crate) async fn invoke(admitted: Admitted, cloud: &Cloud, ask: Ask) -> Result<(Outcome, Bytes), NotBegun> {
    let mut buffer = Buffer::default();
    let outcome = admitted.run(cloud, ask, &mut buffer).await?;
    let payload = match &outcome.verdict {
        Verdict::Success => buffer.0.freeze(),
        Verdict::Failure(_, payload) => payload.clone(),
    };
    Ok((outcome, payload))
}

/// Runs work to its end even when whoever waits for it goes away: an environment is never left in the middle.
pub(crate) async fn detached<T: Send + 'static>(
    cloud: &Cloud,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Error> {
    let (tell, told) = tokio::sync::oneshot::channel();
    cloud.runtime().tasks.spawn("lambda.invocation", async move {
        // Nobody may be left to hear it.
        let _ = tell.send(work.await);
    });
    told.await.map_err(|_| Fault::internal("an invocation was cut short").into())
}
