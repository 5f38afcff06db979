//! Intents are delivered in order per lane, again after failures and restarts, with the same id.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Runtime;
use store::{Delivery, Outbox, Store, StoreError};

fn simulated() -> Runtime {
    Runtime::simulated(1, Timestamp::from_secs(1_000_000))
}

async fn enqueue(store: &Store, outbox: &Outbox, lane: &str, payload: &str) {
    let payload = Bytes::copy_from_slice(payload.as_bytes());
    let enqueued = store.transact(|tx| {
        let payload = payload.clone();
        async move { outbox.enqueue(&tx, lane, payload).await }
    });
    enqueued.await.unwrap();
}

type Log = Arc<Mutex<Vec<(String, String, u64)>>>;

/// Runs the driver; `accept` decides on each delivery, `log` gets what was accepted.
fn drive(outbox: &Outbox, runtime: &Runtime, log: &Log, accept: impl Fn(&Delivery) -> bool + Send + Sync + 'static) {
    let (outbox, log, accept) = (outbox.clone(), log.clone(), Arc::new(accept));
    runtime.tasks.spawn("outbox", async move {
        let deliver = |delivery: Delivery| {
            let (log, accept) = (log.clone(), accept.clone());
            async move {
                tokio::task::yield_now().await;
                if !accept(&delivery) {
                    return Err("not now".to_owned());
                }
                let payload = String::from_utf8(delivery.payload.to_vec()).unwrap();
                log.lock().push((delivery.lane, payload, delivery.id));
                Ok(())
            }
        };
        outbox.run(deliver).await;
    });
}

async fn until(condition: impl AsyncFn() -> bool) {
    for _ in 0..100_000 {
        if condition().await {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("did not happen");
}

fn payloads(log: &Log, lane: &str) -> Vec<String> {
    log.lock().iter().filter(|(of, ..)| of == lane).map(|(_, payload, _)| payload.clone()).collect()
}

#[tokio::test]
async fn delivers_in_order_per_lane_and_a_broken_lane_stops_no_other() {
    let (runtime, log) = (simulated(), Log::default());
    let store = Store::in_memory(runtime.random.clone());
    let outbox = Outbox::new(&store, "sns", &runtime);
    enqueue(&store, &outbox, "a", "1").await;
    drive(&outbox, &runtime, &log, |delivery| delivery.lane != "broken" || delivery.attempts >= 3);
    enqueue(&store, &outbox, "broken", "1").await;
    for n in 2..6 {
        enqueue(&store, &outbox, "a", &n.to_string()).await;
        enqueue(&store, &outbox, "broken", &n.to_string()).await;
    }
    until(async || log.lock().len() == 5).await;
    assert_eq!(payloads(&log, "a"), ["1", "2", "3", "4", "5"]);
    assert_eq!(outbox.waiting(100).await, Ok(5));
    until(async || {
        runtime.clock.advance(Duration::from_secs(1));
        log.lock().len() == 10
    })
    .await;
    assert_eq!(payloads(&log, "broken"), ["1", "2", "3", "4", "5"]);
    until(async || outbox.waiting(100).await == Ok(0)).await;
    runtime.shutdown.request();
    runtime.tasks.wait_idle().await;
    assert_eq!(runtime.tasks.panics(), 0);
}

#[tokio::test]
async fn what_was_not_struck_off_comes_again_with_the_same_id() {
    let (before, log) = (simulated(), Log::default());
    let store = Store::in_memory(before.random.clone());
    let outbox = Outbox::new(&store, "sns", &before);
    enqueue(&store, &outbox, "a", "once").await;
    let seen = Log::default();
    let noted = seen.clone();
    drive(&outbox, &before, &log, move |delivery| {
        noted.lock().push((String::new(), String::new(), delivery.id));
        false
    });
    until(async || !seen.lock().is_empty()).await;
    before.shutdown.request();
    before.tasks.wait_idle().await;

    let after = simulated();
    let outbox = Outbox::new(&store, "sns", &after);
    drive(&outbox, &after, &log, |_| true);
    until(async || log.lock().len() == 1).await;
    assert_eq!(log.lock()[0].2, seen.lock()[0].2);
    after.shutdown.request();
}

#[tokio::test]
async fn an_intent_of_a_transaction_that_failed_is_never_delivered() {
    let (runtime, log) = (simulated(), Log::default());
    let store = Store::in_memory(runtime.random.clone());
    let outbox = Outbox::new(&store, "sns", &runtime);
    let failed: Result<(), StoreError> = store
        .transact(|tx| {
            let outbox = outbox.clone();
            async move {
                outbox.enqueue(&tx, "a", "never".into()).await?;
                Err(StoreError::Contention)
            }
        })
        .await;
    assert!(failed.is_err());
    enqueue(&store, &outbox, "a", "yes").await;
    drive(&outbox, &runtime, &log, |_| true);
    until(async || !log.lock().is_empty()).await;
    assert_eq!(payloads(&log, "a"), ["yes"]);
    runtime.shutdown.request();
}
