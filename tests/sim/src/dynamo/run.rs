//! One seed in one process: rounds of calls at the same time on a store that fails and a process that is killed, then the
//! checks.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::join_all;
use runtime::Random;
use store::Fault;
use testkit::{TestCloud, WireRequest};

use super::act::{Act, Answer};
use super::door::{self, Door, Request};
use super::history::{Event, History};
use super::script::Script;
use crate::wire::Reply;
use crate::world::World;

const ROUNDS: u64 = 60;
/// Calls at the same time, at most.
const AT_ONCE: u64 = 6;

/// What a run did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Calls.
    pub calls: u64,
    /// Calls without a certain answer.
    pub unknown: u64,
    /// Calls refused.
    pub refused: u64,
    /// Kills.
    pub kills: u64,
    /// Changes that the stream told.
    pub changes: usize,
    /// Every answer in order: two runs of a seed have the same.
    pub trace: Vec<String>,
}

/// Calls into a cloud in this process.
struct Inside<'c>(&'c TestCloud);

impl Door for Inside<'_> {
    async fn call(&mut self, request: &Request) -> io::Result<Reply> {
        let answer = self.0.send(WireRequest::json("dynamodb", &request.target, &request.input)).await;
        Ok(Reply::of(answer.status.as_u16(), answer.json()))
    }
}

struct Run {
    world: World,
    random: Random,
    /// How many of a thousand commits fail.
    trouble: u64,
    script: Script,
    history: History,
    /// Transactions that were not answered and can be sent again, with the moment at which they first were.
    again: Vec<(u64, Act)>,
    moment: Mutex<u64>,
    report: Report,
}

/// Runs a seed; the error tells what no order explains, and what led there.
///
/// # Errors
/// When a promise was broken.
pub async fn run(seed: u64) -> Result<Report, String> {
    let world = World::new(seed, |parts| vec![svc_dynamodb::service(parts), svc_dynamodb::streams(parts)]);
    let random = Random::seeded(seed ^ 0xD1);
    let trouble = [0, 20, 200][random.below(3) as usize];
    let (script, history) = (Script::new(seed, 2, 2), History::default());
    let mut run = Run {
        world,
        random,
        trouble,
        script,
        history,
        again: Vec::new(),
        moment: Mutex::new(0),
        report: Report::default(),
    };
    door::make(&mut Inside(&run.world.cloud)).await.expect("nothing fails yet");
    run.world.fail(run.fate());
    let done = run.rounds().await;
    done.map_err(|why| run.story(seed, &why))?;
    let counts = run.history.counts();
    Ok(Report { calls: counts.calls, unknown: counts.unknown, refused: counts.refused, ..run.report })
}

impl Run {
    async fn rounds(&mut self) -> Result<(), String> {
        for _ in 0..ROUNDS {
            self.round().await?;
        }
        self.world.kill();
        self.world.start_again();
        while !self.again.is_empty() {
            let again = std::mem::take(&mut self.again);
            self.perform(again, None).await?;
        }
        for act in self.script.last_reads() {
            let start = self.tick();
            self.perform(vec![(start, act)], None).await?;
        }
        self.history.check_lists()?;
        self.report.changes = door::whole(&mut Inside(&self.world.cloud)).await?;
        Ok(())
    }

    async fn round(&mut self) -> Result<(), String> {
        let mut acts = std::mem::take(&mut self.again);
        for _ in 0..=self.random.below(AT_ONCE) {
            let start = self.tick();
            acts.push((start, self.script.draw(start as i64)));
        }
        let kill = (self.random.below(16) == 0).then(|| self.random.below(60));
        self.perform(acts, kill).await?;
        if kill.is_some() {
            self.report.kills += 1;
            self.world.start_again();
            self.world.fail(self.fate());
        }
        if self.random.below(4) == 0 {
            self.world.advance(Duration::from_secs(1 + self.random.below(8))).await;
        }
        Ok(())
    }

    /// Makes the calls at the same time; with `turns` the process is killed after so many.
    async fn perform(&mut self, acts: Vec<(u64, Act)>, turns: Option<u64>) -> Result<(), String> {
        let answers = Mutex::new(vec![None; acts.len()]);
        let (cloud, moment, answers_of) = (&self.world.cloud, &self.moment, &answers);
        let calls = join_all(acts.iter().enumerate().map(|(place, (_, act))| async move {
            let reply = Inside(cloud).call(&act.request()).await.expect("calls inside are answered");
            answers_of.lock().expect("nobody panics with it")[place] = Some((tick(moment), act.answer(&reply)));
        }));
        match turns {
            None => drop(calls.await),
            Some(turns) => {
                tokio::select! {
                    biased;
                    () = crate::run::take(turns) => {}
                    _ = calls => {}
                }
                self.world.kill();
            }
        }
        let end = self.tick();
        let answers = answers.into_inner().expect("nobody panics with it");
        let answers = answers.into_iter().map(|answer| answer.unwrap_or((end, Answer::Unknown)));
        let events =
            acts.into_iter().zip(answers).map(|((start, act), (end, answer))| Event { start, end, act, answer });
        self.note(events.collect())
    }

    /// What can be sent again is, and counts once it is answered.
    fn note(&mut self, events: Vec<Event>) -> Result<(), String> {
        let mut certain = Vec::new();
        for event in events {
            self.report.trace.push(format!("{event:?}"));
            self.script.learn(&event.act, &event.answer);
            match (&event.act, &event.answer) {
                (Act::Append(append), Answer::Unknown) if append.token.is_some() => {
                    self.again.push((event.start, event.act));
                }
                _ => certain.push(event),
            }
        }
        let panics = self.world.cloud.runtime().tasks.panics();
        assert_eq!(panics, 0, "a background task panicked");
        self.history.add(certain)
    }

    fn tick(&self) -> u64 {
        tick(&self.moment)
    }

    /// What happens to commits of the next process.
    fn fate(&self) -> impl FnMut() -> Option<Fault> + Send + 'static {
        let (random, trouble) = (Random::seeded(self.random.u64()), self.trouble);
        move || {
            (random.below(1_000) < trouble).then(|| match random.below(4) {
                0 => Fault::Refused,
                1 => Fault::AnswerLost,
                2 => Fault::Conflict,
                _ => Fault::Delayed(1 + random.below(10) as u32),
            })
        }
    }

    fn story(&self, seed: u64, why: &str) -> String {
        let trace = &self.report.trace;
        let last = trace[trace.len().saturating_sub(200)..].join("\n");
        format!("{last}\n\nseed {seed}: {why}\n\nreplay with SIM_SEED={seed}")
    }
}

fn tick(moment: &Mutex<u64>) -> u64 {
    let mut moment = moment.lock().expect("nobody panics with it");
    *moment += 1;
    *moment
}
