//! What one run counts, and the caller of one connection that counts it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use crate::connection::Connection;
use crate::histogram::Histogram;
use crate::reply::Reply;

/// Counts of one run, shared by its connections, all on one thread. Counts only while measuring, except for failures.
#[derive(Default)]
pub struct Tally {
    measuring: Cell<bool>,
    stopping: Cell<bool>,
    requests: Cell<u64>,
    units: Cell<u64>,
    failures: Cell<u64>,
    first_failure: RefCell<Option<String>>,
    latencies: RefCell<Histogram>,
    samples: RefCell<BTreeMap<&'static str, Sample>>,
}

/// The largest good answer to an operation, for the bare server to repeat.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sample {
    /// The header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// Bytes on the wire.
    pub wire: usize,
}

/// One connection whose requests are counted and timed.
pub struct Caller {
    connection: Connection,
    tally: Rc<Tally>,
}

impl Tally {
    /// From here on requests count.
    pub fn start(&self) {
        self.measuring.set(true);
    }

    /// From here on they do not, and connections finish what they are at.
    pub fn stop(&self) {
        self.measuring.set(false);
        self.stopping.set(true);
    }

    /// Whether connections shall finish.
    pub fn is_stopping(&self) -> bool {
        self.stopping.get()
    }

    /// Counts what a step achieved.
    pub fn add_units(&self, units: u64) {
        if self.measuring.get() {
            self.units.set(self.units.get() + units);
        }
    }

    /// Requests answered and units achieved while measuring.
    pub fn counts(&self) -> (u64, u64) {
        (self.requests.get(), self.units.get())
    }

    /// Answers other than 2xx in the whole run, and the first of them.
    pub fn failures(&self) -> (u64, Option<String>) {
        (self.failures.get(), self.first_failure.borrow().clone())
    }

    /// Counts something that went wrong although the status was good.
    pub fn fail(&self, why: &str) {
        self.failures.set(self.failures.get() + 1);
        self.first_failure.borrow_mut().get_or_insert_with(|| why.chars().take(300).collect());
    }

    /// The latencies while measuring.
    pub fn latencies(&self) -> Histogram {
        self.latencies.borrow().clone()
    }

    /// An answer to each operation.
    pub fn samples(&self) -> BTreeMap<&'static str, Sample> {
        self.samples.borrow().clone()
    }

    fn note(&self, operation: &'static str, started: Instant, reply: &Reply<'_>) {
        if self.measuring.get() {
            self.requests.set(self.requests.get() + 1);
            self.latencies.borrow_mut().record(started.elapsed());
        }
        if !reply.is_success() {
            let text = String::from_utf8_lossy(&reply.body()).into_owned();
            self.fail(&format!("{operation}: {} {text}", reply.status()));
        } else if self.samples.borrow().get(operation).is_none_or(|sample| sample.wire < reply.wire()) {
            self.samples.borrow_mut().insert(operation, Sample::of(reply));
        }
    }
}

impl Sample {
    fn of(reply: &Reply<'_>) -> Self {
        let headers = reply.fields().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { headers, body: String::from_utf8_lossy(&reply.body()).into_owned(), wire: reply.wire() }
    }
}

impl Caller {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn open(address: SocketAddr, tally: &Rc<Tally>) -> io::Result<Self> {
        Ok(Self { connection: Connection::open(address).await?, tally: tally.clone() })
    }

    /// Sends a request of `operation` and notes the answer. Answers other than 2xx are counted as failures, and given.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn call(&mut self, operation: &'static str, request: &[u8]) -> io::Result<Reply<'_>> {
        let started = Instant::now();
        let reply = self.connection.exchange(request).await?;
        self.tally.note(operation, started, &reply);
        Ok(reply)
    }

    /// The counts.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}
