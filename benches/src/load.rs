//! A closed loop: so many connections, each with its next request as soon as the last is answered, for a bounded time, all on one thread.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::histogram::Histogram;
use crate::proc;
use crate::tally::{Caller, Sample, Tally};

/// How long connections may take to finish their last step.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server under load.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process, when it is known: without it there are no CPU figures.
    pub pid: Option<u32>,
}

/// What one connection does over and over.
pub trait Lane {
    /// One step: one or a few requests that belong together.
    fn step(&mut self, caller: &mut Caller) -> impl Future<Output = io::Result<Progress>>;
}

/// What a step achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many units, such as messages.
    Units(u64),
    /// There is nothing left to do.
    Finished,
}

/// How long a run lasts.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Not measured.
    pub warm_up: Duration,
    /// Measured, unless the lanes finish before.
    pub measure: Duration,
}

/// What a run gave.
#[derive(Clone, Default)]
pub struct Measured {
    /// Time measured.
    pub elapsed: Duration,
    /// Requests answered in it.
    pub requests: u64,
    /// Units achieved in it.
    pub units: u64,
    /// Answers other than 2xx, and steps that went wrong.
    pub failures: u64,
    /// The first of those.
    pub first_failure: Option<String>,
    /// Latency of each request.
    pub latencies: Histogram,
    /// CPU time of the server.
    pub server_cpu: Option<Duration>,
    /// CPU time of this process.
    pub client_cpu: Duration,
    /// The server's resident memory at the end, in bytes.
    pub resident: Option<u64>,
    /// One answer to each operation.
    pub samples: BTreeMap<&'static str, Sample>,
}

/// CPU times and the time at one instant.
struct Meter {
    at: Instant,
    server: Option<Duration>,
    client: Duration,
}

impl Measured {
    /// Units in a second.
    pub fn rate(&self) -> f64 {
        self.units as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// Units in a second of the server's CPU time; `None` when that is not known or below the kernel's resolution.
    pub fn per_cpu(&self) -> Option<f64> {
        let cpu = self.server_cpu.filter(|cpu| !cpu.is_zero())?;
        Some(self.units as f64 / cpu.as_secs_f64())
    }

    /// Adds a later run of the same load.
    pub fn merge(&mut self, later: Self) {
        self.elapsed += later.elapsed;
        self.requests += later.requests;
        self.units += later.units;
        self.failures += later.failures;
        self.first_failure = self.first_failure.take().or(later.first_failure);
        self.latencies.merge(&later.latencies);
        self.server_cpu = later.server_cpu.map(|cpu| cpu + self.server_cpu.unwrap_or_default());
        self.client_cpu += later.client_cpu;
        self.resident = later.resident;
        self.samples.extend(later.samples);
    }
}

/// Runs one lane a connection.
///
/// # Errors
/// The server could not be reached, broke a connection, or did not finish the last requests in 30 s.
pub async fn run<L: Lane + 'static>(target: &Target, lanes: Vec<L>, plan: Plan) -> io::Result<Measured> {
    let tally = Rc::new(Tally::default());
    let mut connected = Vec::with_capacity(lanes.len());
    for lane in lanes {
        connected.push((lane, Caller::open(target.address, &tally).await?));
    }
    LocalSet::new().run_until(measure(target, connected, &tally, plan)).await
}

async fn measure<L: Lane + 'static>(
    target: &Target,
    connected: Vec<(L, Caller)>,
    tally: &Tally,
    plan: Plan,
) -> io::Result<Measured> {
    let tasks: Vec<_> =
        connected.into_iter().map(|(lane, caller)| tokio::task::spawn_local(drive(lane, caller))).collect();
    let mut all = std::pin::pin!(async {
        for task in tasks {
            task.await.map_err(io::Error::other)??;
        }
        io::Result::Ok(())
    });
    // Without a warm-up nothing may run before the meter does.
    if !plan.warm_up.is_zero() {
        tokio::time::sleep(plan.warm_up).await;
    }
    let meter = Meter::read(target)?;
    tally.start();
    let early = tokio::time::timeout(plan.measure, &mut all).await;
    let measured = meter.until_now(target, tally)?;
    tally.stop();
    match early {
        Ok(finished) => finished?,
        Err(_) => tokio::time::timeout(PATIENCE, all).await.map_err(|_| io::Error::other("the server hangs"))??,
    }
    let (failures, first_failure) = tally.failures();
    Ok(Measured { failures, first_failure, ..measured })
}

async fn drive<L: Lane>(mut lane: L, mut caller: Caller) -> io::Result<()> {
    while !caller.tally().is_stopping() {
        match lane.step(&mut caller).await? {
            Progress::Units(units) => caller.tally().add_units(units),
            Progress::Finished => break,
        }
    }
    Ok(())
}

impl Meter {
    fn read(target: &Target) -> io::Result<Self> {
        let server = target.pid.map(proc::cpu_time).transpose()?;
        Ok(Self { at: Instant::now(), server, client: proc::cpu_time(std::process::id())? })
    }

    fn until_now(&self, target: &Target, tally: &Tally) -> io::Result<Measured> {
        let now = Self::read(target)?;
        let (requests, units) = tally.counts();
        Ok(Measured {
            elapsed: now.at - self.at,
            requests,
            units,
            latencies: tally.latencies(),
            server_cpu: now.server.zip(self.server).map(|(now, before)| now.saturating_sub(before)),
            client_cpu: now.client.saturating_sub(self.client),
            resident: target.pid.map(proc::resident).transpose()?,
            samples: tally.samples(),
            ..Measured::default()
        })
    }
}
