//! Inventories.

use api_s3 as api;
use service_kit::{Ctx, Outcome};

use super::collected;
use crate::engine::config::collected::check_inventory;
use crate::ops::address;
use crate::tasks::inventory::schedule;

/// Sets an inventory.
pub(super) async fn put_bucket_inventory_configuration(
    ctx: &Ctx,
    input: api::PutBucketInventoryConfigurationInput,
) -> Outcome<api::PutBucketInventoryConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_inventory(&input.id, &input.inventory_configuration)?;
    if input.inventory_configuration.destination.s3_bucket_destination.format != api::InventoryFormat::Csv {
        return Err(api::errors::not_implemented("Inventories are written as CSV only").into());
    }
    collected::write(ctx, &bucket, &input.id, input.inventory_configuration).await?;
    let (cloud, name) = (ctx.cloud(), bucket.name.as_str());
    cloud.store().transact(|tx| async move { schedule(cloud, &tx, name).await }).await?;
    Ok(api::PutBucketInventoryConfigurationOutput {})
}

/// Tells an inventory.
pub(super) async fn get_bucket_inventory_configuration(
    ctx: &Ctx,
    input: api::GetBucketInventoryConfigurationInput,
) -> Outcome<api::GetBucketInventoryConfiguration> {
    let found = collected::read(ctx, &input.bucket, &input.id, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::GetBucketInventoryConfigurationOutput { inventory_configuration: Some(found) })
}

/// Removes an inventory.
pub(super) async fn delete_bucket_inventory_configuration(
    ctx: &Ctx,
    input: api::DeleteBucketInventoryConfigurationInput,
) -> Outcome<api::DeleteBucketInventoryConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    collected::remove::<api::InventoryConfiguration>(ctx, &input.bucket, &input.id, owner).await?;
    Ok(api::DeleteBucketInventoryConfigurationOutput {})
}

/// Lists inventories, a page of a hundred.
pub(super) async fn list_bucket_inventory_configurations(
    ctx: &Ctx,
    input: api::ListBucketInventoryConfigurationsInput,
) -> Outcome<api::ListBucketInventoryConfigurations> {
    let (token, owner) = (input.continuation_token, input.expected_bucket_owner);
    let page = collected::list(ctx, &input.bucket, token.as_deref(), owner.as_deref()).await?;
    Ok(api::ListBucketInventoryConfigurationsOutput {
        is_truncated: Some(page.truncated),
        continuation_token: token,
        next_continuation_token: page.next,
        inventory_configuration_list: page.list,
    })
}
