//! Shards split, merged, shared out anew; and read through it all.

use std::time::Duration;

use api_kinesis::*;
use futures_util::future::join_all;

use crate::cloud::*;

const HALF: &str = "170141183460469231731687303715884105728";

fn splitting(at: &str) -> SplitShardInput {
    SplitShardInput {
        stream_name: some("s"),
        shard_to_split: FIRST.into(),
        new_starting_hash_key: at.into(),
        ..Default::default()
    }
}

fn merging(one: u32, other: u32) -> MergeShardsInput {
    MergeShardsInput {
        stream_name: some("s"),
        shard_to_merge: format!("shardId-{one:012}"),
        adjacent_shard_to_merge: format!("shardId-{other:012}"),
        ..Default::default()
    }
}

fn scaling(target: i32) -> UpdateShardCountInput {
    UpdateShardCountInput {
        stream_name: some("s"),
        target_shard_count: target,
        scaling_type: ScalingType::UniformScaling,
        ..Default::default()
    }
}

#[tokio::test]
async fn split_shard_closes_one_and_opens_two() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    put(&cloud, "s", "b", "before").await;
    cloud.call::<SplitShard>(splitting(HALF)).await.unwrap();
    let shards = describe(&cloud, "s").await.shards;
    let [parent, low, high] = &shards[..] else { panic!("three shards") };
    let end = parent.sequence_number_range.ending_sequence_number.clone().unwrap();
    assert!(end > parent.sequence_number_range.starting_sequence_number);
    for child in [low, high] {
        assert_eq!(child.parent_shard_id.as_deref(), Some(FIRST));
        assert!(child.sequence_number_range.starting_sequence_number > end);
        assert_eq!(child.sequence_number_range.ending_sequence_number, None);
    }
    assert_eq!(high.hash_key_range.starting_hash_key, HALF);
    let after = put(&cloud, "s", "b", "after").await;
    assert_eq!((after.shard_id.as_str(), after.sequence_number > end), ("shardId-000000000002", true));
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let got = get(&cloud, &start).await;
    assert_eq!((texts(&got.records), got.next_shard_iterator), (vec!["before".to_owned()], None));
    let children = got.child_shards.unwrap();
    assert_eq!(
        children.iter().map(|child| child.shard_id.as_str()).collect::<Vec<_>>(),
        [&low.shard_id, &high.shard_id]
    );
    assert_eq!(children[0].parent_shards, [FIRST]);
    let latest = iterator(&cloud, from("s", FIRST, ShardIteratorType::Latest)).await;
    assert_eq!(get(&cloud, &latest).await.next_shard_iterator, None);
}

#[tokio::test]
async fn a_closed_shard_without_records_ends_at_once() {
    let cloud = cloud();
    create(&cloud, "s", 2).await;
    cloud.advance(Duration::from_secs(60)).await;
    cloud.call::<UpdateShardCount>(scaling(3)).await.unwrap();
    let closed = |shard: &&Shard| shard.sequence_number_range.ending_sequence_number.is_some();
    let shards = describe(&cloud, "s").await.shards;
    let closed: Vec<_> = shards.iter().filter(closed).collect();
    assert!(closed.len() > 2, "some were opened and closed in the same instant");
    for shard in closed {
        for kind in [ShardIteratorType::TrimHorizon, ShardIteratorType::Latest] {
            let start = iterator(&cloud, from("s", &shard.shard_id, kind)).await;
            let got = get(&cloud, &start).await;
            assert_eq!((got.next_shard_iterator, got.millis_behind_latest), (None, Some(0)), "{}", shard.shard_id);
            assert!(!got.child_shards.unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn splits_that_cannot_be() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let bounds = "used in SplitShard() on shard shardId-000000000000 in stream s under account 000000000000 is not both \
                  greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey \
                  340282366920938463463374607431768211455.";
    for at in ["0", "1", "340282366920938463463374607431768211455", "340282366920938463463374607431768211457"] {
        let (code, text) = cloud.error::<SplitShard>(splitting(at)).await;
        assert_eq!((code.as_str(), text), ("InvalidArgumentException", format!("NewStartingHashKey {at} {bounds}")));
    }
    let unknown = SplitShardInput { shard_to_split: "shardId-7".into(), ..splitting(HALF) };
    let (code, text) = cloud.error::<SplitShard>(unknown).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(text, "Could not find shard shardId-000000000007 in stream s under account 000000000000.");
    cloud.call::<SplitShard>(splitting(HALF)).await.unwrap();
    let (code, text) = cloud.error::<SplitShard>(splitting(HALF)).await;
    assert_eq!(code, "InvalidArgumentException");
    assert!(text.contains("has already been merged or split"), "{text}");
}

#[tokio::test]
async fn merge_shards_closes_two_and_opens_one() {
    let cloud = cloud();
    create(&cloud, "s", 3).await;
    let (code, text) = cloud.error::<MergeShards>(merging(0, 2)).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(
        text,
        "Shards shardId-000000000000 and shardId-000000000002 in stream s under account 000000000000 are not an adjacent \
         pair of shards eligible for merging"
    );
    cloud.call::<MergeShards>(merging(0, 1)).await.unwrap();
    let merged = &describe(&cloud, "s").await.shards[3];
    assert_eq!(merged.parent_shard_id.as_deref(), Some(FIRST));
    assert_eq!(merged.adjacent_parent_shard_id.as_deref(), Some("shardId-000000000001"));
    assert_eq!(merged.hash_key_range.starting_hash_key, "0");
    assert_eq!(summary(&cloud, "s").await.open_shard_count, 2);
}

#[tokio::test]
async fn update_shard_count_shares_out_evenly() {
    let cloud = cloud();
    create(&cloud, "s", 2).await;
    let scaled = cloud.call::<UpdateShardCount>(scaling(3)).await.unwrap();
    assert_eq!((scaled.current_shard_count, scaled.target_shard_count), (Some(2), Some(3)));
    let open = |shards: Vec<Shard>| {
        let open = shards.into_iter().filter(|shard| shard.sequence_number_range.ending_sequence_number.is_none());
        let mut starts: Vec<u128> = open.map(|shard| shard.hash_key_range.starting_hash_key.parse().unwrap()).collect();
        starts.sort_unstable();
        starts
    };
    let third = u128::MAX / 3;
    assert_eq!(open(describe(&cloud, "s").await.shards), [0, third, 2 * third]);
    let (code, text) = cloud.error::<UpdateShardCount>(scaling(7)).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(
        text,
        "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 3 Target \
         shard count: 7"
    );
    assert!(cloud.error::<UpdateShardCount>(scaling(1)).await.1.contains("below half"));
    for target in [6, 3, 6, 3, 6, 3, 6, 3, 6] {
        cloud.call::<UpdateShardCount>(scaling(target)).await.unwrap();
    }
    assert_eq!(cloud.error::<UpdateShardCount>(scaling(3)).await.0, "LimitExceededException");
    cloud.advance(Duration::from_secs(86_401)).await;
    cloud.call::<UpdateShardCount>(scaling(3)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn records_put_while_shards_change_are_all_read_along_the_lineage() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let writer = |who: usize| {
        let cloud = &cloud;
        async move {
            for at in 0..10 {
                put(cloud, "s", &format!("k{who}"), &format!("{who} {at}")).await;
            }
        }
    };
    let resharder = async {
        for target in [2, 3, 5, 3, 4] {
            cloud.call::<UpdateShardCount>(scaling(target)).await.unwrap();
        }
    };
    tokio::join!(join_all((0..20).map(writer)), resharder);
    let mut orders = vec![Vec::new(); 20];
    // Parents have lower numbers than their children, so this order reads each key's records in theirs.
    for shard in describe(&cloud, "s").await.shards {
        for text in all(&cloud, "s", &shard.shard_id).await {
            let (who, at) = text.split_once(' ').unwrap();
            orders[who.parse::<usize>().unwrap()].push(at.parse::<usize>().unwrap());
        }
    }
    assert_eq!(orders, vec![(0..10).collect::<Vec<_>>(); 20]);
}

#[tokio::test]
async fn a_stream_in_on_demand_mode_scales_itself() {
    let cloud = cloud();
    cloud.call::<CreateStream>(CreateStreamInput { stream_name: "s".into(), ..Default::default() }).await.unwrap();
    let (code, text) = cloud.error::<UpdateShardCount>(scaling(8)).await;
    assert_eq!(code, "ValidationException");
    assert_eq!(text, "Request is invalid. Stream s under account 000000000000 is in On-Demand mode.");
    assert_eq!(cloud.error::<MergeShards>(merging(0, 1)).await.0, "ValidationException");
    assert_eq!(cloud.error::<SplitShard>(splitting("5")).await.0, "ValidationException");
    for batch in 0..5 {
        put_all(&cloud, "s", (0..500).map(|at| entry(&format!("{batch} {at}"), "x")).collect()).await;
    }
    // The clock stands still meanwhile; what grows is told at once.
    while summary(&cloud, "s").await.open_shard_count < 8 {
        tokio::task::yield_now().await;
    }
    assert_eq!(summary(&cloud, "s").await.open_shard_count, 8);
}

#[tokio::test]
async fn closed_shards_go_when_nothing_of_them_is_left() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    put(&cloud, "s", "k", "x").await;
    cloud.call::<SplitShard>(splitting(HALF)).await.unwrap();
    cloud.advance(Duration::from_secs(23 * 3_600)).await;
    assert_eq!(describe(&cloud, "s").await.shards.len(), 3);
    cloud.advance(Duration::from_secs(2 * 3_600)).await;
    while describe(&cloud, "s").await.shards.len() > 2 {
        tokio::task::yield_now().await;
    }
    let children = describe(&cloud, "s").await.shards;
    assert_eq!(children[0].parent_shard_id.as_deref(), Some(FIRST));
}
