//! What a shard takes and gives in a second of the cloud's clock.

use std::time::Duration;

use api_kinesis::*;
use bytes::Bytes;

use crate::cloud::*;

const TEXT: &str = "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.";

#[tokio::test]
async fn a_shard_takes_a_thousand_records_a_second() {
    let cloud = cloud();
    create(&cloud, "s", 2).await;
    let records = |count| {
        (0..count).map(|_| PutRecordsRequestEntry { explicit_hash_key: some("0"), ..entry("k", "x") }).collect()
    };
    for _ in 0..2 {
        assert_eq!(put_all(&cloud, "s", records(500)).await.failed_record_count, Some(0));
    }
    let full = put_all(&cloud, "s", records(3)).await;
    assert_eq!(full.failed_record_count, Some(3));
    assert_eq!(full.records[0].error_code.as_deref(), Some("ProvisionedThroughputExceededException"));
    assert_eq!(full.records[0].error_message.as_deref(), Some(TEXT));
    assert_eq!((&full.records[0].sequence_number, &full.records[0].shard_id), (&None, &None));
    let one = PutRecordInput { explicit_hash_key: some("0"), ..putting("s", "k", "x") };
    let (code, text) = cloud.error::<PutRecord>(one).await;
    assert_eq!((code.as_str(), text.as_str()), ("ProvisionedThroughputExceededException", TEXT));
    let mixed = vec![
        PutRecordsRequestEntry { explicit_hash_key: some("0"), ..entry("k", "full") },
        PutRecordsRequestEntry {
            explicit_hash_key: some("340282366920938463463374607431768211455"),
            ..entry("k", "room")
        },
    ];
    let mixed = put_all(&cloud, "s", mixed).await;
    assert_eq!(mixed.failed_record_count, Some(1));
    assert_eq!(mixed.records[1].shard_id.as_deref(), Some("shardId-000000000001"));
    cloud.advance(Duration::from_millis(500)).await;
    assert_eq!(put_all(&cloud, "s", records(500)).await.failed_record_count, Some(0));
    assert_eq!(put_all(&cloud, "s", records(1)).await.failed_record_count, Some(1));
}

#[tokio::test]
async fn a_shard_takes_a_megabyte_a_second() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let half = PutRecordInput { data: Bytes::from(vec![0; 524_287]), ..putting("s", "k", "") };
    cloud.call::<PutRecord>(half.clone()).await.unwrap();
    cloud.call::<PutRecord>(half.clone()).await.unwrap();
    assert_eq!(cloud.error::<PutRecord>(half.clone()).await.0, "ProvisionedThroughputExceededException");
    cloud.advance(Duration::from_millis(501)).await;
    cloud.call::<PutRecord>(half).await.unwrap();
}

#[tokio::test]
async fn a_shard_is_read_five_times_a_second_and_no_more_than_two_megabytes() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let read = || GetRecordsInput { shard_iterator: start.clone(), ..Default::default() };
    for _ in 0..5 {
        cloud.call::<GetRecords>(read()).await.unwrap();
    }
    let (code, text) = cloud.error::<GetRecords>(read()).await;
    assert_eq!((code.as_str(), text.as_str()), ("ProvisionedThroughputExceededException", TEXT));
    for _ in 0..12 {
        cloud.advance(Duration::from_secs(1)).await;
        let data = Bytes::from(vec![0; 1_000_000]);
        cloud.call::<PutRecord>(PutRecordInput { data, ..putting("s", "k", "") }).await.unwrap();
    }
    let got = cloud.call::<GetRecords>(read()).await.unwrap();
    assert_eq!(got.records.len(), 10, "ten megabytes at most");
    cloud.advance(Duration::from_millis(4_700)).await;
    assert_eq!(cloud.error::<GetRecords>(read()).await.0, "ProvisionedThroughputExceededException");
    cloud.advance(Duration::from_millis(400)).await;
    cloud.call::<GetRecords>(read()).await.unwrap();
}

#[tokio::test]
async fn a_frozen_clock_counts_nothing() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    cloud.runtime().clock.freeze();
    for _ in 0..5 {
        let records = (0..500).map(|_| entry("k", "x")).collect();
        assert_eq!(put_all(&cloud, "s", records).await.failed_record_count, Some(0));
    }
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    for _ in 0..9 {
        assert_eq!(get(&cloud, &start).await.records.len(), 2_500);
    }
}
