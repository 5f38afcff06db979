//! Shards, listed by filters and pages.

use std::time::Duration;

use api_kinesis::*;

use crate::cloud::*;

fn listing(filter: Option<ShardFilter>) -> ListShardsInput {
    ListShardsInput { stream_name: some("s"), shard_filter: filter, ..Default::default() }
}

async fn list(cloud: &testkit::TestCloud, input: ListShardsInput) -> Vec<u32> {
    let shards = cloud.call::<ListShards>(input).await.unwrap().shards.unwrap();
    shards.iter().map(|shard| shard.shard_id.trim_start_matches("shardId-").parse().unwrap()).collect()
}

#[tokio::test]
async fn list_shards_by_filter() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let begin = cloud.runtime().clock.now();
    cloud.advance(Duration::from_secs(3_600)).await;
    let scale = |target| UpdateShardCountInput {
        stream_name: some("s"),
        target_shard_count: target,
        scaling_type: ScalingType::UniformScaling,
        ..Default::default()
    };
    cloud.call::<UpdateShardCount>(scale(2)).await.unwrap();
    let middle = cloud.runtime().clock.now().plus(Duration::from_secs(1));
    cloud.advance(Duration::from_secs(3_600)).await;
    cloud.call::<UpdateShardCount>(scale(4)).await.unwrap();
    let filter = |kind, timestamp, shard: Option<&str>| {
        Some(ShardFilter { r#type: kind, shard_id: shard.map(str::to_owned), timestamp })
    };
    for (asked, expected) in [
        (None, vec![0, 1, 2, 3, 4, 5, 6]),
        (filter(ShardFilterType::AtTrimHorizon, None, None), vec![0]),
        (filter(ShardFilterType::FromTrimHorizon, None, None), vec![0, 1, 2, 3, 4, 5, 6]),
        (filter(ShardFilterType::AtLatest, None, None), vec![3, 4, 5, 6]),
        (filter(ShardFilterType::AtTimestamp, Some(begin), None), vec![0]),
        (filter(ShardFilterType::AtTimestamp, Some(middle), None), vec![1, 2]),
        (filter(ShardFilterType::FromTimestamp, Some(middle), None), vec![1, 2, 3, 4, 5, 6]),
        (filter(ShardFilterType::AfterShardId, None, Some("shardId-000000000004")), vec![5, 6]),
    ] {
        assert_eq!(list(&cloud, listing(asked.clone())).await, expected, "{asked:?}");
    }
    for kind in [ShardFilterType::AtTimestamp, ShardFilterType::FromTimestamp, ShardFilterType::AfterShardId] {
        let refused = cloud.error::<ListShards>(listing(filter(kind, None, None))).await;
        assert_eq!(refused.0, "InvalidArgumentException");
    }
    cloud.advance(Duration::from_secs(86_400 - 1_800)).await;
    let horizon = listing(filter(ShardFilterType::AtTrimHorizon, None, None));
    assert_eq!(list(&cloud, horizon).await, [1, 2], "the horizon moves with the clock");
}

#[tokio::test]
async fn list_shards_by_page() {
    let cloud = cloud();
    create(&cloud, "s", 5).await;
    let first = ListShardsInput { max_results: Some(2), exclusive_start_shard_id: some(FIRST), ..listing(None) };
    let page = cloud.call::<ListShards>(first).await.unwrap();
    assert_eq!(page.shards.unwrap().len(), 2);
    let next = |token: &Option<String>| ListShardsInput { next_token: token.clone(), ..Default::default() };
    assert_eq!(list(&cloud, next(&page.next_token)).await, [3, 4]);
    let both = ListShardsInput { stream_name: some("s"), ..next(&page.next_token) };
    for (input, text) in [
        (both, "NextToken and StreamName cannot be provided together."),
        (ListShardsInput::default(), "Either NextToken or StreamName should be provided."),
    ] {
        assert_eq!(cloud.error::<ListShards>(input).await.1, text);
    }
    cloud.advance(Duration::from_secs(301)).await;
    assert_eq!(cloud.error::<ListShards>(next(&page.next_token)).await.0, "ExpiredNextTokenException");
    let other = ListShardsInput { stream_creation_timestamp: Some(cloud.runtime().clock.now()), ..listing(None) };
    assert_eq!(cloud.error::<ListShards>(other).await.0, "ResourceNotFoundException");
}
