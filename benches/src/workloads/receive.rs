//! Receive ten and delete them, with few and with many messages waiting: the cost of a message must not depend on how many others there are.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::load::{self, Lane, Measured, Plan, Progress};
use crate::messages::{BATCH, delete_batch, receipts, receive, send_batch};
use crate::reply::find;
use crate::server::Durability;
use crate::session::{Running, Session};
use crate::sign::RequestSigner;
use crate::tally::Caller;

const CONNECTIONS: usize = 8;
const FILLERS: usize = 32;
/// Longest that filling a queue may take.
const FILLING: Duration = Duration::from_secs(900);
/// Most rounds of filling and consuming at one depth.
const ROUNDS: usize = 40;
/// A short poll may come back empty although messages wait, but not for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends batches until a count is used up, signing as it goes.
struct FillLane {
    signer: RequestSigner,
    queue: Rc<str>,
    left: Rc<Cell<u64>>,
    sent: Rc<Cell<u64>>,
}

/// Receives and deletes until a count is used up.
struct ReceiveLane {
    signer: RequestSigner,
    queue: Rc<str>,
    receive: Rc<[u8]>,
    left: Rc<Cell<u64>>,
    deleted: Rc<Cell<u64>>,
    empty: Rc<Cell<u64>>,
    last: Option<Instant>,
}

/// One queue, and what was done to it, whether it was measured or not.
struct Depot<'r> {
    running: &'r Running,
    queue: Rc<str>,
    sent: Rc<Cell<u64>>,
    deleted: Rc<Cell<u64>>,
    /// Empty answers although messages waited.
    empty: Rc<Cell<u64>>,
}

pub(super) async fn depths(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let queue = super::queue(&running).await?;
    let depot = Depot::new(&running, &queue);
    let mut rates = Vec::new();
    for depth in session.scale.depths {
        let measured = depot.at(depth, session.scale.measure).await?;
        rates.extend(measured.per_cpu());
        let title = format!("{name}-{}", short(depth));
        let empty = depot.empty.take() as f64 / measured.requests.max(1) as f64 * 100.0;
        session.report.figure(&session.name(), format!("{title}: empty answers, of all requests"), empty, "%");
        // The bare server's deletions must not count for the queue.
        let bare = Depot::new(&running, &queue);
        session.compare(super::messages(&title, CONNECTIONS), &measured, || bare.receivers(u64::MAX)).await?;
    }
    if let Some(spread) = spread(&rates) {
        session.report.figure(&session.name(), format!("{name}, spread of messages per CPU second"), spread, "%");
    }
    Ok(())
}

impl<'r> Depot<'r> {
    fn new(running: &'r Running, queue: &str) -> Self {
        Self { running, queue: queue.into(), sent: Rc::default(), deleted: Rc::default(), empty: Rc::default() }
    }

    fn waiting(&self) -> u64 {
        self.sent.get().saturating_sub(self.deleted.get())
    }

    /// Measures with `depth` messages waiting, in rounds: fill up, consume at most half. Only the consuming counts.
    async fn at(&self, depth: u64, lasting: Duration) -> io::Result<Measured> {
        let mut all = Measured::default();
        for _ in 0..ROUNDS {
            self.fill(depth).await?;
            let plan = Plan { warm_up: Duration::ZERO, measure: lasting.saturating_sub(all.elapsed) };
            let round = load::run(&self.running.target, self.receivers(depth / 2)?, plan).await?;
            all.merge(round);
            if all.elapsed >= lasting {
                break;
            }
        }
        self.check(&mut all).await?;
        Ok(all)
    }

    /// What was sent and not deleted must be there: a failure of the run when it is not.
    async fn check(&self, measured: &mut Measured) -> io::Result<()> {
        let (there, expected) = (self.running.api().await?.messages(&self.queue).await?, self.waiting());
        if there != expected {
            measured.failures += 1;
            let others = measured.first_failure.take().map_or(String::new(), |first| format!("; {first}"));
            measured.first_failure = Some(format!("{there} messages are there, not {expected}{others}"));
        }
        Ok(())
    }

    async fn fill(&self, depth: u64) -> io::Result<()> {
        let left = Rc::new(Cell::new(depth.saturating_sub(self.waiting())));
        let lane = |_| FillLane {
            signer: self.running.signer.clone(),
            queue: self.queue.clone(),
            left: left.clone(),
            sent: self.sent.clone(),
        };
        let plan = Plan { warm_up: Duration::ZERO, measure: FILLING };
        let filled = load::run(&self.running.target, (0..FILLERS).map(lane).collect(), plan).await?;
        match filled.first_failure {
            Some(failure) => Err(io::Error::other(failure)),
            None => Ok(()),
        }
    }

    fn receivers(&self, count: u64) -> io::Result<Vec<ReceiveLane>> {
        let signer = &self.running.signer;
        let request: Rc<[u8]> = signer.sqs("ReceiveMessage", receive(&self.queue, BATCH, 0).as_bytes())?.into();
        let left = Rc::new(Cell::new(count));
        let lane = |_| ReceiveLane {
            signer: signer.clone(),
            queue: self.queue.clone(),
            receive: request.clone(),
            left: left.clone(),
            deleted: self.deleted.clone(),
            empty: self.empty.clone(),
            last: None,
        };
        Ok((0..CONNECTIONS).map(lane).collect())
    }
}

impl Lane for FillLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let left = self.left.get();
        if left == 0 {
            return Ok(Progress::Finished);
        }
        self.left.set(left.saturating_sub(BATCH as u64));
        let request = self.signer.sqs("SendMessageBatch", send_batch(&self.queue, left).as_bytes())?;
        let reply = caller.call("SendMessageBatch", &request).await?;
        let good = reply.is_success() && !has_failed(&reply.body());
        if !good {
            caller.tally().fail("a batch was not taken whole");
            return Ok(Progress::Units(0));
        }
        self.sent.set(self.sent.get() + BATCH as u64);
        Ok(Progress::Units(BATCH as u64))
    }
}

impl Lane for ReceiveLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let last = *self.last.get_or_insert_with(Instant::now);
        if self.left.get() == 0 {
            return Ok(Progress::Finished);
        }
        let reply = caller.call("ReceiveMessage", &self.receive).await?;
        let body = reply.body().into_owned();
        let answer = String::from_utf8_lossy(&body);
        let handles = receipts(&answer);
        if handles.is_empty() {
            self.empty.set(self.empty.get() + 1);
            if last.elapsed() < PATIENCE {
                return Ok(Progress::Units(0));
            }
            caller.tally().fail("messages that were sent are not received");
            return Ok(Progress::Finished);
        }
        self.last = Some(Instant::now());
        self.left.set(self.left.get().saturating_sub(handles.len() as u64));
        let progress = delete(caller, &self.signer, &self.queue, &handles).await?;
        if let Progress::Units(units) = progress {
            self.deleted.set(self.deleted.get() + units);
        }
        Ok(progress)
    }
}

/// Deletes what was received. The receipts were not known before, so this is signed here.
pub(super) async fn delete(
    caller: &mut Caller,
    signer: &RequestSigner,
    queue: &str,
    handles: &[&str],
) -> io::Result<Progress> {
    let request = signer.sqs("DeleteMessageBatch", delete_batch(queue, handles).as_bytes())?;
    let reply = caller.call("DeleteMessageBatch", &request).await?;
    let good = reply.is_success() && !has_failed(&reply.body());
    if !good {
        caller.tally().fail("a message was not deleted");
    }
    Ok(Progress::Units(if good { handles.len() as u64 } else { 0 }))
}

/// Whether an answer to a batch names entries that failed.
fn has_failed(body: &[u8]) -> bool {
    [&br#""Failed":[{"#[..], br#""Failed": [{"#].iter().any(|list| find(body, list).is_some())
}

/// How far the slowest lies below the fastest, in percent.
pub(super) fn spread(rates: &[f64]) -> Option<f64> {
    let most = rates.iter().copied().reduce(f64::max)?;
    let least = rates.iter().copied().reduce(f64::min)?;
    Some((most - least) / most * 100.0)
}

/// `5k`, `1m`.
pub(super) fn short(count: u64) -> String {
    match count {
        c if c >= 1_000_000 && c % 1_000_000 == 0 => format!("{}m", c / 1_000_000),
        c if c >= 1_000 && c % 1_000 == 0 => format!("{}k", c / 1_000),
        c => c.to_string(),
    }
}

/// Fills a queue with `count` messages.
pub(super) async fn fill(running: &Running, queue: &str, count: u64) -> io::Result<()> {
    let (depot, mut checked) = (Depot::new(running, queue), Measured::default());
    depot.fill(count).await?;
    depot.check(&mut checked).await?;
    checked.first_failure.map_or(Ok(()), |failure| Err(io::Error::other(failure)))
}

/// Receives and deletes all of `count` messages.
///
/// # Errors
/// Some do not come, or cannot be deleted.
pub(super) async fn drain(running: &Running, queue: &str, count: u64) -> io::Result<()> {
    let depot = Depot::new(running, queue);
    let plan = Plan { warm_up: Duration::ZERO, measure: FILLING };
    let drained = load::run(&running.target, depot.receivers(count)?, plan).await?;
    match drained.first_failure {
        Some(failure) => Err(io::Error::other(format!("{} of {count} messages came: {failure}", depot.deleted.get()))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_of_the_fastest() {
        assert_eq!(spread(&[100.0, 80.0, 90.0]), Some(20.0));
        assert_eq!(spread(&[]), None);
    }

    #[test]
    fn depths_have_short_names() {
        assert_eq!([200, 5_000, 100_000, 1_000_000, 1_500].map(short), ["200", "5k", "100k", "1m", "1500"]);
    }

    #[test]
    fn sees_failed_entries() {
        assert!(has_failed(br#"{"Failed":[{"Id":"1"}]}"#) && has_failed(br#"{"Failed": [{"Id": "1"}]}"#));
        assert!(!has_failed(br#"{"Successful":[{"Id":"1"}],"Failed":[]}"#));
    }
}
