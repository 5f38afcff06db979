//! What an account has and may have, and how it pays.

use api_kinesis::*;

use crate::cloud::*;

#[tokio::test]
async fn describe_limits_counts_open_shards() {
    let cloud = cloud();
    create(&cloud, "s", 3).await;
    cloud.call::<CreateStream>(CreateStreamInput { stream_name: "o".into(), ..Default::default() }).await.unwrap();
    let limits = cloud.call::<DescribeLimits>(DescribeLimitsInput::default()).await.unwrap();
    assert_eq!((limits.shard_limit, limits.open_shard_count), (20_000, 7));
    assert_eq!((limits.on_demand_stream_count, limits.on_demand_stream_count_limit), (1, 50));
    let elsewhere = cloud.in_region("eu-central-1");
    let limits = elsewhere.call::<DescribeLimits>(DescribeLimitsInput::default()).await.unwrap();
    assert_eq!((limits.shard_limit, limits.open_shard_count), (6_000, 0));
}

#[tokio::test]
async fn describe_and_update_account_settings() {
    use MinimumThroughputBillingCommitmentOutputStatus as Status;
    let cloud = cloud();
    let status = async || {
        let input = DescribeAccountSettingsInput::default();
        let settings = cloud.call::<DescribeAccountSettings>(input).await.unwrap();
        settings.minimum_throughput_billing_commitment.unwrap().status
    };
    assert_eq!(status().await, Status::Disabled);
    for (asked, expected) in [
        (MinimumThroughputBillingCommitmentInputStatus::Enabled, Status::Enabled),
        (MinimumThroughputBillingCommitmentInputStatus::Disabled, Status::EnabledUntilEarliestAllowedEnd),
    ] {
        let commitment = MinimumThroughputBillingCommitmentInput { status: asked };
        let input = UpdateAccountSettingsInput { minimum_throughput_billing_commitment: commitment };
        let answered = cloud.call::<UpdateAccountSettings>(input).await.unwrap();
        assert_eq!(answered.minimum_throughput_billing_commitment.unwrap().status, expected);
        assert_eq!(status().await, expected);
    }
}
