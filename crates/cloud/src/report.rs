//! What the cloud's own endpoints answer. The commands read the same types, so the two cannot drift apart.

use std::collections::BTreeMap;

use authority::Ruling;
use serde::{Deserialize, Serialize};

/// `GET /_nephele/health`: cheap, and true as soon as the port answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `running`, or `stopping` while requests in flight finish.
    pub status: String,
    /// Version of the program.
    pub version: String,
    /// Process id.
    pub pid: u32,
    /// State of each service by id: `running`.
    pub services: BTreeMap<String, String>,
}

/// `GET /_nephele/status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// Process id.
    pub pid: u32,
    /// Seconds since the start, by the real clock.
    pub uptime_seconds: u64,
    /// Where the endpoint is, as in `http://127.0.0.1:4566`.
    pub endpoint: String,
    /// The data directory; none with `--ephemeral`.
    pub data: Option<String>,
    /// What an acknowledged write survives: `fsync`, `os` or `none`.
    pub durability: String,
    /// The region when a request names none.
    pub region: String,
    /// API requests since the start.
    pub requests: u64,
    /// Handlers and background tasks that panicked since the start: not zero means a bug.
    pub panics: u64,
    /// Background tasks that run.
    pub tasks: usize,
    /// Resident memory in bytes; none where the host does not tell.
    pub memory_bytes: Option<u64>,
    /// The clock.
    pub clock: ClockReport,
    /// The services.
    pub services: Vec<ServiceSummary>,
    /// The open ports.
    pub ports: Vec<Port>,
}

/// How much of a service is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSummary {
    /// Its id, as in `sqs`.
    pub id: String,
    /// Its full name.
    pub name: String,
    /// Operations with a handler.
    pub implemented: usize,
    /// Operations AWS's model knows.
    pub known: usize,
}

/// A port that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// Address and port.
    pub address: String,
    /// What is spoken on it.
    pub purpose: String,
}

/// `GET /_nephele/services`: one service's operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceReport {
    /// Its id.
    pub id: String,
    /// Its full name.
    pub name: String,
    /// Operations with a handler, sorted.
    pub implemented: Vec<String>,
    /// Operations that AWS has and that answer `NotImplemented`, sorted.
    pub missing: Vec<String>,
}

/// `GET /_nephele/clock`, and the answer to each change of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockReport {
    /// The cloud's instant, ISO 8601.
    pub now: String,
    /// The client's instant.
    pub real: String,
    /// The cloud's minus the client's, in seconds.
    pub offset_seconds: f64,
    /// Whether the cloud's clock stands still.
    pub frozen: bool,
    /// Jumps so far.
    pub jumps: usize,
}

/// `POST /_nephele/clock`: exactly one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum ClockChange {
    /// Forward by a duration such as `60d`.
    Advance(String),
    /// To an instant, ISO 8601.
    Set(String),
    /// Stop, when true.
    Freeze(bool),
    /// Go on, when true.
    Resume(bool),
}

/// `GET /_nephele/logs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logs {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// What `after` must be to go on.
    pub next: u64,
}

/// One finished API request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Counts up from 1 since the start.
    pub number: u64,
    /// When it came, by the cloud's clock, ISO 8601.
    pub at: String,
    /// Its request id.
    pub id: String,
    /// The service; empty when none was meant.
    pub service: String,
    /// The operation; empty when it has none.
    pub operation: String,
    /// Which rule found the service (0 to 7, see the gateway's `identify`).
    pub rule: u8,
    /// HTTP status.
    pub status: u16,
    /// Error code; empty when there was none.
    pub error: String,
    /// From its head to its answer, in milliseconds.
    pub millis: f64,
}

/// `POST /_nephele/reset`: records deleted by service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetReport {
    /// Records deleted of each service.
    pub deleted: BTreeMap<String, u64>,
}

/// What a refused admin request is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub message: String,
}

/// `GET /_nephele/why[/REQUEST-ID]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rulings {
    /// Decisions: of one request in their order, or the refusals of late, newest first.
    pub rulings: Vec<Ruling>,
}
