//! Everything is in the store: a new process delivers what the old one took.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_firehose::*;
use names::Timestamp;
use runtime::Runtime;
use store::{KeyRange, Local, Options, Order, Reader, Store};
use testkit::TestCloud;

use crate::cloud::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

fn begin(dir: &Path, seconds: u64, bucket: &Arc<Bucket>) -> (TestCloud, Store) {
    let runtime = Runtime::simulated(7, START.plus(Duration::from_secs(seconds)));
    let store = Store::new(Arc::new(Local::open(dir, &Options::default()).unwrap()), runtime.random.clone());
    (TestCloud::on(runtime, store.clone(), |parts| services(parts, bucket)), store)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_is_delivered_by_the_next_process() {
    let (dir, bucket) = (tempfile::tempdir().unwrap(), Arc::new(Bucket::default()));
    let (cloud, store) = begin(dir.path(), 0, &bucket);
    make_role(&cloud).await;
    create(&cloud, s3_config()).await;
    put(&cloud, "acknowledged").await;
    let rows = store.read().await.unwrap().scan(KeyRange::all(), Order::Ascending, 10_000).await.unwrap();
    let text = b"acknowledged";
    assert!(!rows.iter().any(|(_, value)| value.windows(text.len()).any(|window| window == text)), "it lies sealed");
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
    let (cloud, store) = begin(dir.path(), 301, &bucket);
    cloud.advance(Duration::from_secs(61)).await;
    bucket.reach(1).await;
    assert_eq!(bucket.text(), "acknowledged");
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flight_cut_short_is_made_again_under_the_same_name() {
    let (dir, bucket) = (tempfile::tempdir().unwrap(), Arc::new(Bucket::default()));
    let (cloud, store) = begin(dir.path(), 0, &bucket);
    make_role(&cloud).await;
    let hints = Some(BufferingHints { size_in_mbs: Some(1), interval_in_seconds: Some(0) });
    create(&cloud, ExtendedS3DestinationConfiguration { buffering_hints: hints, ..s3_config() }).await;
    bucket.refuse(1);
    put(&cloud, "once").await;
    while bucket.refusals_left() > 0 {
        tokio::task::yield_now().await;
    }
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
    let (cloud, store) = begin(dir.path(), 120, &bucket);
    cloud.advance(Duration::from_secs(61)).await;
    let objects = bucket.reach(1).await;
    assert_eq!(bucket.text(), "once");
    // The name tells when the flight began: in the first life.
    assert!(objects.keys().next().unwrap().contains("s-1-2026-01-01-00-00-00-"), "{objects:?}");
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
}
