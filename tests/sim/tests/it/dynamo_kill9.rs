//! The real binary's DynamoDB under eight clients, killed again and again: one order explains what all of them saw.
//!
//! `SIM_ROUNDS` sets how often (10 unless it does), `SIM_SEED` what clients draw, `NEPHELE_BIN` names the binary.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use runtime::Random;
use sim::dynamo::{Act, Answer, Door, Event, History, Script, make, whole};
use sim::process::Process;
use sim::wire::Connection;

use crate::kill9::{binary, rounds};
use crate::seeds::number;

const CLIENTS: u64 = 8;
const ITEMS: u64 = 3;
const LISTS: u64 = 3;

struct Load {
    port: u16,
    moments: AtomicU64,
    answered: AtomicU64,
    events: Mutex<Vec<Event>>,
    /// Transactions without an answer that can be sent again, and when they were sent first.
    again: Mutex<Vec<(u64, Act)>>,
}

impl Load {
    fn tick(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }

    /// Draws and calls until the connection breaks.
    async fn client(&self, script: &mut Script) {
        let Ok(mut connection) = Connection::open(self.port) else { return };
        loop {
            let start = self.tick();
            let act = script.draw(start as i64);
            let answer = self.call(&mut connection, start, &act).await;
            script.learn(&act, &answer);
            if answer == Answer::Unknown {
                return;
            }
        }
    }

    /// Calls, and notes what came of it. What was done under a token is sometimes asked again, and is not done again.
    async fn call(&self, connection: &mut Connection, start: u64, act: &Act) -> Answer {
        let answer = asked(connection, act).await;
        let token = matches!(act, Act::Append(append) if append.token.is_some());
        if token && answer == Answer::Done && start.is_multiple_of(4) {
            let more = asked(connection, act).await;
            assert!(matches!(more, Answer::Done | Answer::Unknown), "{act:?} again: {more:?}");
        }
        let end = self.tick();
        self.answered.fetch_add(1, Ordering::SeqCst);
        if token && answer == Answer::Unknown {
            self.again.lock().unwrap().push((start, act.clone()));
        } else {
            let noted = Event { start, end, act: act.clone(), answer: answer.clone() };
            self.events.lock().unwrap().push(noted);
        }
        answer
    }

    /// Runs all clients until the process is killed after so many more answers.
    fn run_until_killed(&self, process: &mut Process, after: u64, scripts: &mut [Script]) {
        let goal = self.answered.load(Ordering::SeqCst) + after;
        std::thread::scope(|scope| {
            let clients: Vec<_> =
                scripts.iter_mut().map(|script| scope.spawn(move || block_on(self.client(script)))).collect();
            while self.answered.load(Ordering::SeqCst) < goal && !clients.iter().all(|c| c.is_finished()) {
                std::thread::yield_now();
            }
            process.kill().unwrap();
        });
    }

    /// After a kill: what can be asked again is, then everything is read.
    fn settle(&self, script: &Script) -> Vec<Event> {
        let mut connection = Connection::open(self.port).unwrap();
        let again = std::mem::take(&mut *self.again.lock().unwrap());
        let reads = script.last_reads().into_iter().map(|act| (self.tick(), act));
        for (start, act) in again.into_iter().chain(reads) {
            let answer = block_on(self.call(&mut connection, start, &act));
            assert_ne!(answer, Answer::Unknown, "nobody kills it now: {act:?}");
        }
        std::mem::take(&mut *self.events.lock().unwrap())
    }
}

async fn asked(connection: &mut Connection, act: &Act) -> Answer {
    match Door::call(connection, &act.request()).await {
        Ok(reply) => act.answer(&reply),
        Err(_) => Answer::Unknown,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn one_order_explains_what_all_clients_saw() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut process = Process::start(&binary(), &data, Vec::new()).unwrap();
    block_on(make(&mut Connection::open(process.port()).unwrap())).unwrap();
    let seed = number("SIM_SEED").unwrap_or_else(|| Random::from_os().u64() >> 16);
    let random = Random::seeded(seed);
    let mut scripts: Vec<_> = (0..CLIENTS).map(|_| Script::new(random.u64(), ITEMS, LISTS)).collect();
    let (events, again) = Default::default();
    let (moments, answered) = (AtomicU64::new(1), AtomicU64::new(0));
    let load = Load { port: process.port(), moments, answered, events, again };
    let mut history = History::default();
    for round in 0..rounds() {
        scripts.iter_mut().for_each(|script| script.begin_round(&round.to_string()));
        load.run_until_killed(&mut process, 100 + random.below(900), &mut scripts);
        process.start_again(&data).unwrap();
        let checked = history.add(load.settle(&scripts[0])).and_then(|()| history.check_lists());
        checked.unwrap_or_else(|why| panic!("seed {seed}, round {round}: {why}"));
    }
    let changes = block_on(whole(&mut Connection::open(process.port()).unwrap()));
    let changes = changes.unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    let counts = history.counts();
    eprintln!("{} kills, seed {seed}: {counts:?}, {changes} changes in the stream; one order explains them", rounds());
    assert!(counts.unknown > 0 && counts.refused > 0 && counts.transactions > 0, "the load must do all of it");
}
