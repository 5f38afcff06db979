//! Archive tiers of Intelligent-Tiering.

use api_s3 as api;
use service_kit::{Ctx, Outcome};

use super::collected;
use crate::engine::config::collected::check_tiering;
use crate::ops::address;
use crate::tasks::tiering::schedule;

/// Sets archive tiers.
pub(super) async fn put_bucket_intelligent_tiering_configuration(
    ctx: &Ctx,
    input: api::PutBucketIntelligentTieringConfigurationInput,
) -> Outcome<api::PutBucketIntelligentTieringConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_tiering(&input.id, &input.intelligent_tiering_configuration)?;
    collected::write(ctx, &bucket, &input.id, input.intelligent_tiering_configuration).await?;
    let (cloud, name) = (ctx.cloud(), bucket.name.as_str());
    cloud.store().transact(|tx| async move { schedule(cloud, &tx, name).await }).await?;
    Ok(api::PutBucketIntelligentTieringConfigurationOutput {})
}

/// Tells archive tiers.
pub(super) async fn get_bucket_intelligent_tiering_configuration(
    ctx: &Ctx,
    input: api::GetBucketIntelligentTieringConfigurationInput,
) -> Outcome<api::GetBucketIntelligentTieringConfiguration> {
    let found = collected::read(ctx, &input.bucket, &input.id, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::GetBucketIntelligentTieringConfigurationOutput { intelligent_tiering_configuration: Some(found) })
}

/// Removes archive tiers.
pub(super) async fn delete_bucket_intelligent_tiering_configuration(
    ctx: &Ctx,
    input: api::DeleteBucketIntelligentTieringConfigurationInput,
) -> Outcome<api::DeleteBucketIntelligentTieringConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    collected::remove::<api::IntelligentTieringConfiguration>(ctx, &input.bucket, &input.id, owner).await?;
    Ok(api::DeleteBucketIntelligentTieringConfigurationOutput {})
}

/// Lists archive tiers, a page of a hundred.
pub(super) async fn list_bucket_intelligent_tiering_configurations(
    ctx: &Ctx,
    input: api::ListBucketIntelligentTieringConfigurationsInput,
) -> Outcome<api::ListBucketIntelligentTieringConfigurations> {
    let (token, owner) = (input.continuation_token, input.expected_bucket_owner);
    let page = collected::list(ctx, &input.bucket, token.as_deref(), owner.as_deref()).await?;
    Ok(api::ListBucketIntelligentTieringConfigurationsOutput {
        is_truncated: Some(page.truncated),
        continuation_token: token,
        next_continuation_token: page.next,
        intelligent_tiering_configuration_list: page.list,
    })
}
