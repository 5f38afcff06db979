//! The two limits of everything else: the disk and the HTTP stack.

use std::io;

use crate::args::Scale;
use crate::bare::Answers;
use crate::disk;
use crate::load;
use crate::pool;
use crate::report::Row;
use crate::server::Server;
use crate::session::Session;
use crate::sign::RequestSigner;
use crate::tally::Sample;

/// As in the published figure of a bare server: about 300 bytes of body in, 1.1 KB out.
const ASKED: usize = 300;
const ANSWERED: usize = 1_100;
const CONNECTIONS: usize = 8;

pub(super) async fn disk(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let scratch = session.scratch()?;
    let Scale { measure, .. } = session.scale;
    let latencies = disk::fdatasync(scratch.path(), measure)?;
    session.report.latencies("disk", name, &latencies);
    session.report.figure(
        "disk",
        format!("{name}, one writer"),
        latencies.count() as f64 / measure.as_secs_f64(),
        "/s",
    );
    Ok(())
}

pub(super) async fn http(session: &mut Session<'_>, name: &str, hash: bool) -> io::Result<()> {
    let headers = vec![("content-type".to_owned(), "application/x-amz-json-1.0".to_owned())];
    let answers = Answers::from([("Any".to_owned(), Sample { headers, body: "x".repeat(ANSWERED), wire: ANSWERED })]);
    let server = Server::spawn_bare(&std::env::current_exe()?, &serde_json::to_vec(&answers)?, hash)?;
    let signer = RequestSigner::new("127.0.0.1");
    let body = |number: u64| format!("{number:0ASKED$}");
    let lanes = pool::lanes("Any", CONNECTIONS, 1, |number| signer.sqs("Any", body(number).as_bytes()))?;
    let measured = load::run(&server.target(), lanes, session.plan()).await?;
    session.report.rows.push(Row::new(super::requests(name, CONNECTIONS), "bare", &measured, None));
    Ok(())
}
