//! Where reading begins, and how long an iterator lives.

use std::time::Duration;

use api_kinesis::*;
use names::Timestamp;

use crate::cloud::*;

const TYPES: [ShardIteratorType; 2] = [ShardIteratorType::AtSequenceNumber, ShardIteratorType::AfterSequenceNumber];

#[tokio::test]
async fn reading_begins_where_it_is_asked_to() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let (mut numbers, mut instants) = (Vec::new(), Vec::new());
    for text in ["a", "b", "c"] {
        instants.push(cloud.runtime().clock.now());
        numbers.push(put(&cloud, "s", "k", text).await.sequence_number);
        cloud.advance(Duration::from_millis(700)).await;
    }
    let [at, after] = TYPES;
    let numbered = |kind: &ShardIteratorType, number: &str| GetShardIteratorInput {
        starting_sequence_number: some(number),
        ..from("s", FIRST, kind.clone())
    };
    let timed = |timestamp| GetShardIteratorInput {
        timestamp: Some(timestamp),
        ..from("s", FIRST, ShardIteratorType::AtTimestamp)
    };
    let start = describe(&cloud, "s").await.shards[0].sequence_number_range.starting_sequence_number.clone();
    for (input, expected) in [
        (from("s", FIRST, ShardIteratorType::TrimHorizon), "abc"),
        (from("s", FIRST, ShardIteratorType::Latest), ""),
        (numbered(&at, &numbers[1]), "bc"),
        (numbered(&after, &numbers[1]), "c"),
        (numbered(&after, &numbers[2]), ""),
        (numbered(&at, &start), "abc"),
        (timed(Timestamp::from_secs(0)), "abc"),
        (timed(instants[1]), "bc"),
        (timed(instants[1].plus(Duration::from_millis(1))), "c"),
        (timed(cloud.runtime().clock.now()), ""),
    ] {
        cloud.advance(Duration::from_secs(1)).await;
        let shard_iterator = iterator(&cloud, input.clone()).await;
        assert_eq!(texts(&get(&cloud, &shard_iterator).await.records).concat(), expected, "{input:?}");
    }
}

#[tokio::test]
async fn latest_sees_what_comes_after() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    put(&cloud, "s", "k", "before").await;
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::Latest)).await;
    put(&cloud, "s", "k", "after").await;
    let got = get(&cloud, &start).await;
    assert_eq!(texts(&got.records), ["after"]);
    let next = got.next_shard_iterator.unwrap();
    assert_ne!(next, start);
    let again = get(&cloud, &next).await.next_shard_iterator.unwrap();
    assert!(again != next && again != start, "each iterator is another");
    assert_eq!(texts(&get(&cloud, &format!("\"{start}\"")).await.records), ["after"], "AWS takes quotation marks");
}

#[tokio::test]
async fn an_empty_shard_is_not_behind() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    cloud.advance(Duration::from_secs(60)).await;
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let got = get(&cloud, &start).await;
    assert_eq!((got.records.len(), got.millis_behind_latest), (0, Some(0)));
    put(&cloud, "s", "k", "x").await;
    assert_eq!(texts(&get(&cloud, &got.next_shard_iterator.unwrap()).await.records), ["x"]);
}

#[tokio::test]
async fn an_iterator_lives_for_five_minutes() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let shard_iterator = iterator(&cloud, from("s", FIRST, ShardIteratorType::Latest)).await;
    cloud.advance(Duration::from_secs(300)).await;
    get(&cloud, &shard_iterator).await;
    cloud.advance(Duration::from_secs(1)).await;
    let (code, text) = cloud.error::<GetRecords>(GetRecordsInput { shard_iterator, ..Default::default() }).await;
    assert_eq!(code, "ExpiredIteratorException");
    assert!(text.starts_with("Iterator expired. The iterator was created at time "), "{text}");
    assert!(
        text.ends_with("which is further in the future than the tolerated delay of 300000 milliseconds."),
        "{text}"
    );
}

#[tokio::test]
async fn iterators_that_nobody_made() {
    let cloud = cloud();
    for shard_iterator in ["x", "AAAAAAAAAAE=", "\"\""] {
        let input = GetRecordsInput { shard_iterator: shard_iterator.into(), ..Default::default() };
        let (code, text) = cloud.error::<GetRecords>(input).await;
        assert_eq!((code.as_str(), text.as_str()), ("InvalidArgumentException", "Invalid ShardIterator."));
    }
}

#[tokio::test]
async fn starts_that_are_none() {
    let cloud = cloud();
    create(&cloud, "s", 2).await;
    let other = PutRecordInput { explicit_hash_key: some("0"), ..putting("s", "k", "x") };
    let number = cloud.call::<PutRecord>(other).await.unwrap().sequence_number;
    let second = "shardId-000000000001";
    let both = |kind, number: &str| GetShardIteratorInput {
        starting_sequence_number: some(number),
        ..from("s", second, kind)
    };
    let shards = "in stream s under account 000000000000";
    let must = "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) \
                TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified";
    let [at, after] = TYPES;
    for (input, text) in [
        (from("s", second, at.clone()), format!("{must} AT_SEQUENCE_NUMBER and no StartingSequenceNumber.")),
        (both(ShardIteratorType::Latest, "1"), format!("{must} LATEST and also a StartingSequenceNumber.")),
        (
            both(after.clone(), "1"),
            format!("StartingSequenceNumber 1 used in GetShardIterator on shard {second} {shards} is invalid."),
        ),
        (
            both(at, &number),
            format!("Invalid StartingSequenceNumber. It encodes {FIRST}, while it was used in a call to a shard with {second}"),
        ),
        (
            from("s", second, ShardIteratorType::AtTimestamp),
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp \
             parameter."
                .to_owned(),
        ),
    ] {
        assert_eq!(cloud.error::<GetShardIterator>(input).await, ("InvalidArgumentException".to_owned(), text));
    }
    let future = GetShardIteratorInput {
        timestamp: Some(cloud.runtime().clock.now().plus(Duration::from_secs(1))),
        ..from("s", second, ShardIteratorType::AtTimestamp)
    };
    let (code, text) = cloud.error::<GetShardIterator>(future).await;
    assert_eq!(code, "InvalidArgumentException");
    assert!(text.starts_with("The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."));
    let (code, text) = cloud.error::<GetShardIterator>(from("s", "shardId-9", ShardIteratorType::Latest)).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(text, format!("Shard shardId-000000000009 {shards} does not exist"));
    create(&cloud, "t", 2).await;
    cloud.advance(Duration::from_secs(5)).await;
    create(&cloud, "u", 2).await;
    let foreign = GetShardIteratorInput { starting_sequence_number: Some(number.clone()), ..from("u", FIRST, after) };
    let (code, text) = cloud.error::<GetShardIterator>(foreign).await;
    assert_eq!(code, "InvalidArgumentException");
    assert!(text.ends_with("is invalid because it did not come from this stream."), "{text}");
}
