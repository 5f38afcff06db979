//! The closed loop against servers whose answers are known: what is counted must be what happened. Counts decide, not times.

// A test fails by panicking, helpers included.
#![allow(clippy::unwrap_used)]

use std::io;
use std::path::Path;
use std::time::Duration;

use bench::args::{Cli, Peer};
use bench::bare::Answers;
use bench::load::{self, Lane, Plan, Progress, Target};
use bench::report::Report;
use bench::server::Server;
use bench::session::{Session, Subject};
use bench::sign::RequestSigner;
use bench::tally::{Caller, Sample};
use bench::workloads::ALL;
use clap::Parser;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Lanes end by themselves; this only keeps a broken test from hanging.
const PLAN: Plan = Plan { warm_up: Duration::ZERO, measure: Duration::from_secs(60) };

/// Asks so many times and is done.
struct Counted(u64);

impl Lane for Counted {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        if self.0 == 0 {
            return Ok(Progress::Finished);
        }
        self.0 -= 1;
        let request = RequestSigner::new("localhost").sqs("Ask", b"{}")?;
        let reply = caller.call("Ask", &request).await?;
        Ok(Progress::Units(if reply.is_success() { 3 } else { 0 }))
    }
}

fn bare() -> Server {
    let sample = Sample { headers: vec![("x-kept".to_owned(), "yes".to_owned())], body: "x".repeat(50_000), wire: 0 };
    let answers = Answers::from([("Ask".to_owned(), sample)]);
    let program = Path::new(env!("CARGO_BIN_EXE_bench"));
    Server::spawn_bare(program, &serde_json::to_vec(&answers).unwrap(), true).unwrap()
}

/// Answers every request with a refusal and hangs up.
async fn refusing() -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4_096];
            while matches!(stream.read(&mut request).await, Ok(1..)) {
                let answer = b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy";
                if stream.write_all(answer).await.is_err() || stream.shutdown().await.is_err() {
                    break;
                }
            }
        }
    });
    Target { address, pid: None }
}

#[tokio::test]
async fn counts_every_request_and_keeps_an_answer() {
    let server = bare();
    let lanes = (0..5).map(|_| Counted(40)).collect();
    let measured = load::run(&server.target(), lanes, PLAN).await.unwrap();
    assert_eq!((measured.requests, measured.units, measured.failures), (200, 600, 0));
    assert_eq!(measured.latencies.count(), 200);
    assert!(measured.server_cpu.is_some() && measured.resident.is_some_and(|bytes| bytes > 1_000_000));
    let sample = &measured.samples["Ask"];
    assert_eq!(sample.body.len(), 50_000);
    assert!(sample.headers.contains(&("x-kept".to_owned(), "yes".to_owned())));
}

#[tokio::test]
async fn refusals_are_failures_and_a_closed_connection_is_opened_again() {
    let measured = load::run(&refusing().await, vec![Counted(4), Counted(4)], PLAN).await.unwrap();
    assert_eq!((measured.requests, measured.units, measured.failures), (8, 0, 8));
    assert_eq!(measured.first_failure.as_deref(), Some("Ask: 503 busy"));
    assert!(measured.samples.is_empty() && measured.server_cpu.is_none());
}

#[tokio::test]
async fn nobody_listening_is_an_error() {
    let address = bench::server::free_address().unwrap();
    let target = Target { address, pid: None };
    assert!(load::run(&target, vec![Counted(1)], PLAN).await.is_err());
}

#[tokio::test]
async fn a_workload_drives_a_peer() {
    let server = bare();
    let address = server.target().address;
    let run = Cli::parse_from(["bench", "--quick", "--no-bare"]).run;
    let mut report = Report::default();
    let peer = Peer { name: "other".to_owned(), host: address.to_string(), address };
    let mut session = Session { subject: Subject::Peer(peer), scale: run.scale(), run: &run, report: &mut report };
    for workload in ALL.iter().filter(|workload| ["sts", "start"].contains(&workload.name)) {
        workload.run(&mut session).await.unwrap();
    }
    let [row] = report.rows.as_slice() else { panic!("one row, since cold starts are ours alone: {:?}", report.rows) };
    assert_eq!((row.workload.as_str(), row.target.as_str(), row.failures), ("sts", "other", 0));
    assert!(row.per_second > 0.0);
    assert!(report.figures.is_empty());
}
