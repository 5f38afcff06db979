//! Subscriptions: records sent as they come.

use std::time::Duration;

use api_kinesis::*;
use bytes::Bytes;
use futures_util::StreamExt;
use smithy::{ApiError, EventStream};
use testkit::TestCloud;

use crate::cloud::*;

type Events = EventStream<SubscribeToShardEventStream>;

async fn consumer(cloud: &TestCloud, name: &str) -> String {
    let input = RegisterStreamConsumerInput { stream_arn: arn("s"), consumer_name: name.into(), ..Default::default() };
    cloud.call::<RegisterStreamConsumer>(input).await.unwrap().consumer.consumer_arn
}

fn asking(consumer: &str, kind: ShardIteratorType) -> SubscribeToShardInput {
    SubscribeToShardInput {
        consumer_arn: consumer.into(),
        shard_id: FIRST.into(),
        starting_position: StartingPosition { r#type: kind, ..Default::default() },
        ..Default::default()
    }
}

async fn subscribe(cloud: &TestCloud, input: SubscribeToShardInput) -> Events {
    cloud.call::<SubscribeToShard>(input).await.unwrap().event_stream
}

async fn next(events: &mut Events) -> Option<Result<SubscribeToShardEvent, ApiError>> {
    Some(events.0.next().await?.map(|event| match event {
        SubscribeToShardEventStream::SubscribeToShardEvent(event) => event,
        _ => panic!("it is no event"),
    }))
}

/// The next event with records.
async fn records(events: &mut Events) -> SubscribeToShardEvent {
    loop {
        let event = next(events).await.unwrap().unwrap();
        if !event.records.is_empty() {
            return event;
        }
    }
}

#[tokio::test]
async fn what_is_there_comes_first_and_then_what_comes() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let consumer = consumer(&cloud, "c").await;
    put(&cloud, "s", "k", "before").await;
    let mut events = subscribe(&cloud, asking(&consumer, ShardIteratorType::TrimHorizon)).await;
    assert_eq!(texts(&records(&mut events).await.records), ["before"]);
    let number = put(&cloud, "s", "k", "after").await.sequence_number;
    let event = records(&mut events).await;
    assert_eq!((texts(&event.records), event.millis_behind_latest), (vec!["after".to_owned()], 0));
    assert_eq!((event.continuation_sequence_number, event.child_shards), (Some(number), None));
}

#[tokio::test]
async fn a_later_subscription_goes_on_where_the_first_ended() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let consumer = consumer(&cloud, "c").await;
    let mut events = subscribe(&cloud, asking(&consumer, ShardIteratorType::Latest)).await;
    let quiet = next(&mut events).await.unwrap().unwrap();
    assert!(quiet.records.is_empty());
    put(&cloud, "s", "k", "one").await;
    let reached = records(&mut events).await.continuation_sequence_number;
    drop(events);
    put(&cloud, "s", "k", "two").await;
    for (number, expected) in [(quiet.continuation_sequence_number, "onetwo"), (reached, "two")] {
        cloud.advance(Duration::from_secs(5)).await;
        let mut input = asking(&consumer, ShardIteratorType::AfterSequenceNumber);
        input.starting_position.sequence_number = number;
        let mut events = subscribe(&cloud, input).await;
        assert_eq!(texts(&records(&mut events).await.records).concat(), expected);
    }
}

#[tokio::test]
async fn a_subscription_lasts_five_minutes_and_is_never_silent() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let consumer = consumer(&cloud, "c").await;
    let mut events = subscribe(&cloud, asking(&consumer, ShardIteratorType::Latest)).await;
    let mut beats = 0;
    for _ in 0..60 {
        if next(&mut events).await.transpose().unwrap().is_some() {
            beats += 1;
        }
        cloud.advance(Duration::from_secs(5)).await;
    }
    assert!(beats >= 59, "{beats}");
    while next(&mut events).await.transpose().unwrap().is_some() {}
}

#[tokio::test]
async fn another_subscription_waits_five_seconds_and_takes_over() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let (one, two) = (consumer(&cloud, "c").await, consumer(&cloud, "d").await);
    let latest = |consumer: &str| asking(consumer, ShardIteratorType::Latest);
    let mut first = subscribe(&cloud, latest(&one)).await;
    let busy = "Another active subscription exists for this consumer: 000000000000:s:shardId-000000000000:c";
    let (code, text) = cloud.error::<SubscribeToShard>(latest(&one)).await;
    assert_eq!((code.as_str(), text.as_str()), ("ResourceInUseException", busy));
    drop(subscribe(&cloud, latest(&two)).await);
    cloud.advance(Duration::from_secs(5)).await;
    let mut second = subscribe(&cloud, latest(&one)).await;
    let end = loop {
        if let Err(error) = next(&mut first).await.unwrap() {
            break error;
        }
    };
    assert_eq!(end.message, busy);
    assert!(next(&mut first).await.is_none());
    put(&cloud, "s", "k", "x").await;
    assert_eq!(records(&mut second).await.records.len(), 1);
}

#[tokio::test]
async fn a_closed_shard_ends_with_its_children() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let consumer = consumer(&cloud, "c").await;
    let mut events = subscribe(&cloud, asking(&consumer, ShardIteratorType::TrimHorizon)).await;
    put(&cloud, "s", "k", "last").await;
    assert_eq!(texts(&records(&mut events).await.records), ["last"]);
    let input = UpdateShardCountInput {
        stream_name: some("s"),
        target_shard_count: 2,
        scaling_type: ScalingType::UniformScaling,
        ..Default::default()
    };
    cloud.call::<UpdateShardCount>(input).await.unwrap();
    let end = loop {
        let event = next(&mut events).await.unwrap().unwrap();
        if event.child_shards.is_some() {
            break event;
        }
    };
    assert_eq!((end.continuation_sequence_number, end.child_shards.unwrap().len()), (None, 2));
    assert!(next(&mut events).await.is_none());
}

#[tokio::test]
async fn a_consumer_is_given_two_megabytes_a_second() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let consumer = consumer(&cloud, "c").await;
    for _ in 0..4 {
        let data = Bytes::from(vec![0; 1_000_000]);
        cloud.call::<PutRecord>(PutRecordInput { data, ..putting("s", "k", "") }).await.unwrap();
        cloud.advance(Duration::from_secs(1)).await;
    }
    let mut events = subscribe(&cloud, asking(&consumer, ShardIteratorType::TrimHorizon)).await;
    let mut got = 0;
    for seconds in 1..=4 {
        got += records(&mut events).await.records.len();
        assert_eq!(got, seconds, "one event a half second of the clock");
        cloud.advance(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn subscriptions_that_cannot_be() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let consumer = consumer(&cloud, "c").await;
    let latest = |consumer: &str| asking(consumer, ShardIteratorType::Latest);
    let unknown = latest(&format!("{}/consumer/x:1", arn("s")));
    let shard = SubscribeToShardInput { shard_id: "shardId-000000000009".into(), ..latest(&consumer) };
    for (input, refused) in [
        (unknown, "ResourceNotFoundException"),
        (shard, "ResourceNotFoundException"),
        (asking(&consumer, ShardIteratorType::AtSequenceNumber), "InvalidArgumentException"),
    ] {
        assert_eq!(cloud.error::<SubscribeToShard>(input).await.0, refused);
    }
}

#[tokio::test]
async fn a_consumer_that_is_removed_reads_no_more() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let consumer = consumer(&cloud, "c").await;
    let mut events = subscribe(&cloud, asking(&consumer, ShardIteratorType::Latest)).await;
    next(&mut events).await.unwrap().unwrap();
    let input = DeregisterStreamConsumerInput { consumer_arn: Some(consumer), ..Default::default() };
    cloud.call::<DeregisterStreamConsumer>(input).await.unwrap();
    while next(&mut events).await.is_some_and(|event| event.is_ok()) {}
    assert!(next(&mut events).await.is_none());
}
