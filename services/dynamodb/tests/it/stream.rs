//! Streams: what they tell, shard by shard, for a day.

use std::time::Duration;

use api_dynamodb::{
    CreateTable, DeleteItem, DeleteItemInput, StreamSpecification, StreamViewType, TableDescription, UpdateItem,
    UpdateTable, UpdateTableInput,
};
use api_dynamodbstreams::*;
use testkit::TestCloud;

use crate::cloud::{cloud_with_streams, creating, item, n, put, s, updating};

async fn streamed(cloud: &TestCloud, view: StreamViewType) -> String {
    let mut input = creating("abc", &["k"]);
    input.stream_specification = Some(StreamSpecification { stream_enabled: true, stream_view_type: Some(view) });
    let made: TableDescription = cloud.call::<CreateTable>(input).await.unwrap().table_description.unwrap();
    made.latest_stream_arn.unwrap()
}

async fn described(cloud: &TestCloud, arn: &str) -> StreamDescription {
    let input = DescribeStreamInput { stream_arn: arn.to_owned(), ..Default::default() };
    cloud.call::<DescribeStream>(input).await.unwrap().stream_description.unwrap()
}

async fn iterator(cloud: &TestCloud, arn: &str, shard: &Shard, kind: ShardIteratorType) -> String {
    let input = GetShardIteratorInput {
        stream_arn: arn.to_owned(),
        shard_id: shard.shard_id.clone().unwrap(),
        shard_iterator_type: kind,
        sequence_number: None,
    };
    cloud.call::<GetShardIterator>(input).await.unwrap().shard_iterator.unwrap()
}

async fn records(cloud: &TestCloud, iterator: String) -> (Vec<Record>, Option<String>) {
    let input = GetRecordsInput { shard_iterator: iterator, limit: None };
    let page = cloud.call::<GetRecords>(input).await.unwrap();
    (page.records.unwrap(), page.next_shard_iterator)
}

#[tokio::test]
async fn get_records_tells_inserts_changes_and_removals() {
    let cloud = cloud_with_streams();
    let arn = streamed(&cloud, StreamViewType::NewAndOldImages).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    cloud.call::<UpdateItem>(updating("abc", [("k", s("a"))], "SET v = :v", [(":v", n(2))])).await.unwrap();
    let delete = DeleteItemInput { table_name: "abc".into(), key: item([("k", s("a"))]), ..Default::default() };
    cloud.call::<DeleteItem>(delete.clone()).await.unwrap();
    cloud.call::<DeleteItem>(delete).await.unwrap();
    let shown = described(&cloud, &arn).await;
    assert_eq!(shown.stream_status, Some(StreamStatus::Enabled));
    let shards = shown.shards.unwrap();
    let start = iterator(&cloud, &arn, &shards[0], ShardIteratorType::TrimHorizon).await;
    let (told, next) = records(&cloud, start).await;
    let names: Vec<_> = told.iter().map(|record| record.event_name.clone().unwrap()).collect();
    assert_eq!(names, [OperationType::Insert, OperationType::Modify, OperationType::Remove]);
    let change = told[1].dynamodb.clone().unwrap();
    let image = |image: Option<std::collections::BTreeMap<String, AttributeValue>>| image.unwrap()["v"].clone();
    assert_eq!(image(change.old_image), AttributeValue::N("1".into()));
    assert_eq!(image(change.new_image), AttributeValue::N("2".into()));
    assert!(change.sequence_number.unwrap().len() >= 21);
    assert!(told.iter().all(|record| record.user_identity.is_none()));
    assert_eq!(records(&cloud, next.unwrap()).await.0, []);
    let latest = iterator(&cloud, &arn, &shards[0], ShardIteratorType::Latest).await;
    put(&cloud, "abc", [("k", s("late"))]).await;
    assert_eq!(records(&cloud, latest).await.0.len(), 1);
}

#[tokio::test]
async fn views_tell_as_much_as_they_say() {
    for (view, old, new) in [
        (StreamViewType::KeysOnly, false, false),
        (StreamViewType::NewImage, false, true),
        (StreamViewType::OldImage, true, false),
    ] {
        let cloud = cloud_with_streams();
        let arn = streamed(&cloud, view).await;
        put(&cloud, "abc", [("k", s("a"))]).await;
        put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
        let shards = described(&cloud, &arn).await.shards.unwrap();
        let (told, _) = records(&cloud, iterator(&cloud, &arn, &shards[0], ShardIteratorType::TrimHorizon).await).await;
        let change = told[1].dynamodb.clone().unwrap();
        assert_eq!((change.old_image.is_some(), change.new_image.is_some()), (old, new));
    }
}

#[tokio::test]
async fn shards_roll_and_what_is_a_day_old_goes() {
    let cloud = cloud_with_streams();
    let arn = streamed(&cloud, StreamViewType::KeysOnly).await;
    put(&cloud, "abc", [("k", s("first"))]).await;
    cloud.advance(Duration::from_secs(5 * 3_600)).await;
    put(&cloud, "abc", [("k", s("second"))]).await;
    let shards = described(&cloud, &arn).await.shards.unwrap();
    assert_eq!(shards.len(), 2);
    assert_eq!(shards[1].parent_shard_id, shards[0].shard_id);
    let closed = |shard: &Shard| shard.sequence_number_range.clone().unwrap().ending_sequence_number.is_some();
    assert_eq!((closed(&shards[0]), closed(&shards[1])), (true, false));
    let start = iterator(&cloud, &arn, &shards[0], ShardIteratorType::TrimHorizon).await;
    let (told, next) = records(&cloud, start).await;
    assert_eq!((told.len(), next), (1, None), "a closed shard ends");
    let child = DescribeStreamInput {
        stream_arn: arn.clone(),
        shard_filter: Some(ShardFilter {
            r#type: Some(ShardFilterType::ChildShards),
            shard_id: shards[0].shard_id.clone(),
        }),
        ..Default::default()
    };
    let child = cloud.call::<DescribeStream>(child).await.unwrap().stream_description.unwrap().shards.unwrap();
    assert_eq!(child, shards[1..]);
    cloud.advance(Duration::from_secs(24 * 3_600 - 60)).await;
    let shards = described(&cloud, &arn).await.shards.unwrap();
    let start = iterator(&cloud, &arn, &shards[0], ShardIteratorType::TrimHorizon).await;
    assert_eq!(records(&cloud, start).await.0.len(), 1, "the second is a minute younger than a day");
    cloud.advance(Duration::from_secs(120)).await;
    for shard in described(&cloud, &arn).await.shards.unwrap() {
        let start = iterator(&cloud, &arn, &shard, ShardIteratorType::TrimHorizon).await;
        assert_eq!(records(&cloud, start).await.0, []);
    }
}

#[tokio::test]
async fn iterators_and_streams_that_are_over() {
    let cloud = cloud_with_streams();
    let arn = streamed(&cloud, StreamViewType::KeysOnly).await;
    let shards = described(&cloud, &arn).await.shards.unwrap();
    let old = iterator(&cloud, &arn, &shards[0], ShardIteratorType::TrimHorizon).await;
    cloud.advance(Duration::from_secs(16 * 60)).await;
    let input = GetRecordsInput { shard_iterator: old, limit: None };
    assert_eq!(cloud.error::<GetRecords>(input).await.0, "ExpiredIteratorException");
    let off = StreamSpecification { stream_enabled: false, stream_view_type: None };
    let input = UpdateTableInput { table_name: "abc".into(), stream_specification: Some(off), ..Default::default() };
    put(&cloud, "abc", [("k", s("told"))]).await;
    cloud.call::<UpdateTable>(input).await.unwrap();
    put(&cloud, "abc", [("k", s("untold"))]).await;
    let shown = described(&cloud, &arn).await;
    assert_eq!(shown.stream_status, Some(StreamStatus::Disabled));
    let start = iterator(&cloud, &arn, &shown.shards.unwrap()[0], ShardIteratorType::TrimHorizon).await;
    let (told, next) = records(&cloud, start).await;
    assert_eq!(told.len(), 1);
    if let Some(next) = next {
        assert_eq!(records(&cloud, next).await, (Vec::new(), None));
    }
    let list = cloud.call::<ListStreams>(ListStreamsInput::default()).await.unwrap();
    assert_eq!(list.streams.unwrap().len(), 1);
    cloud.advance(Duration::from_secs(25 * 3_600)).await;
    let gone = DescribeStreamInput { stream_arn: arn.clone(), ..Default::default() };
    let (code, text) = cloud.error::<DescribeStream>(gone).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(text, format!("Requested resource not found: Stream: {arn} not found"));
}
