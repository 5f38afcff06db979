//! The real binary under load from eight connections, killed again and again: what it acknowledged is there.
//!
//! `SIM_ROUNDS` sets how often (10 unless it does), `NEPHELE_BIN` names the binary.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use runtime::Random;
use serde_json::{Value, json};
use sim::journal::Journal;
use sim::process::Process;
use sim::wire::{Connection, Reply};

const CONNECTIONS: u64 = 8;
/// Longer than all rounds take, so that what was received stays hidden until the clock is moved.
const HIDDEN: u64 = 1_800;
/// Bodies of the FIFO queue that are sent again after each restart.
const REMEMBERED: usize = 3;

/// How often the process is killed.
pub(crate) fn rounds() -> u64 {
    std::env::var("SIM_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10)
}

/// The binary beside this test's own, unless one is named.
pub(crate) fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("NEPHELE_BIN") {
        return named.into();
    }
    let own = std::env::current_exe().unwrap();
    let beside = own.parent().and_then(|deps| deps.parent()).unwrap().join("nephele");
    assert!(beside.exists(), "{} is not there: run cargo build -p cloud", beside.display());
    beside
}

struct Load {
    port: u16,
    standard: String,
    fifo: String,
    journal: Mutex<Journal>,
    numbers: AtomicU64,
    acknowledged: AtomicU64,
}

impl Load {
    fn new(process: &Process) -> Self {
        let mut connection = Connection::open(process.port()).unwrap();
        let mut create = |name: &str, attributes: Value| match connection
            .sqs("CreateQueue", &json!({"QueueName": name, "Attributes": attributes}))
            .unwrap()
        {
            Reply::Output(output) => output["QueueUrl"].as_str().unwrap().to_owned(),
            other => panic!("{other:?}"),
        };
        let timeout = HIDDEN.to_string();
        let standard = create("standard", json!({"VisibilityTimeout": timeout}));
        let fifo = create(
            "ordered.fifo",
            json!({
                "VisibilityTimeout": timeout, "FifoQueue": "true",
                "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
            }),
        );
        let (journal, numbers, acknowledged) = Default::default();
        Self { port: process.port(), standard, fifo, journal, numbers, acknowledged }
    }

    /// Calls at random until the connection breaks.
    fn client(&self, group: u64, random: &Random) {
        let Ok(mut connection) = Connection::open(self.port) else { return };
        loop {
            let done = match random.below(8) {
                0..3 => self.send_standard(&mut connection),
                3..5 => self.send_fifo(&mut connection, group),
                _ if random.below(2) == 0 => self.receive(&mut connection, &self.standard, random),
                _ => self.receive(&mut connection, &self.fifo, random),
            };
            if done.is_none() {
                return;
            }
        }
    }

    fn next(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::SeqCst)
    }

    fn send_standard(&self, connection: &mut Connection) -> Option<()> {
        let body = format!("standard {:08}", self.next());
        self.send(connection, &body, json!({"QueueUrl": self.standard, "MessageBody": body}))
    }

    fn send_fifo(&self, connection: &mut Connection, group: u64) -> Option<()> {
        let body = format!("group-{group} {:08}", self.next());
        self.send(connection, &body, self.fifo_message(&body))
    }

    fn fifo_message(&self, body: &str) -> Value {
        let group = body.split(' ').next().unwrap();
        let duplicate = body.replace(' ', "-");
        json!({"QueueUrl": self.fifo, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": duplicate})
    }

    fn send(&self, connection: &mut Connection, body: &str, input: Value) -> Option<()> {
        self.journal.lock().unwrap().maybe_sent.insert(body.to_owned());
        let output = self.answered(connection.sqs("SendMessage", &input))?;
        let mut journal = self.journal.lock().unwrap();
        journal.maybe_sent.remove(body);
        journal.sent.insert(body.to_owned(), output["MessageId"].as_str().unwrap().to_owned());
        Some(())
    }

    /// Receives, and deletes some of it.
    fn receive(&self, connection: &mut Connection, url: &str, random: &Random) -> Option<()> {
        let input = json!({"QueueUrl": url, "MaxNumberOfMessages": 1 + random.below(5)});
        let output = self.answered(connection.sqs("ReceiveMessage", &input))?;
        for message in output["Messages"].as_array().into_iter().flatten() {
            let body = message["Body"].as_str().unwrap().to_owned();
            // A hidden message blocks its group, so few of those.
            let keep = if url == self.fifo { 40 } else { 4 };
            if random.below(keep) == 0 {
                self.journal.lock().unwrap().hidden.insert(body);
                continue;
            }
            self.journal.lock().unwrap().maybe_deleted.insert(body.clone());
            let input = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
            self.answered(connection.sqs("DeleteMessage", &input))?;
            let mut journal = self.journal.lock().unwrap();
            journal.maybe_deleted.remove(&body);
            journal.deleted.insert(body);
        }
        Some(())
    }

    /// None when the connection broke: the call may have happened.
    fn answered(&self, reply: std::io::Result<Reply>) -> Option<Value> {
        match reply {
            Ok(Reply::Output(output)) => {
                self.acknowledged.fetch_add(1, Ordering::SeqCst);
                Some(output)
            }
            Ok(other) => panic!("the cloud answers, and says {other:?}"),
            Err(_) => None,
        }
    }

    /// Runs all clients until the process is killed after so many more acknowledgements.
    fn run_until_killed(&self, process: &mut Process, after: u64, seed: u64) {
        let goal = self.acknowledged.load(Ordering::SeqCst) + after;
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CONNECTIONS)
                .map(|group| scope.spawn(move || self.client(group, &Random::seeded(seed * CONNECTIONS + group))))
                .collect();
            while self.acknowledged.load(Ordering::SeqCst) < goal && !clients.iter().all(|c| c.is_finished()) {
                std::thread::yield_now();
            }
            process.kill().unwrap();
        });
    }

    /// Takes everything out that shows, in order.
    fn take_out(&self, url: &str) -> Vec<String> {
        let mut connection = Connection::open(self.port).unwrap();
        let mut bodies = Vec::new();
        loop {
            let input = json!({"QueueUrl": url, "MaxNumberOfMessages": 10});
            let output = self.answered(connection.sqs("ReceiveMessage", &input)).unwrap();
            let Some(messages) = output["Messages"].as_array() else { return bodies };
            let entries: Vec<Value> = messages
                .iter()
                .enumerate()
                .map(|(n, m)| json!({"Id": n.to_string(), "ReceiptHandle": m["ReceiptHandle"]}))
                .collect();
            let input = json!({"QueueUrl": url, "Entries": entries});
            let output = self.answered(connection.sqs("DeleteMessageBatch", &input)).unwrap();
            assert!(output["Failed"].as_array().is_none_or(Vec::is_empty), "{output}");
            bodies.extend(messages.iter().map(|m| m["Body"].as_str().unwrap().to_owned()));
        }
    }

    /// What was sent within five minutes is known as a duplicate after the restart.
    fn duplicates_are_known(&self) {
        let mut connection = Connection::open(self.port).unwrap();
        let journal = self.journal.lock().unwrap();
        let ours = journal.sent.iter().filter(|(body, _)| body.starts_with("group-"));
        for (body, id) in ours.rev().take(REMEMBERED) {
            let output = self.answered(connection.sqs("SendMessage", &self.fifo_message(body))).unwrap();
            assert_eq!(output["MessageId"].as_str(), Some(id.as_str()), "{body} was taken twice");
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut process = Process::start(&binary(), &data, Vec::new()).unwrap();
    let load = Load::new(&process);
    let random = Random::from_os();
    let (mut sent, mut deleted, mut hidden) = (0, 0, 0);
    for round in 0..rounds() {
        load.run_until_killed(&mut process, 100 + random.below(1_500), random.u64() >> 8);
        process.start_again(&data).unwrap();
        load.duplicates_are_known();
        let mut found = load.take_out(&load.standard);
        found.extend(load.take_out(&load.fifo));
        let journal = std::mem::take(&mut *load.journal.lock().unwrap());
        let shown: Vec<_> = found.iter().filter(|body| journal.hidden.contains(*body)).collect();
        assert!(shown.is_empty(), "round {round}: somebody else has {shown:?}");
        process.advance(HIDDEN).unwrap();
        found.extend(load.take_out(&load.standard));
        found.extend(load.take_out(&load.fifo));
        let findings = journal.check(&found);
        assert!(findings.is_clean(), "round {round}: {findings:?}");
        (sent, deleted) = (sent + journal.sent.len(), deleted + journal.deleted.len());
        hidden += journal.hidden.len();
    }
    let acknowledged = load.acknowledged.load(Ordering::SeqCst);
    eprintln!(
        "{} kills: {acknowledged} calls acknowledged, {sent} sends, {deleted} deletes and {hidden} hidden at a kill; \
         0 lost, 0 undeleted, 0 twice, 0 out of order",
        rounds()
    );
    assert!(sent > 0 && deleted > 0 && hidden > 0, "the load must do all of it");
}

/// A crash right after a crash finds a store that has only begun to recover.
#[test]
fn crashes_close_together_leave_a_store_that_opens() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut process = Process::start(&binary(), &data, Vec::new()).unwrap();
    let load = Load::new(&process);
    let random = Random::from_os();
    for round in 0..rounds() * 4 {
        load.run_until_killed(&mut process, random.below(20), random.u64() >> 8);
        if let Err(error) = process.start_again(&data) {
            let log = std::fs::read_to_string(data.with_extension("log")).unwrap();
            panic!("round {round}: {error}; it said: {}", log.lines().last().unwrap_or_default());
        }
    }
    process.advance(HIDDEN).unwrap();
    let mut found = load.take_out(&load.standard);
    found.extend(load.take_out(&load.fifo));
    let findings = load.journal.lock().unwrap().check(&found);
    assert!(findings.is_clean(), "{findings:?}");
}
