//! What is carried on a lane, and what can become of it.

use bytes::Bytes;
use names::Timestamp;
use serde::{Deserialize, Serialize};

/// A message on its way on one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The same at each attempt, and of no other intent of any service: what the receiver recognises a repetition by.
    pub id: u128,
    /// The message: what all lanes it was enqueued on have in common.
    pub body: Bytes,
    /// What was noted for this lane alone.
    pub note: Bytes,
    /// When it was enqueued.
    pub since: Timestamp,
    /// How often it was tried on this lane before.
    pub attempts: u32,
    /// How the last attempt failed.
    pub failure: Option<Failure>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A word for it, as the receiver or AWS has it: `AccessDenied`, `500`, `SDK_CLIENT_ERROR`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver has it, or had it before.
    Delivered,
    /// Not now; later perhaps.
    Retry(Failure),
    /// Never: trying again would change nothing.
    Refused(Failure),
}

/// Why an intent is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The receiver refused it for good.
    Refused,
    /// All attempts failed.
    Exhausted,
    /// It grew too old.
    TooOld,
}

impl Failure {
    /// A failure.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
