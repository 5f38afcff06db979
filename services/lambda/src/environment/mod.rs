//! The seam between the functions and what runs them: an engine asks [`Hosts`] for an environment and gives it one
//! invocation at a time. How code is isolated, started and frozen is known on the other side only.
//!
//! | file | noun |
//! |---|---|
//! | `host.rs` | this machine: its sandboxes, and one environment made in one |
//! | `variables.rs` | the variables a function finds |
//! | `runtimes.rs` | interpreters of this host, and what is started for each runtime |
//! | `life.rs` | init, invocations, freezing, the end |
//! | `stage.rs` | what the processes inside and the life outside tell each other |
//! | `api.rs`, `extensions.rs` | the Runtime API and the Extensions API over HTTP |
//! | `console.rs` | what the processes print: lines, and frames |
//! | `report.rs` | the platform's own lines, in text and JSON; failures in AWS's words |
//! | `proxy.rs` | the way from a sandbox to this cloud |

mod api;
mod console;
mod extensions;
mod host;
mod life;
mod proxy;
mod report;
mod runtimes;
mod stage;
mod variables;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use names::{Region, RequestId, Timestamp};
use service_kit::{BoxFuture, CloudParts};

/// Starts execution environments.
pub(crate) trait Hosts: Send + Sync {
    /// Starts one and runs its init phase to the end. An init that fails does not fail the start: it is run again by the
    /// first invocation, which then tells of it, as in AWS.
    fn start<'a>(&'a self, spec: Arc<EnvironmentSpec>) -> BoxFuture<'a, Result<Arc<dyn Environment>, StartFailure>>;
}

/// One execution environment: one invocation at a time. Dropping the last handle ends its processes at once.
pub(crate) trait Environment: Send + Sync {
    /// Runs one invocation to its end, within the function's timeout. What the function answers goes to `answer` in
    /// pieces when it streams, as one piece when it does not; of an answer that failed, nothing but what was streamed
    /// before.
    fn invoke<'a>(&'a self, invocation: Invocation, answer: &'a mut dyn AnswerSink) -> BoxFuture<'a, Outcome>;
    /// Whether it can take another invocation. One whose process ended, timed out or ran out of memory cannot.
    fn is_alive(&self) -> bool;
    /// Ends it: extensions are told why and have two seconds.
    fn stop(&self) -> BoxFuture<'_, ()>;
}

/// What one environment is made of. Made anew for each environment, so that it has a log stream of its own.
pub(crate) struct EnvironmentSpec {
    /// Whose it is.
    pub(crate) function: FunctionIdentity,
    /// `python3.13`, `nodejs22.x`, `provided.al2023`, …
    pub(crate) runtime: String,
    /// As the runtime reads it: `module.function`. Empty for bootstraps that need none.
    pub(crate) handler: String,
    /// `x86_64` or `arm64`.
    pub(crate) architecture: String,
    /// The directory of the unpacked code, read-only, `/var/task` inside.
    pub(crate) code: PathBuf,
    /// The directories of unpacked layers in the order in which they are laid over `/opt`; later ones win.
    pub(crate) layers: Vec<PathBuf>,
    /// The function's own variables.
    pub(crate) variables: Vec<(String, String)>,
    /// Memory, in MB (MiB).
    pub(crate) memory_mb: u32,
    /// Size of `/tmp`, in MB (MiB).
    pub(crate) ephemeral_mb: u32,
    /// The longest an invocation may take.
    pub(crate) timeout: Duration,
    /// Where the keys of the function's role come from.
    pub(crate) credentials: Arc<dyn RoleCredentials>,
    /// Where lines go, and in which form.
    pub(crate) logging: LogSettings,
    /// Where the function is.
    pub(crate) region: Region,
    /// Where this cloud answers, as `AWS_ENDPOINT_URL`; none when it listens nowhere.
    pub(crate) endpoint: Option<String>,
    /// Whether invocations are sampled where the caller said nothing (`TracingConfig.Mode` is `Active`).
    pub(crate) traced: bool,
}

/// Whose environment it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionIdentity {
    /// The function without a qualifier: `arn:aws:lambda:us-east-1:000000000000:function:name`.
    pub(crate) arn: String,
    /// Its name.
    pub(crate) name: String,
    /// `$LATEST` or a number.
    pub(crate) version: String,
}

/// Where the lines of an environment go, and in which form.
#[derive(Clone)]
pub(crate) struct LogSettings {
    /// `AWS_LAMBDA_LOG_GROUP_NAME`.
    pub(crate) group: String,
    /// `AWS_LAMBDA_LOG_STREAM_NAME`.
    pub(crate) stream: String,
    /// Lines of JSON, `START`, `END` and `REPORT` too.
    pub(crate) json: bool,
    /// The least level of the function's lines, in JSON: `AWS_LAMBDA_LOG_LEVEL`.
    pub(crate) application_level: Option<String>,
    /// The least level of the platform's lines, in JSON: `DEBUG`, `INFO` or `WARN`.
    pub(crate) system_level: Option<String>,
    /// Where they go.
    pub(crate) sink: Arc<dyn LogSink>,
}

/// Takes log lines. Never waits: what a sink cannot keep up with, it drops and tells of.
pub(crate) trait LogSink: Send + Sync {
    /// One event, without its line break.
    fn line(&self, at: Timestamp, text: String);
}

/// Where the keys of a role come from.
pub(crate) trait RoleCredentials: Send + Sync {
    /// Fresh keys, or why the role cannot be taken on.
    fn fresh<'a>(&'a self) -> BoxFuture<'a, Result<RoleKeys, String>>;
}

/// The keys of a role's session.
#[derive(Clone)]
pub(crate) struct RoleKeys {
    /// `AWS_ACCESS_KEY_ID`.
    pub(crate) access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub(crate) secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub(crate) session_token: String,
}

/// One invocation.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// Its id, the same for each attempt of an asynchronous one.
    pub(crate) request_id: RequestId,
    /// The event.
    pub(crate) payload: Bytes,
    /// The ARN it was invoked by, with the qualifier that was asked for.
    pub(crate) invoked_arn: String,
    /// JSON, as the client sent it, out of base64.
    pub(crate) client_context: Option<String>,
    /// JSON of the caller's Cognito identity.
    pub(crate) cognito_identity: Option<String>,
    /// `Root=…;Parent=…;Sampled=…`.
    pub(crate) trace: Option<String>,
    /// Most bytes of an answer: 6 MB, more when it streams.
    pub(crate) answer_limit: usize,
}

/// Takes what a function answers.
pub(crate) trait AnswerSink: Send {
    /// Told once, before the first piece: the content type the runtime named, and whether it streams.
    fn begin(&mut self, content_type: &str, streams: bool);
    /// A piece. Whoever waited may be gone: the function runs on nevertheless.
    fn piece<'a>(&'a mut self, bytes: Bytes) -> BoxFuture<'a, ()>;
}

/// How an invocation ended.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// Whether it went well.
    pub(crate) verdict: Verdict,
    /// How long the handler ran.
    pub(crate) duration: Duration,
    /// How long the init phase took, where this invocation waited for it.
    pub(crate) init: Option<Duration>,
    /// The most memory that was in use, in MB.
    pub(crate) max_memory_mb: u32,
    /// The last 4 KB of what was logged.
    pub(crate) log_tail: Vec<u8>,
}

/// Whether an invocation went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The answer was handed to the sink.
    Success,
    /// It failed; the payload is the JSON that the caller is given in place of an answer.
    Failure(FailureKind, Bytes),
}

/// Why an invocation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The runtime told of an error of the handler.
    Handler,
    /// The init phase failed.
    Init,
    /// It took longer than the function's timeout.
    Timeout,
    /// The process ended.
    Crash,
    /// It used more memory than it has.
    OutOfMemory,
    /// It answered more than it may.
    AnswerTooLarge,
}

/// Why no environment was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StartFailure {
    /// This machine does not have what the runtime needs; for the caller to read.
    NoRuntime(String),
    /// The role cannot be taken on; for the caller to read.
    Role(String),
    /// Something here failed; for the log.
    Internal(String),
}

/// What runs functions on this machine: sandboxes of this binary.
pub(crate) fn hosts(parts: &CloudParts) -> Arc<dyn Hosts> {
    Arc::new(host::Machine::new(parts.runtime.clone(), parts.scratch.join("lambda")))
}
