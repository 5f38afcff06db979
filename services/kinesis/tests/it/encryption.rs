//! Records at rest: sealed always, with keys of KMS where the stream says so, and read by those who may use the key.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_kinesis::*;
use api_kms::{CreateKey, CreateKeyInput, DisableKey, DisableKeyInput};
use names::Timestamp;
use runtime::Runtime;
use store::{KeyRange, Local, Options, Order, Reader, Store};
use testkit::TestCloud;

use crate::cloud::*;

fn with_kms() -> TestCloud {
    TestCloud::new(|parts| vec![svc_kinesis::service(parts), svc_kms::service(parts)])
}

async fn key(cloud: &TestCloud) -> String {
    cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap().key_metadata.unwrap().key_id
}

fn starting(key: &str) -> StartStreamEncryptionInput {
    StartStreamEncryptionInput {
        stream_name: some("s"),
        encryption_type: EncryptionType::Kms,
        key_id: key.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn start_and_stop_stream_encryption() {
    let cloud = with_kms();
    create(&cloud, "s", 1).await;
    put(&cloud, "s", "k", "before").await;
    let key = key(&cloud).await;
    cloud.call::<StartStreamEncryption>(starting(&key)).await.unwrap();
    let there = describe(&cloud, "s").await;
    assert_eq!((there.encryption_type, there.key_id), (Some(EncryptionType::Kms), Some(key.clone())));
    assert_eq!(put(&cloud, "s", "k", "under").await.encryption_type, Some(EncryptionType::Kms));
    let input = StopStreamEncryptionInput {
        stream_name: some("s"),
        encryption_type: EncryptionType::Kms,
        key_id: key.clone(),
        ..Default::default()
    };
    cloud.call::<StopStreamEncryption>(input).await.unwrap();
    put(&cloud, "s", "k", "after").await;
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let got = get(&cloud, &start).await.records;
    assert_eq!(texts(&got), ["before", "under", "after"]);
    let kinds: Vec<_> = got.into_iter().map(|record| record.encryption_type).collect();
    assert_eq!(kinds, [None, Some(EncryptionType::Kms), None]);
}

#[tokio::test]
async fn keys_that_cannot_be_used() {
    let cloud = with_kms();
    create(&cloud, "s", 1).await;
    let unknown = starting("11111111-2222-3333-4444-555555555555");
    assert_eq!(cloud.error::<StartStreamEncryption>(unknown).await.0, "KMSNotFoundException");
    let none = StartStreamEncryptionInput { encryption_type: EncryptionType::None, ..starting("k") };
    assert_eq!(cloud.error::<StartStreamEncryption>(none).await.0, "InvalidArgumentException");
    let key = key(&cloud).await;
    cloud.call::<StartStreamEncryption>(starting(&key)).await.unwrap();
    put(&cloud, "s", "k", "x").await;
    cloud.call::<DisableKey>(DisableKeyInput { key_id: key.clone() }).await.unwrap();
    assert_eq!(cloud.error::<StartStreamEncryption>(starting(&key)).await.0, "KMSDisabledException");
    // Data keys are used again for five minutes.
    put(&cloud, "s", "k", "y").await;
    cloud.advance(Duration::from_secs(301)).await;
    assert_eq!(cloud.error::<PutRecord>(putting("s", "k", "z")).await.0, "KMSDisabledException");
    let shard_iterator = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let input = GetRecordsInput { shard_iterator, ..Default::default() };
    assert_eq!(cloud.error::<GetRecords>(input).await.0, "KMSDisabledException");
}

fn on_disk(dir: &Path) -> (TestCloud, Store) {
    let runtime = Runtime::simulated(7, Timestamp::from_secs(1_767_225_600));
    let store = Store::new(Arc::new(Local::open(dir, &Options::default()).unwrap()), runtime.random.clone());
    (TestCloud::on(runtime, store.clone(), |parts| vec![svc_kinesis::service(parts)]), store)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_record_lies_in_the_clear() {
    let dir = tempfile::tempdir().unwrap();
    let (cloud, store) = on_disk(dir.path());
    create(&cloud, "s", 1).await;
    put(&cloud, "s", "partition-key", "content-of-the-record").await;
    let rows = store.read().await.unwrap().scan(KeyRange::all(), Order::Ascending, 1_000).await.unwrap();
    assert!(rows.len() > 2);
    for (key, value) in rows {
        for text in ["partition-key", "content-of-the-record"] {
            let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!holds(&key) && !holds(&value));
        }
    }
}
