//! Storage class analyses.

use api_s3 as api;
use service_kit::{Ctx, Outcome};

use super::collected;
use crate::engine::config::collected::check_analytics;
use crate::ops::address;

/// Sets an analysis.
pub(super) async fn put_bucket_analytics_configuration(
    ctx: &Ctx,
    input: api::PutBucketAnalyticsConfigurationInput,
) -> Outcome<api::PutBucketAnalyticsConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_analytics(&input.id, &input.analytics_configuration)?;
    collected::write(ctx, &bucket, &input.id, input.analytics_configuration).await?;
    Ok(api::PutBucketAnalyticsConfigurationOutput {})
}

/// Tells an analysis.
pub(super) async fn get_bucket_analytics_configuration(
    ctx: &Ctx,
    input: api::GetBucketAnalyticsConfigurationInput,
) -> Outcome<api::GetBucketAnalyticsConfiguration> {
    let found = collected::read(ctx, &input.bucket, &input.id, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::GetBucketAnalyticsConfigurationOutput { analytics_configuration: Some(found) })
}

/// Removes an analysis.
pub(super) async fn delete_bucket_analytics_configuration(
    ctx: &Ctx,
    input: api::DeleteBucketAnalyticsConfigurationInput,
) -> Outcome<api::DeleteBucketAnalyticsConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    collected::remove::<api::AnalyticsConfiguration>(ctx, &input.bucket, &input.id, owner).await?;
    Ok(api::DeleteBucketAnalyticsConfigurationOutput {})
}

/// Lists analyses, a page of a hundred.
pub(super) async fn list_bucket_analytics_configurations(
    ctx: &Ctx,
    input: api::ListBucketAnalyticsConfigurationsInput,
) -> Outcome<api::ListBucketAnalyticsConfigurations> {
    let (token, owner) = (input.continuation_token, input.expected_bucket_owner);
    let page = collected::list(ctx, &input.bucket, token.as_deref(), owner.as_deref()).await?;
    Ok(api::ListBucketAnalyticsConfigurationsOutput {
        is_truncated: Some(page.truncated),
        continuation_token: token,
        next_continuation_token: page.next,
        analytics_configuration_list: page.list,
    })
}
