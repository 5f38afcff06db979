//! Cold starts, from exec to the first answered request, and idle memory. They prove on the way that nothing acknowledged is lost.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::api::Api;
use crate::histogram::Histogram;
use crate::proc;
use crate::report::micros;
use crate::server::{Durability, Server, free_address};
use crate::session::{Running, Session, Subject, data_in, who_am_i};
use crate::sign::RequestSigner;

/// When a server counts as idle.
const IDLE: Duration = Duration::from_secs(2);

/// Our binary on one data directory and one port, so that queue URLs stay good.
struct Place {
    binary: PathBuf,
    data: PathBuf,
    address: SocketAddr,
    signer: RequestSigner,
}

pub(super) async fn starts(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let Subject::Own(binary) = session.subject.clone() else { return Ok(()) };
    empty(session, name, &binary).await?;
    let scratch = session.scratch()?;
    let place = Place::new(&binary, &data_in(&scratch))?;
    let queue = place.fill(session.scale.stored).await?;
    existing(session, &format!("{name}, after a clean stop"), &place, &queue, Server::terminate).await?;
    let kill = |server: Server| server.kill().map(|()| Duration::ZERO);
    existing(session, &format!("{name}, after kill -9"), &place, &queue, kill).await?;
    place.drain(&queue, session.scale.stored).await
}

async fn empty(session: &mut Session<'_>, name: &str, binary: &Path) -> io::Result<()> {
    let mut times = Histogram::default();
    for turn in 0..session.scale.starts {
        let scratch = session.scratch()?;
        let place = Place::new(binary, &data_in(&scratch))?;
        let (server, took) = place.start(&who_am_i(&place.signer)?)?;
        times.record(took);
        if turn == 0 {
            idle(session, &format!("{name}, on nothing"), &server).await?;
        }
    }
    note(session, &format!("{name}, on nothing"), &times);
    Ok(())
}

/// Starts on what is stored, asks for a queue that is there and how much is in it, and stops as told.
async fn existing(
    session: &mut Session<'_>,
    name: &str,
    place: &Place,
    queue: &str,
    stop: impl Fn(Server) -> io::Result<Duration>,
) -> io::Result<()> {
    let body = format!(r#"{{"QueueUrl": "{queue}", "AttributeNames": ["QueueArn"]}}"#);
    let (mut times, mut off) = (Histogram::default(), 0);
    // The first start follows whatever was before; its stop is what the others follow.
    for turn in 0..=session.scale.starts {
        let request = place.signer.sqs("GetQueueAttributes", body.as_bytes())?;
        let (server, took) = place.start(&request)?;
        if turn == 1 {
            idle(session, name, &server).await?;
        }
        off = off.max(place.miscount(queue, session.scale.stored).await?);
        stop(server)?;
        if turn > 0 {
            times.record(took);
        }
    }
    note(session, &format!("{name}, {} messages", session.scale.stored), &times);
    session.report.figure(&session.name(), format!("{name}: count of messages off by at most"), off as f64, "");
    Ok(())
}

async fn idle(session: &mut Session<'_>, name: &str, server: &Server) -> io::Result<()> {
    tokio::time::sleep(IDLE.min(session.scale.measure)).await;
    let Some(pid) = server.target().pid else { return Ok(()) };
    let megabytes = proc::resident(pid)? as f64 / 1e6;
    session.report.figure(&session.name(), format!("{name}: idle RSS"), megabytes, "MB");
    Ok(())
}

fn note(session: &mut Session<'_>, name: &str, times: &Histogram) {
    let target = session.name();
    session.report.figure(&target, format!("{name}: first answer, p50"), micros(times.quantile(0.5)), "µs");
    session.report.figure(&target, format!("{name}: first answer, max"), micros(times.max()), "µs");
}

impl Place {
    fn new(binary: &Path, data: &Path) -> io::Result<Self> {
        let address = free_address()?;
        let signer = RequestSigner::new(&address.to_string());
        Ok(Self { binary: binary.to_owned(), data: data.to_owned(), address, signer })
    }

    fn start(&self, request: &[u8]) -> io::Result<(Server, Duration)> {
        let started = Instant::now();
        let mut server = Server::spawn(&self.binary, &self.data, self.address, Durability::Fsync)?;
        let took = server.first_answer(request, started, &self.data)?;
        Ok((server, took))
    }

    /// Makes a queue with messages and stops cleanly.
    async fn fill(&self, count: u64) -> io::Result<String> {
        let (server, _) = self.start(&who_am_i(&self.signer)?)?;
        let running = Running::of(&server, &self.signer);
        let queue = super::queue(&running).await?;
        super::receive::fill(&running, &queue, count).await?;
        server.terminate()?;
        Ok(queue)
    }

    /// How far the queue's own count is off: it is called approximate, but nothing changes here.
    async fn miscount(&self, queue: &str, expected: u64) -> io::Result<u64> {
        let counted = Api::open(self.address, &self.signer).await?.messages(queue).await?;
        Ok(counted.abs_diff(expected))
    }

    /// After all the stops and kills every message must come.
    async fn drain(&self, queue: &str, count: u64) -> io::Result<()> {
        let (server, _) = self.start(&who_am_i(&self.signer)?)?;
        super::receive::drain(&Running::of(&server, &self.signer), queue, count).await
    }
}
