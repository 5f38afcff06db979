//! Everything is in the store: a new process on the old one's data knows all that was acknowledged.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_kinesis::*;
use names::Timestamp;
use runtime::Runtime;
use store::{Local, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// One life of a process, `seconds` after the start of time.
struct Life {
    cloud: TestCloud,
    store: Store,
}

impl Life {
    fn begin(dir: &Path, seconds: u64) -> Self {
        let runtime = Runtime::simulated(7, START.plus(Duration::from_secs(seconds)));
        let engine = Local::open(dir, &Options::default()).unwrap();
        let store = Store::new(Arc::new(engine), runtime.random.clone());
        let cloud = TestCloud::on(runtime, store.clone(), |parts| vec![svc_kinesis::service(parts)]);
        Self { cloud, store }
    }

    /// Ends without telling the service: it keeps nothing that it would have to save.
    async fn end(self) {
        self.cloud.runtime().shutdown.request();
        self.store.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_records_iterators_and_consumers_outlive_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let first = Life::begin(dir.path(), 0);
    create(&first.cloud, "s", 1).await;
    let number = put(&first.cloud, "s", "k", "one").await.sequence_number;
    let input = RegisterStreamConsumerInput { stream_arn: arn("s"), consumer_name: "c".into(), ..Default::default() };
    first.cloud.call::<RegisterStreamConsumer>(input).await.unwrap();
    let start = iterator(&first.cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let shards = describe(&first.cloud, "s").await.shards;
    first.end().await;
    let second = Life::begin(dir.path(), 60);
    assert_eq!(describe(&second.cloud, "s").await.shards, shards);
    assert_eq!(summary(&second.cloud, "s").await.consumer_count, Some(1));
    let got = get(&second.cloud, &start).await;
    assert_eq!((texts(&got.records), &got.records[0].sequence_number), (vec!["one".to_owned()], &number));
    assert!(put(&second.cloud, "s", "k", "two").await.sequence_number > number);
    second.end().await;
    // A clock that was set back: numbers still grow, and order holds.
    let third = Life::begin(dir.path(), 30);
    put(&third.cloud, "s", "k", "three").await;
    assert_eq!(all(&third.cloud, "s", FIRST).await, ["one", "two", "three"]);
    third.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_empties_everything() {
    let dir = tempfile::tempdir().unwrap();
    let life = Life::begin(dir.path(), 0);
    create(&life.cloud, "s", 1).await;
    put(&life.cloud, "s", "k", "old").await;
    life.store.delete_range(store::KeyRange::all()).await.unwrap();
    life.cloud.cloud().services().for_each(|service| service.forget(life.cloud.cloud()));
    assert_eq!(life.cloud.error::<PutRecord>(putting("s", "k", "x")).await.0, "ResourceNotFoundException");
    create(&life.cloud, "s", 1).await;
    assert!(all(&life.cloud, "s", FIRST).await.is_empty());
    life.end().await;
}
