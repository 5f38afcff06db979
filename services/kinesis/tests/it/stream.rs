//! Streams: created, described, listed, deleted.

use api_kinesis::*;

use crate::cloud::*;

#[tokio::test]
async fn create_stream_and_describe_stream() {
    let cloud = cloud();
    create(&cloud, "s", 2).await;
    let there = describe(&cloud, "s").await;
    assert_eq!((there.stream_name.as_str(), there.stream_arn), ("s", arn("s")));
    assert_eq!((there.stream_status, there.retention_period_hours), (StreamStatus::Active, 24));
    assert_eq!((there.encryption_type, there.key_id), (Some(EncryptionType::None), None));
    assert_eq!(there.stream_mode_details.unwrap().stream_mode, StreamMode::Provisioned);
    assert!(!there.has_more_shards);
    let [one, two] = &there.shards[..] else { panic!("two shards") };
    assert_eq!((one.shard_id.as_str(), two.shard_id.as_str()), (FIRST, "shardId-000000000001"));
    assert_eq!(one.hash_key_range.starting_hash_key, "0");
    assert_eq!(one.hash_key_range.ending_hash_key, "170141183460469231731687303715884105727");
    assert_eq!(two.hash_key_range.ending_hash_key, "340282366920938463463374607431768211455");
    assert_eq!((&one.parent_shard_id, &one.sequence_number_range.ending_sequence_number), (&None, &None));
    assert_eq!(one.sequence_number_range.starting_sequence_number.len(), 56);
    let summary = summary(&cloud, "s").await;
    assert_eq!((summary.open_shard_count, summary.consumer_count), (2, Some(0)));
    assert_eq!(summary.max_record_size_in_ki_b, Some(1_024));
}

#[tokio::test]
async fn streams_of_which_little_is_said() {
    let cloud = cloud();
    let input = CreateStreamInput { stream_name: "s".into(), ..Default::default() };
    cloud.call::<CreateStream>(input.clone()).await.unwrap();
    let there = describe(&cloud, "s").await;
    assert_eq!((there.shards.len(), there.stream_mode_details.unwrap().stream_mode), (4, StreamMode::OnDemand));
    let (code, text) = cloud.error::<CreateStream>(input).await;
    assert_eq!(code, "ResourceInUseException");
    assert_eq!(text, "Stream s under account 000000000000 already exists.");
    let details = |mode| Some(StreamModeDetails { stream_mode: mode });
    for (stream_mode_details, shard_count, warm, refused) in [
        (details(StreamMode::Provisioned), None, None, "InvalidArgumentException"),
        (details(StreamMode::OnDemand), Some(1), None, "ValidationException"),
        (details(StreamMode::Provisioned), Some(1), Some(1), "InvalidArgumentException"),
    ] {
        let input = CreateStreamInput {
            stream_name: "other".into(),
            shard_count,
            stream_mode_details,
            warm_throughput_mi_bps: warm,
            ..Default::default()
        };
        assert_eq!(cloud.error::<CreateStream>(input).await.0, refused);
    }
}

#[tokio::test]
async fn an_account_has_so_many_shards() {
    let cloud = cloud();
    create(&cloud, "s", 2).await;
    let input = CreateStreamInput { stream_name: "t".into(), shard_count: Some(20_000), ..Default::default() };
    let (code, text) = cloud.error::<CreateStream>(input).await;
    assert_eq!(code, "LimitExceededException");
    assert!(text.starts_with(
        "This request would exceed the shard limit for the account 000000000000 in us-east-1. Current shard count for the \
         account: 2. Limit: 20000. Number of additional shards that would have resulted from this request: 20000."
    ));
}

#[tokio::test]
async fn describe_stream_pages_shards() {
    let cloud = cloud();
    create(&cloud, "s", 5).await;
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let input = DescribeStreamInput {
            stream_arn: Some(arn("s")),
            limit: Some(2),
            exclusive_start_shard_id: after,
            ..Default::default()
        };
        let page = cloud.call::<DescribeStream>(input).await.unwrap().stream_description;
        seen.extend(page.shards.into_iter().map(|shard| shard.shard_id));
        if !page.has_more_shards {
            break;
        }
        after = seen.last().cloned();
    }
    assert_eq!(seen, (0..5).map(|no| format!("shardId-{no:012}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn list_streams_by_page_and_by_name() {
    let cloud = cloud();
    for name in ["a", "b", "c"] {
        create(&cloud, name, 1).await;
    }
    let input = ListStreamsInput { limit: Some(2), ..Default::default() };
    let page = cloud.call::<ListStreams>(input).await.unwrap();
    assert_eq!((page.stream_names, page.has_more_streams), (vec!["a".to_owned(), "b".to_owned()], true));
    assert_eq!(page.stream_summaries.unwrap()[0].stream_arn, arn("a"));
    let input = ListStreamsInput { next_token: page.next_token, ..Default::default() };
    let rest = cloud.call::<ListStreams>(input).await.unwrap();
    assert_eq!((rest.stream_names, rest.has_more_streams, rest.next_token), (vec!["c".to_owned()], false, None));
    let input = ListStreamsInput { exclusive_start_stream_name: some("a"), ..Default::default() };
    assert_eq!(cloud.call::<ListStreams>(input).await.unwrap().stream_names, ["b", "c"]);
    let elsewhere = cloud.in_region("eu-west-1").call::<ListStreams>(ListStreamsInput::default()).await.unwrap();
    assert!(elsewhere.stream_names.is_empty());
}

#[tokio::test]
async fn delete_stream_and_begin_anew() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    put(&cloud, "s", "k", "old").await;
    let old = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let input = DeleteStreamInput { stream_name: some("s"), ..Default::default() };
    cloud.call::<DeleteStream>(input.clone()).await.unwrap();
    let (code, text) = cloud.error::<DeleteStream>(input).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(text, "Stream s under account 000000000000 not found.");
    assert_eq!(cloud.error::<PutRecord>(putting("s", "k", "x")).await.1, text);
    create(&cloud, "s", 1).await;
    assert!(all(&cloud, "s", FIRST).await.is_empty());
    let input = GetRecordsInput { shard_iterator: old, ..Default::default() };
    let (code, text) = cloud.error::<GetRecords>(input).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(text, "Shard shardId-000000000000 in stream s under account 000000000000 does not exist");
}

#[tokio::test]
async fn a_stream_with_consumers_is_deleted_only_with_them() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let input = RegisterStreamConsumerInput { stream_arn: arn("s"), consumer_name: "c".into(), ..Default::default() };
    cloud.call::<RegisterStreamConsumer>(input).await.unwrap();
    let delete = |enforce| DeleteStreamInput {
        stream_name: some("s"),
        enforce_consumer_deletion: enforce,
        ..Default::default()
    };
    let (code, text) = cloud.error::<DeleteStream>(delete(None)).await;
    assert_eq!(code, "ResourceInUseException");
    assert!(text.starts_with("DeleteStream can't delete 000000000000:s because there are consumers"), "{text}");
    cloud.call::<DeleteStream>(delete(Some(true))).await.unwrap();
}

#[tokio::test]
async fn a_stream_is_named_one_way_or_the_other() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let named = |name: Option<&str>, arn: Option<String>| DescribeStreamSummaryInput {
        stream_name: name.map(str::to_owned),
        stream_arn: arn,
        ..Default::default()
    };
    for input in [named(Some("s"), None), named(None, Some(arn("s"))), named(Some("s"), Some(arn("s")))] {
        cloud.call::<DescribeStreamSummary>(input).await.unwrap();
    }
    for (input, code) in [
        (named(None, None), "InvalidArgumentException"),
        (named(Some("t"), Some(arn("s"))), "InvalidArgumentException"),
        (named(None, Some(arn("t"))), "ResourceNotFoundException"),
        (named(None, Some("arn:aws:kinesis:eu-west-1:000000000000:stream/s".into())), "ResourceNotFoundException"),
    ] {
        assert_eq!(cloud.error::<DescribeStreamSummary>(input).await.0, code);
    }
}
