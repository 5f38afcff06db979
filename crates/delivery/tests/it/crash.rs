//! Processes that are killed at any commit, answers that are lost: everything acknowledged is delivered or given up, an id
//! is the same at each attempt, a lane in order stays in order, and in the end nothing is left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use delivery::{Consignment, Intent, Lane, Verdict};
use proptest::prelude::*;
use runtime::Runtime;
use store::{Fault, Faulty, Memory, Store};

use crate::world::*;

/// What happens in one life: messages sent, and the commit at which it ends.
type Lives = Vec<(u8, u64, u64)>;

fn consignments(number: u64) -> Vec<Consignment> {
    let all = [
        Consignment::new("free", ""),
        Consignment::in_order("order", ""),
        Consignment::new("fails", ""),
        Consignment::new("gone", ""),
    ];
    all.into_iter().enumerate().filter(|(i, _)| number % 5 != *i as u64).map(|(_, to)| to).collect()
}

/// A third of all attempts fail; those of one lane always.
fn receiver() -> Receiver {
    let draws = Arc::new(AtomicU64::new(0));
    let script = move |lane: &str, _: &Intent| {
        let draw = draws.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        if lane == "fails" || lane == "free" && draw.is_multiple_of(3) || lane == "order" && draw.is_multiple_of(17) {
            retry()
        } else {
            Some(Verdict::Delivered)
        }
    };
    let single = Lane { batch: 2, concurrency: 2, ..patient() };
    let lasting = Lane { retries: delivery::Retries { after: 1_000, ..patient().retries }, ..single.clone() };
    Receiver::new(script)
        .with("free", lasting.clone())
        .with("order", Lane { batch: 1, ..lasting })
        .with("fails", single.clone())
        .with("dead-fails", single)
}

async fn live(lives: Lives) {
    let (engine, receiver) = (Arc::new(Memory::new()), receiver());
    let (mut acknowledged, mut now) = (BTreeSet::new(), START);
    let mut number = 0;
    for (count, dies_at, lost) in lives {
        let runtime = Runtime::simulated(number, now);
        let faulty = Arc::new(Faulty::new(engine.clone()));
        let killed = faulty.clone();
        let world = World::on(runtime.clone(), Store::new(faulty.clone(), runtime.random.clone()), &receiver);
        faulty.plan(move |commit| {
            if commit == dies_at {
                killed.kill();
            }
            (commit % 7 == lost).then_some(Fault::AnswerLost)
        });
        for _ in 0..count {
            number += 1;
            if world.enqueue(&number.to_string(), &consignments(number)).await.is_ok() {
                acknowledged.insert(number.to_string());
            }
            // Some deliveries are between any two messages.
            for _ in 0..number % 11 {
                tokio::task::yield_now().await;
            }
        }
        runtime.clock.advance(Duration::from_secs(15));
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        now = runtime.clock.now();
        runtime.shutdown.request();
        runtime.tasks.abort_all();
        runtime.tasks.wait_idle().await;
    }
    let runtime = Runtime::simulated(99, now);
    let world = World::on(runtime.clone(), Store::new(engine, runtime.random.clone()), &receiver);
    // The first look finds all lanes; from then on their alarms do.
    until(|| runtime.tasks.running() <= 2).await;
    for _ in 0..2_000 {
        world.advance(10).await;
        tokio::task::yield_now().await;
        if world.rows().await == 0 {
            break;
        }
    }
    world.until_empty().await;
    check(&receiver, &acknowledged);
}

fn check(receiver: &Receiver, acknowledged: &BTreeSet<String>) {
    let mut ids = BTreeMap::<u128, (String, String)>::new();
    for attempt in receiver.attempts.lock().iter() {
        let lane = attempt.lane.trim_start_matches("dead-").to_owned();
        let what = (lane, attempt.body.clone());
        assert_eq!(*ids.entry(attempt.id).or_insert_with(|| what.clone()), what, "an id is one intent's alone");
    }
    for body in acknowledged {
        for to in consignments(body.parse().unwrap()) {
            let lane = if to.lane() == "fails" { "dead-fails" } else { to.lane() };
            assert!(lane == "gone" || receiver.bodies(lane).contains(body), "{body} never came to {lane}");
        }
    }
    let mut seen = BTreeSet::new();
    let first_seen = receiver.bodies("order").into_iter().filter(|body| seen.insert(body.clone()));
    let first_seen: Vec<u64> = first_seen.map(|body| body.parse().unwrap()).collect();
    assert!(first_seen.is_sorted(), "{first_seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn nothing_acknowledged_is_lost(lives in proptest::collection::vec((0_u8..12, 3_u64..60, 0_u64..12), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(live(lives));
    }
}
