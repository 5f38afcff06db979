//! Processes killed between a publish and its deliveries, at any commit: each queue gets what was acknowledged exactly once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api_sns::*;
use names::Timestamp;
use runtime::Runtime;
use store::{Faulty, Memory, Store};
use testkit::TestCloud;

use crate::cloud::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

struct Life {
    cloud: TestCloud,
    engine: Arc<Faulty>,
    runtime: Runtime,
}

impl Life {
    fn begin(below: &Arc<Memory>, seed: u64) -> Self {
        let runtime = Runtime::simulated(seed, START.plus(Duration::from_secs(seed * 10)));
        let engine = Arc::new(Faulty::new(below.clone()));
        let store = Store::new(engine.clone(), runtime.random.clone());
        let cloud =
            TestCloud::on(runtime.clone(), store, |parts| vec![svc_sns::service(parts), svc_sqs::service(parts)]);
        Self { cloud, engine, runtime }
    }

    async fn end(self) {
        self.runtime.shutdown.request();
        self.runtime.tasks.abort_all();
        self.runtime.tasks.wait_idle().await;
    }
}

#[tokio::test]
async fn exactly_once_through_kills() {
    let below = Arc::new(Memory::new());
    let life = Life::begin(&below, 0);
    let topic = topic(&life.cloud, "t", &[]).await;
    let mut urls = Vec::new();
    for i in 0..3 {
        let (arn, url) = queue(&life.cloud, &format!("q{i}")).await;
        subscribe(&life.cloud, &topic, "sqs", &arn, &[("RawMessageDelivery", "true")]).await;
        urls.push(url);
    }
    life.end().await;
    let (mut acknowledged, mut number) = (Vec::new(), 0);
    for round in 1..40_u64 {
        let life = Life::begin(&below, round);
        let engine = life.engine.clone();
        let dies_at = round % 23 + 2;
        life.engine.plan(move |commit| {
            if commit == dies_at {
                engine.kill();
            }
            None
        });
        for _ in 0..4 {
            number += 1;
            let message = number.to_string();
            if life.cloud.call::<Publish>(publishing(&topic, &message)).await.is_ok() {
                acknowledged.push(message);
            }
            for _ in 0..round % 7 * 5 {
                tokio::task::yield_now().await;
            }
        }
        life.end().await;
    }
    let life = Life::begin(&below, 99);
    for url in urls {
        let mut seen = BTreeMap::<String, usize>::new();
        until(async || {
            for message in receive(&life.cloud, &url).await {
                *seen.entry(message.body.unwrap()).or_default() += 1;
            }
            acknowledged.iter().all(|message| seen.contains_key(message))
        })
        .await;
        assert!(seen.values().all(|count| *count == 1), "{seen:?}");
    }
    assert!(acknowledged.len() > 40, "{}", acknowledged.len());
    life.end().await;
}
