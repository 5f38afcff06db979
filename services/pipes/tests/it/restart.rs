//! Everything is in the store: a new process goes on where the old one was cut off, and nothing arrives twice.

use std::sync::Arc;

use names::Timestamp;
use runtime::Runtime;
use serde_json::json;
use store::{Fault, Faulty, Memory, Store};
use testkit::TestCloud;

use crate::world::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

fn begin(memory: &Arc<Memory>, seconds: i64) -> (TestCloud, Arc<Faulty>) {
    let engine = Arc::new(Faulty::new(memory.clone()));
    let runtime = Runtime::simulated(7, Timestamp::from_secs(START.secs() + seconds));
    let store = Store::new(engine.clone(), runtime.random.clone());
    (TestCloud::on(runtime, store, |parts| services(parts, &Arc::default())), engine)
}

async fn prepared(cloud: &TestCloud) {
    make_role(cloud, "r", "pipes.amazonaws.com").await;
    allow(cloud, "r", "Allow", &["*"]).await;
    queue(cloud, "from").await;
    queue(cloud, "to").await;
    stream(cloud, "k").await;
    let (from, to) = (format!("arn:aws:sqs:us-east-1:{ACCOUNT}:from"), format!("arn:aws:sqs:us-east-1:{ACCOUNT}:to"));
    let stream = format!("arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/k");
    let body = json!({"InputTemplate": "<$.body>"});
    pipe(cloud, "queue", json!({"Source": from, "Target": to, "TargetParameters": body})).await;
    let latest = json!({"KinesisStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 3}});
    let data = json!({"InputTemplate": "<$.data>"});
    let members = json!({"Source": stream, "Target": to, "SourceParameters": latest, "TargetParameters": data});
    pipe(cloud, "stream", members).await;
}

/// Whatever commit the process dies after, or is told nothing of: each event arrives, and once.
#[tokio::test]
async fn dies_anywhere_and_delivers_once() {
    for dies_after in (1..24).step_by(2) {
        let memory = Arc::new(Memory::default());
        let (cloud, engine) = begin(&memory, 0);
        prepared(&cloud).await;
        for number in 0..4 {
            send(&cloud, "from", &format!("q{number}")).await;
            put(&cloud, "k", "a", &format!("s{number}")).await;
        }
        let (last, dying) = (engine.commits() + dies_after, engine.clone());
        engine.plan(move |commit| {
            if commit >= last {
                dying.kill();
            }
            (commit == last).then_some(Fault::AnswerLost)
        });
        for _ in 0..400 {
            cloud.advance(std::time::Duration::from_millis(20)).await;
            tokio::task::yield_now().await;
        }
        engine.kill();
        cloud.runtime().shutdown.request();
        // Receipts of what was in flight have run out by then.
        let (cloud, _) = begin(&memory, 60);
        let mut got = bodies(&cloud, "to", 8).await;
        nothing_comes(&cloud, "to").await;
        got.sort();
        assert_eq!(got, ["q0", "q1", "q2", "q3", "s0", "s1", "s2", "s3"], "died after {dies_after}");
        cloud.runtime().shutdown.request();
    }
}
