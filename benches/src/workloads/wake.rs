//! How long a receiver that waits in a long poll waits for a message, from the moment its sender begins to send it.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

use super::receive::delete;
use crate::histogram::Histogram;
use crate::messages::{receipts, receive, send};
use crate::proc;
use crate::report::micros;
use crate::server::Durability;
use crate::session::{Running, Session};
use crate::tally::{Caller, Tally};

/// AWS's longest poll, in seconds.
const POLL: u32 = 20;
/// Between two messages: the last receiver is back in its poll by then, or the message would not wake anybody.
const PACE: Duration = Duration::from_millis(5);
/// For all receivers to arrive in their first poll.
const SETTLE: Duration = Duration::from_millis(500);
/// A wake-up that takes longer is lost.
const LOST: Duration = Duration::from_secs(10);

/// The times of one run.
#[derive(Default)]
struct Times {
    wake: Histogram,
    send: Histogram,
    cpu: Duration,
}

pub(super) async fn wake(session: &mut Session<'_>, name: &str, receivers: usize) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let queue: Rc<str> = super::queue(&running).await?.into();
    let wakes = session.scale.wakes;
    let times = LocalSet::new().run_until(measure(&running, &queue, receivers, wakes)).await?;
    let (target, name) = (session.name(), format!("{name}, {receivers} waiting"));
    session.report.latencies(&target, &format!("{name}: send to received"), &times.wake);
    session.report.figure(&target, format!("{name}: send to answered, p50"), micros(times.send.quantile(0.5)), "µs");
    session.report.figure(&target, format!("{name}: server CPU each"), micros(times.cpu) / wakes as f64, "µs");
    Ok(())
}

async fn measure(running: &Running, queue: &Rc<str>, receivers: usize, wakes: usize) -> io::Result<Times> {
    let tally = Rc::new(Tally::default());
    let (arrived, mut arrivals) = unbounded_channel();
    let poll: Rc<[u8]> = running.signer.sqs("ReceiveMessage", receive(queue, 1, POLL).as_bytes())?.into();
    for _ in 0..receivers {
        let caller = Caller::open(running.target.address, &tally).await?;
        tokio::task::spawn_local(receiver(
            caller,
            running.signer.clone(),
            queue.clone(),
            poll.clone(),
            arrived.clone(),
        ));
    }
    let mut sender = Caller::open(running.target.address, &tally).await?;
    tokio::time::sleep(SETTLE).await;
    let cpu = || running.target.pid.map_or(Ok(Duration::ZERO), proc::cpu_time);
    let before = cpu()?;
    let mut times = Times::default();
    for number in 0..wakes as u64 {
        let request = running.signer.sqs("SendMessage", send(queue, number).as_bytes())?;
        one(&mut sender, &request, &mut arrivals, &mut times).await?;
    }
    times.cpu = cpu()?.saturating_sub(before);
    match tally.failures() {
        (_, Some(failure)) => Err(io::Error::other(failure)),
        (_, None) => Ok(times),
    }
}

async fn one(
    sender: &mut Caller,
    request: &[u8],
    arrivals: &mut UnboundedReceiver<Instant>,
    times: &mut Times,
) -> io::Result<()> {
    tokio::time::sleep(PACE).await;
    let started = Instant::now();
    sender.call("SendMessage", request).await?;
    times.send.record(started.elapsed());
    let arrival = tokio::time::timeout(LOST, arrivals.recv()).await;
    let at = arrival.ok().flatten().ok_or_else(|| io::Error::other("a waiting receiver was not woken"))?;
    times.wake.record(at.saturating_duration_since(started));
    Ok(())
}

/// Polls, says when something came, deletes it, polls again, until it is dropped.
async fn receiver(
    mut caller: Caller,
    signer: crate::sign::RequestSigner,
    queue: Rc<str>,
    poll: Rc<[u8]>,
    arrived: UnboundedSender<Instant>,
) -> io::Result<()> {
    loop {
        let answer = caller.call("ReceiveMessage", &poll).await?.body().into_owned();
        let at = Instant::now();
        let answer = String::from_utf8_lossy(&answer);
        let handles = receipts(&answer);
        if handles.is_empty() {
            continue;
        }
        if arrived.send(at).is_err() {
            return Ok(());
        }
        delete(&mut caller, &signer, &queue, &handles).await?;
    }
}
