//! Request metrics.

use api_s3 as api;
use service_kit::{Ctx, Outcome};

use super::collected;
use crate::engine::config::collected::check_metrics;
use crate::ops::address;

/// Sets metrics.
pub(super) async fn put_bucket_metrics_configuration(
    ctx: &Ctx,
    input: api::PutBucketMetricsConfigurationInput,
) -> Outcome<api::PutBucketMetricsConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_metrics(&input.id, &input.metrics_configuration)?;
    collected::write(ctx, &bucket, &input.id, input.metrics_configuration).await?;
    Ok(api::PutBucketMetricsConfigurationOutput {})
}

/// Tells metrics.
pub(super) async fn get_bucket_metrics_configuration(
    ctx: &Ctx,
    input: api::GetBucketMetricsConfigurationInput,
) -> Outcome<api::GetBucketMetricsConfiguration> {
    let found = collected::read(ctx, &input.bucket, &input.id, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::GetBucketMetricsConfigurationOutput { metrics_configuration: Some(found) })
}

/// Removes metrics.
pub(super) async fn delete_bucket_metrics_configuration(
    ctx: &Ctx,
    input: api::DeleteBucketMetricsConfigurationInput,
) -> Outcome<api::DeleteBucketMetricsConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    collected::remove::<api::MetricsConfiguration>(ctx, &input.bucket, &input.id, owner).await?;
    Ok(api::DeleteBucketMetricsConfigurationOutput {})
}

/// Lists metrics, a page of a hundred.
pub(super) async fn list_bucket_metrics_configurations(
    ctx: &Ctx,
    input: api::ListBucketMetricsConfigurationsInput,
) -> Outcome<api::ListBucketMetricsConfigurations> {
    let (token, owner) = (input.continuation_token, input.expected_bucket_owner);
    let page = collected::list(ctx, &input.bucket, token.as_deref(), owner.as_deref()).await?;
    Ok(api::ListBucketMetricsConfigurationsOutput {
        is_truncated: Some(page.truncated),
        continuation_token: token,
        next_continuation_token: page.next,
        metrics_configuration_list: page.list,
    })
}
