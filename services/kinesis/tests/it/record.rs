//! Records: put and got.

use std::collections::BTreeMap;
use std::time::Duration;

use api_kinesis::*;
use bytes::Bytes;
use futures_util::future::join_all;

use crate::cloud::*;

#[tokio::test]
async fn records_come_back_in_the_order_of_their_numbers() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let mut numbers = Vec::new();
    for at in 0..5 {
        numbers.push(put(&cloud, "s", "k", &at.to_string()).await.sequence_number);
    }
    let batch = put_all(&cloud, "s", (5..9).map(|at| entry("k", &at.to_string())).collect()).await;
    assert_eq!((batch.failed_record_count, batch.encryption_type), (Some(0), None));
    numbers.extend(batch.records.into_iter().map(|record| record.sequence_number.unwrap()));
    assert!(numbers.is_sorted() && numbers.windows(2).all(|pair| pair[0] != pair[1]));
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let got = get(&cloud, &start).await;
    assert_eq!(got.millis_behind_latest, Some(0));
    assert_eq!(texts(&got.records), (0..9).map(|at| at.to_string()).collect::<Vec<_>>());
    assert_eq!(got.records.iter().map(|record| record.sequence_number.clone()).collect::<Vec<_>>(), numbers);
    let record = &got.records[0];
    assert_eq!((record.partition_key.as_str(), &record.encryption_type), ("k", &None));
    assert_eq!(record.approximate_arrival_timestamp, Some(cloud.runtime().clock.now()));
    assert!(get(&cloud, &got.next_shard_iterator.unwrap()).await.records.is_empty());
}

#[tokio::test]
async fn a_key_goes_to_the_shard_of_its_hash() {
    let cloud = cloud();
    create(&cloud, "s", 4).await;
    // MD5 of "a" begins with 0c, of "b" with 92, of "c" with 4a, of "d" with 82.
    for (key, shard) in [("a", 0), ("b", 2), ("c", 1), ("d", 2)] {
        assert_eq!(put(&cloud, "s", key, key).await.shard_id, format!("shardId-{shard:012}"));
    }
    let explicit = PutRecordInput {
        explicit_hash_key: some("340282366920938463463374607431768211455"),
        ..putting("s", "a", "explicit")
    };
    assert_eq!(cloud.call::<PutRecord>(explicit).await.unwrap().shard_id, "shardId-000000000003");
    assert_eq!(all(&cloud, "s", "shardId-000000000002").await, ["b", "d"]);
    let beyond =
        PutRecordInput { explicit_hash_key: some("340282366920938463463374607431768211456"), ..putting("s", "a", "x") };
    let (code, text) = cloud.error::<PutRecord>(beyond).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(
        text,
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was \
         340282366920938463463374607431768211456"
    );
}

#[tokio::test]
async fn get_records_gives_as_many_as_asked_for() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    put_all(&cloud, "s", (0..7).map(|at| entry("k", &at.to_string())).collect()).await;
    put_all(&cloud, "s", (7..10).map(|at| entry("k", &at.to_string())).collect()).await;
    cloud.advance(Duration::from_secs(3)).await;
    let mut shard_iterator = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let mut pages = Vec::new();
    for _ in 0..4 {
        let input = GetRecordsInput { shard_iterator, limit: Some(3), ..Default::default() };
        let got = cloud.call::<GetRecords>(input).await.unwrap();
        pages.push((texts(&got.records).concat(), got.millis_behind_latest.unwrap()));
        shard_iterator = got.next_shard_iterator.unwrap();
    }
    let expected = [("012", 3_000), ("345", 3_000), ("678", 3_000), ("9", 0)];
    assert_eq!(pages, expected.map(|(text, behind)| (text.to_owned(), behind)));
}

#[tokio::test]
async fn records_of_every_size_come_back_whole() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let sizes = [0, 1, 255, 65_536, 300_000, 600_000];
    for size in sizes {
        let data = Bytes::from(vec![7; size]);
        cloud.call::<PutRecord>(PutRecordInput { data, ..putting("s", "k", "") }).await.unwrap();
        cloud.advance(Duration::from_secs(1)).await;
    }
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let got = get(&cloud, &start).await.records;
    assert_eq!(got.iter().map(|record| record.data.len()).collect::<Vec<_>>(), sizes);
    assert!(got.iter().all(|record| record.data.iter().all(|byte| *byte == 7)));
}

#[tokio::test]
async fn records_and_calls_have_a_largest_size() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let large = |size| Bytes::from(vec![0; size]);
    let input = PutRecordInput { data: large(1_048_577), ..putting("s", "k", "") };
    let (code, text) = cloud.error::<PutRecord>(input).await;
    assert_eq!(code, "ValidationException");
    assert!(
        text.ends_with("at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576")
    );
    let records = vec![entry("k", ""), PutRecordsRequestEntry { data: large(1_048_577), ..entry("k", "") }];
    let (code, text) =
        cloud.error::<PutRecords>(PutRecordsInput { stream_name: some("s"), records, ..Default::default() }).await;
    assert_eq!(code, "ValidationException");
    assert!(text.contains("'records.2.member.data'"), "{text}");
    let records = (0..11).map(|_| PutRecordsRequestEntry { data: large(1_048_576), ..entry("k", "") }).collect();
    let (code, text) =
        cloud.error::<PutRecords>(PutRecordsInput { stream_name: some("s"), records, ..Default::default() }).await;
    assert_eq!((code.as_str(), text.as_str()), ("InvalidArgumentException", "Records size exceeds 10 MB limit"));
    let input =
        UpdateMaxRecordSizeInput { stream_arn: Some(arn("s")), max_record_size_in_ki_b: 10_240, ..Default::default() };
    cloud.call::<UpdateMaxRecordSize>(input).await.unwrap();
    let input = PutRecordInput { data: large(10_485_760), ..putting("s", "k", "") };
    cloud.call::<PutRecord>(input).await.unwrap();
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    assert_eq!(get(&cloud, &start).await.records[0].data.len(), 10_485_760);
}

#[tokio::test]
async fn a_number_to_come_after_is_one_of_the_past() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let first = put(&cloud, "s", "k", "1").await.sequence_number;
    let after = |number: &str| PutRecordInput { sequence_number_for_ordering: some(number), ..putting("s", "k", "2") };
    let second = cloud.call::<PutRecord>(after(&first)).await.unwrap().sequence_number;
    assert!(second > first);
    let (code, text) = cloud.error::<PutRecord>(after("1")).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(
        text,
        "ExclusiveMinimumSequenceNumber 1 used in PutRecord on stream s under account 000000000000 is invalid."
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_put_at_once_lose_nothing_and_each_keeps_its_order() {
    let cloud = cloud();
    create(&cloud, "s", 4).await;
    let writer = |who: usize| {
        let cloud = &cloud;
        async move {
            let mut last = BTreeMap::new();
            for at in 0..20 {
                let key = format!("k{}", who % 5);
                let put = put(cloud, "s", &key, &format!("{who} {at}")).await;
                let before = last.insert(put.shard_id, put.sequence_number.clone());
                assert!(before.is_none_or(|before| before < put.sequence_number));
            }
        }
    };
    join_all((0..30).map(writer)).await;
    let mut seen: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for shard in 0..4 {
        for text in all(&cloud, "s", &format!("shardId-{shard:012}")).await {
            let (who, at) = text.split_once(' ').unwrap();
            seen.entry(who.parse().unwrap()).or_default().push(at.parse().unwrap());
        }
    }
    assert_eq!(seen, (0..30).map(|who| (who, (0..20).collect())).collect());
}

#[tokio::test]
async fn records_are_kept_for_a_day_and_no_longer() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    put(&cloud, "s", "k", "old").await;
    cloud.advance(Duration::from_secs(12 * 3_600)).await;
    put(&cloud, "s", "k", "new").await;
    cloud.advance(Duration::from_secs(12 * 3_600 - 1)).await;
    assert_eq!(all(&cloud, "s", FIRST).await, ["old", "new"]);
    cloud.advance(Duration::from_secs(2)).await;
    assert_eq!(all(&cloud, "s", FIRST).await, ["new"]);
    cloud.advance(Duration::from_secs(12 * 3_600)).await;
    assert!(all(&cloud, "s", FIRST).await.is_empty());
}
