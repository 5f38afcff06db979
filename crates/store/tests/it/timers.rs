//! Timers fire in order, at their instant, and again after failures and restarts.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Runtime;
use store::{Due, Store, StoreError, Timers};

const START: i64 = 1_000_000;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(START + secs)
}

fn setting() -> (Runtime, Store, Timers) {
    let runtime = Runtime::simulated(1, at(0));
    let store = Store::in_memory(runtime.random.clone());
    let timers = Timers::new(&store, &runtime);
    (runtime, store, timers)
}

async fn schedule(store: &Store, timers: &Timers, secs: i64, id: &str) {
    store.transact(|tx| async move { timers.schedule(&tx, at(secs), "test", id, Bytes::new()).await }).await.unwrap();
}

/// What fired: seconds due, seconds by the clock, id.
type Fired = Arc<Mutex<Vec<(i64, i64, String)>>>;

fn note(fired: &Fired, runtime: &Runtime, due: &Due) {
    let secs = |instant: Timestamp| instant.secs() - START;
    fired.lock().push((secs(due.due), secs(runtime.clock.now()), due.id.clone()));
}

fn ids(fired: &Fired) -> Vec<String> {
    fired.lock().iter().map(|(.., id)| id.clone()).collect()
}

#[tokio::test]
async fn advancing_stands_at_each_instant_in_order() {
    let (runtime, store, timers) = setting();
    for (secs, id) in [(50, "b"), (10, "a"), (70, "later"), (50, "c"), (60, "d"), (30, "cancelled"), (5, "moved")] {
        schedule(&store, &timers, secs, id).await;
    }
    schedule(&store, &timers, 55, "moved").await;
    let cancelled = store.transact(|tx| {
        let timers = timers.clone();
        async move { timers.cancel(&tx, "test", "cancelled").await }
    });
    assert_eq!(cancelled.await, Ok::<_, StoreError>(true));
    let fired = Fired::default();
    let handler = |due: Due| {
        note(&fired, &runtime, &due);
        let (store, timers) = (store.clone(), timers.clone());
        async move {
            if due.id == "a" {
                schedule(&store, &timers, 20, "by a handler").await;
            }
            Ok(())
        }
    };
    timers.advance_through(at(65), handler).await.unwrap();
    let expected =
        [(10, 10, "a"), (20, 20, "by a handler"), (50, 50, "b"), (50, 50, "c"), (55, 55, "moved"), (60, 60, "d")];
    assert_eq!(*fired.lock(), expected.map(|(due, now, id)| (due, now, id.to_owned())));
    assert_eq!(runtime.clock.now(), at(65));
    assert_eq!(timers.next_due().await, Ok(Some(at(70))));
}

#[tokio::test]
async fn the_driver_follows_the_clock_and_retries() {
    let (runtime, store, timers) = setting();
    let fired = Fired::default();
    let driver = {
        let (timers, fired, runtime) = (timers.clone(), fired.clone(), runtime.clone());
        tokio::spawn(async move {
            let handler = |due: Due| {
                note(&fired, &runtime, &due);
                let fails = due.id == "fails twice" && due.attempts < 2;
                async move { if fails { Err("not yet".to_owned()) } else { Ok(()) } }
            };
            timers.run(handler).await;
        })
    };
    schedule(&store, &timers, 20, "late").await;
    schedule(&store, &timers, 10, "fails twice").await;
    schedule(&store, &timers, -5, "past").await;
    let settle = async || {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    };
    settle().await;
    assert_eq!(ids(&fired), ["past"]);
    for _ in 0..20 {
        runtime.clock.advance(Duration::from_secs(1));
        settle().await;
    }
    assert_eq!(ids(&fired), ["past", "fails twice", "fails twice", "fails twice", "late"]);
    let [_, first, second, third, _] = fired.lock().clone().try_into().unwrap();
    assert_eq!([first.1, second.1, third.1], [10, 11, 13]);
    assert_eq!([first.0, second.0, third.0], [10, 10, 10], "each sees the instant it was due");
    assert_eq!(timers.next_due().await, Ok(None));
    runtime.shutdown.request();
    driver.await.unwrap();
}

#[tokio::test]
async fn a_handler_may_schedule_its_own_timer_again() {
    let (_, store, timers) = setting();
    schedule(&store, &timers, 10, "periodic").await;
    let count = Mutex::new(0);
    let handler = |due: Due| {
        *count.lock() += 1;
        let (store, timers) = (store.clone(), timers.clone());
        async move {
            let next = due.due.secs() - START + 10;
            schedule(&store, &timers, next, &due.id).await;
            Ok(())
        }
    };
    timers.advance_through(at(100), handler).await.unwrap();
    assert_eq!(*count.lock(), 10);
    assert_eq!(timers.next_due().await, Ok(Some(at(110))));
}
