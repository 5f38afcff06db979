//! What a stream keeps, takes and how it is scaled.

use std::time::Duration;

use api_kinesis::*;

use crate::cloud::*;

fn longer(hours: i32) -> IncreaseStreamRetentionPeriodInput {
    IncreaseStreamRetentionPeriodInput { stream_name: some("s"), retention_period_hours: hours, ..Default::default() }
}

fn shorter(hours: i32) -> DecreaseStreamRetentionPeriodInput {
    DecreaseStreamRetentionPeriodInput { stream_name: some("s"), retention_period_hours: hours, ..Default::default() }
}

#[tokio::test]
async fn increase_and_decrease_stream_retention_period() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    for (hours, text) in [
        (23, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short."),
        (8_761, "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long."),
    ] {
        let refused = ("InvalidArgumentException".to_owned(), text.to_owned());
        assert_eq!(cloud.error::<IncreaseStreamRetentionPeriod>(longer(hours)).await, refused);
        assert_eq!(cloud.error::<DecreaseStreamRetentionPeriod>(shorter(hours)).await, refused);
    }
    assert_eq!(
        cloud.error::<DecreaseStreamRetentionPeriod>(shorter(48)).await.1,
        "Requested retention period (48 hours) for stream s can not be longer than existing retention period (24 hours). \
         Use IncreaseRetentionPeriod API."
    );
    cloud.call::<IncreaseStreamRetentionPeriod>(longer(8_760)).await.unwrap();
    assert_eq!(
        cloud.error::<IncreaseStreamRetentionPeriod>(longer(48)).await.1,
        "Requested retention period (48 hours) for stream s can not be shorter than existing retention period (8760 \
         hours). Use DecreaseRetentionPeriod API."
    );
    put(&cloud, "s", "k", "old").await;
    cloud.advance(Duration::from_secs(364 * 86_400)).await;
    assert_eq!(all(&cloud, "s", FIRST).await, ["old"], "a year is kept");
    cloud.call::<DecreaseStreamRetentionPeriod>(shorter(24)).await.unwrap();
    assert!(all(&cloud, "s", FIRST).await.is_empty());
    cloud.call::<IncreaseStreamRetentionPeriod>(longer(8_760)).await.unwrap();
    assert!(all(&cloud, "s", FIRST).await.is_empty(), "what expired stays expired");
    assert_eq!(describe(&cloud, "s").await.retention_period_hours, 8_760);
}

#[tokio::test]
async fn update_stream_mode_twice_a_day() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let to = |stream_mode| UpdateStreamModeInput {
        stream_arn: arn("s"),
        stream_mode_details: StreamModeDetails { stream_mode },
        ..Default::default()
    };
    cloud.call::<UpdateStreamMode>(to(StreamMode::OnDemand)).await.unwrap();
    let mode = describe(&cloud, "s").await.stream_mode_details.unwrap().stream_mode;
    assert_eq!(mode, StreamMode::OnDemand);
    cloud.call::<UpdateStreamMode>(to(StreamMode::Provisioned)).await.unwrap();
    assert_eq!(cloud.error::<UpdateStreamMode>(to(StreamMode::OnDemand)).await.0, "LimitExceededException");
    cloud.advance(Duration::from_secs(86_401)).await;
    cloud.call::<UpdateStreamMode>(to(StreamMode::OnDemand)).await.unwrap();
}

#[tokio::test]
async fn update_stream_warm_throughput_opens_shards() {
    let cloud = cloud();
    cloud.call::<CreateStream>(CreateStreamInput { stream_name: "s".into(), ..Default::default() }).await.unwrap();
    let input =
        UpdateStreamWarmThroughputInput { stream_name: some("s"), warm_throughput_mi_bps: 10, ..Default::default() };
    let warm = cloud.call::<UpdateStreamWarmThroughput>(input).await.unwrap();
    assert_eq!(warm.warm_throughput.unwrap().target_mi_bps, Some(10));
    let there = summary(&cloud, "s").await;
    assert_eq!((there.open_shard_count, there.warm_throughput.unwrap().current_mi_bps), (10, Some(10)));
    create(&cloud, "p", 1).await;
    let input =
        UpdateStreamWarmThroughputInput { stream_name: some("p"), warm_throughput_mi_bps: 10, ..Default::default() };
    assert_eq!(cloud.error::<UpdateStreamWarmThroughput>(input).await.0, "InvalidArgumentException");
}

#[tokio::test]
async fn update_max_record_size_is_shown() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let input =
        UpdateMaxRecordSizeInput { stream_arn: Some(arn("s")), max_record_size_in_ki_b: 2_048, ..Default::default() };
    cloud.call::<UpdateMaxRecordSize>(input).await.unwrap();
    assert_eq!(summary(&cloud, "s").await.max_record_size_in_ki_b, Some(2_048));
}
