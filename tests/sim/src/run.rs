//! One seed from beginning to end: queues, rounds of trouble, then a calm process that must give everything out.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use api_sqs::{CreateQueue, CreateQueueInput, GetQueueAttributes, GetQueueAttributesInput, QueueAttributeName};
use futures_util::future::join_all;

use crate::act::{Act, Answer, perform};
use crate::ledger::{Ledger, Terms};
use crate::script::{Script, Target};
use crate::world::World;

const ROUNDS: u64 = 120;
/// Longer than any message is hidden or delayed by the script.
const LONGEST: Duration = Duration::from_secs(130);
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What a run did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Sends.
    pub attempts: usize,
    /// Messages that are known: acknowledged or received.
    pub messages: usize,
    /// Receives of them.
    pub receives: u64,
    /// Calls without a certain answer.
    pub unknown: u64,
    /// Calls refused.
    pub refused: u64,
    /// Kills.
    pub kills: u64,
    /// Every answer in order: two runs of a seed have the same.
    pub trace: Vec<String>,
}

struct Run {
    world: World,
    script: Script,
    ledger: Ledger,
    targets: Vec<Target>,
    report: Report,
}

/// Runs a seed; the error tells every broken promise, and what led there.
///
/// # Errors
/// When a promise was broken.
pub async fn run(seed: u64) -> Result<Report, String> {
    let world = World::new(seed, |parts| vec![svc_sqs::service(parts)]);
    let script = Script::new(seed);
    let mut run = Run { world, script, ledger: Ledger::default(), targets: Vec::new(), report: Report::default() };
    run.make_queues().await;
    run.world.fail(run.script.fate(0));
    for _ in 0..ROUNDS {
        run.round().await;
        if !run.ledger.broken().is_empty() {
            return Err(run.story(seed));
        }
    }
    run.drain().await;
    let (attempts, messages, receives) = run.ledger.counts();
    if run.ledger.broken().is_empty() {
        Ok(Report { attempts, messages, receives, ..run.report })
    } else {
        Err(run.story(seed))
    }
}

impl Run {
    async fn make_queues(&mut self) {
        let fifo = [("FifoQueue", "true")];
        let by_group = [fifo[0], ("DeduplicationScope", "messageGroup"), ("FifoThroughputLimit", "perMessageGroupId")];
        self.make_queue("standard", &[], 4 * DAY).await;
        self.make_queue("brief", &[("MessageRetentionPeriod", "3600")], HOUR).await;
        self.make_queue("ordered.fifo", &fifo, 4 * DAY).await;
        self.make_queue("wide.fifo", &by_group, 4 * DAY).await;
    }

    async fn make_queue(&mut self, name: &str, attributes: &[(&str, &str)], retention: u64) {
        let attributes: BTreeMap<_, _> = attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let duplicates_by_group = attributes.contains_key("DeduplicationScope");
        let input = CreateQueueInput {
            queue_name: name.to_owned(),
            attributes: (!attributes.is_empty()).then_some(attributes),
            ..Default::default()
        };
        let made = self.world.cloud.call::<CreateQueue>(input).await.expect("nothing fails yet");
        let url = made.queue_url.expect("a queue has a URL");
        self.ledger.queue(&url, Terms { retention: Duration::from_secs(retention), duplicates_by_group });
        self.targets.push(Target { url, fifo: name.ends_with(".fifo") });
    }

    async fn round(&mut self) {
        let acts = self.script.round(&self.targets, &self.ledger);
        match self.script.kill() {
            None => self.perform(acts, None).await,
            Some(turns) => {
                self.perform(acts, Some(turns)).await;
                self.report.kills += 1;
                self.world.start_again();
                self.world.fail(self.script.fate(self.report.kills));
            }
        }
        if let Some(by) = self.script.jump() {
            self.world.advance(by).await;
        }
    }

    /// Makes the calls at the same time. With `turns` the process is killed after so many, and with it the calls that
    /// have no answer yet.
    async fn perform(&mut self, acts: Vec<Act>, turns: Option<u64>) {
        let now = self.world.now();
        acts.iter().for_each(|act| self.ledger.begin(act, now));
        let answers = Mutex::new(vec![Answer::Unknown; acts.len()]);
        let (cloud, answers_of) = (&self.world.cloud, &answers);
        let calls = join_all(acts.iter().enumerate().map(|(place, act)| async move {
            let answer = perform(cloud, act).await;
            answers_of.lock().expect("nobody panics with it")[place] = answer;
        }));
        match turns {
            None => drop(calls.await),
            Some(turns) => {
                tokio::select! {
                    biased;
                    () = take(turns) => {}
                    _ = calls => {}
                }
                self.world.kill();
            }
        }
        let answers = answers.into_inner().expect("nobody panics with it");
        self.note(acts.into_iter().zip(answers).collect());
    }

    fn note(&mut self, outcomes: Vec<(Act, Answer)>) {
        let now = self.world.now();
        for (act, answer) in &outcomes {
            match answer {
                Answer::Unknown => self.report.unknown += 1,
                Answer::Refused(_) => self.report.refused += 1,
                _ => {}
            }
            self.report.trace.push(format!("{} {act:?} → {answer:?}", now.iso8601()));
        }
        self.ledger.end(&outcomes, now);
        let panics = self.world.cloud.runtime().tasks.panics();
        assert_eq!(panics, 0, "a background task panicked");
    }

    /// A calm process gives everything out, each message once.
    async fn drain(&mut self) {
        self.world.kill();
        self.world.start_again();
        for target in self.targets.clone() {
            for _ in 0..3 {
                self.world.advance(LONGEST).await;
                while self.empty_once(&target.url).await {
                    self.world.advance(Duration::from_secs(1)).await;
                }
            }
            self.world.advance(LONGEST).await;
            self.count(&target.url).await;
        }
        self.ledger.close(self.world.now());
    }

    /// Receives and deletes; tells whether there was anything.
    async fn empty_once(&mut self, url: &str) -> bool {
        let act = Act::Receive { url: url.to_owned(), seconds: 30, most: 10 };
        self.perform(vec![act], None).await;
        let held: Vec<_> = self.ledger.held().into_iter().filter(|held| held.url == url).collect();
        let seen = self.ledger.last_received().clone();
        for held in held.into_iter().filter(|held| seen.contains(&held.message)) {
            let act = Act::Delete { url: held.url, message: held.message, handle: held.handle };
            self.perform(vec![act], None).await;
        }
        !seen.is_empty()
    }

    /// An empty queue says so.
    async fn count(&mut self, url: &str) {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let delayed = "ApproximateNumberOfMessagesDelayed";
        let names = names.into_iter().chain([delayed]).map(|name| QueueAttributeName::from(name.to_owned()));
        let input = GetQueueAttributesInput { queue_url: url.to_owned(), attribute_names: Some(names.collect()) };
        let output = self.world.cloud.call::<GetQueueAttributes>(input).await.expect("a calm cloud answers");
        let wrong: Vec<_> = output.attributes.unwrap_or_default().into_iter().filter(|(_, n)| n != "0").collect();
        if !wrong.is_empty() {
            self.ledger.say(format!("{url} is empty and counts {wrong:?}"));
        }
    }

    /// What was broken, and the calls before it.
    fn story(&self, seed: u64) -> String {
        let trace = &self.report.trace;
        let last = trace[trace.len().saturating_sub(200)..].join("\n");
        let broken = self.ledger.broken().join("\n");
        format!("{last}\n\nseed {seed} broke:\n{broken}\n\nreplay with SIM_SEED={seed}")
    }
}

/// Lets so many turns pass.
pub(crate) async fn take(turns: u64) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}
