//! One line a request, the last few thousand kept in memory for `nephele logs` and the console. Nothing secret is in a
//! line: no query strings, no headers, no bodies.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use names::{RequestId, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// How many lines are kept.
const KEPT: usize = 2_000;

/// One finished request.
#[derive(Debug, Clone)]
pub struct AccessLine {
    /// Counts up from 1.
    pub number: u64,
    /// When it came, by the cloud's clock.
    pub at: Timestamp,
    /// Its id.
    pub id: RequestId,
    /// Folder name of the service; empty for the cloud's own endpoints.
    pub service: &'static str,
    /// The operation; empty when it has none.
    pub operation: &'static str,
    /// The rule that named the service (see `identify`).
    pub rule: u8,
    /// HTTP status of the answer.
    pub status: u16,
    /// Code of the error; empty when there was none.
    pub error: String,
    /// From its head to its answer.
    pub took: Duration,
}

/// The last lines. Cheap to clone.
#[derive(Clone, Default)]
pub struct AccessLog(Arc<Inner>);

#[derive(Default)]
struct Inner {
    lines: Mutex<(u64, VecDeque<AccessLine>)>,
    added: Notify,
}

impl AccessLog {
    /// Adds a line; its number is given here.
    pub(crate) fn add(&self, mut line: AccessLine) {
        tracing::debug!(
            target: "nephele::access", request = %line.id, service = line.service, operation = line.operation,
            rule = line.rule, status = line.status, error = line.error, micros = line.took.as_micros() as u64,
        );
        let mut lines = self.0.lines.lock();
        lines.0 += 1;
        line.number = lines.0;
        if lines.1.len() == KEPT {
            lines.1.pop_front();
        }
        lines.1.push_back(line);
        drop(lines);
        self.0.added.notify_waiters();
    }

    /// The kept lines after a number.
    pub fn after(&self, number: u64) -> Vec<AccessLine> {
        let lines = self.0.lines.lock();
        lines.1.iter().filter(|line| line.number > number).cloned().collect()
    }

    /// How many requests there were since the start.
    pub fn count(&self) -> u64 {
        self.0.lines.lock().0
    }

    /// Waits until there is a line after a number; none that comes in between is missed.
    pub async fn next(&self, number: u64) {
        loop {
            let added = self.0.added.notified();
            if self.count() > number {
                return;
            }
            added.await;
        }
    }
}
