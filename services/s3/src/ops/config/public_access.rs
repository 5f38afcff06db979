//! Switches that block public access to a bucket.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use super::kept;
use crate::engine::config::settings;
use crate::error::of_bucket;
use crate::ops::address;

/// Sets the switches.
pub(super) async fn put_public_access_block(
    ctx: &Ctx,
    input: api::PutPublicAccessBlockInput,
) -> Outcome<api::PutPublicAccessBlock> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let switches = settings::check_public_access(&input.public_access_block_configuration)?;
    kept::write(ctx, &bucket, switches).await?;
    Ok(api::PutPublicAccessBlockOutput {})
}

/// Tells the switches. On a fresh bucket all are on.
pub(super) async fn get_public_access_block(
    ctx: &Ctx,
    input: api::GetPublicAccessBlockInput,
) -> Outcome<api::GetPublicAccessBlock> {
    let owner = input.expected_bucket_owner.as_deref();
    let (bucket, found) = kept::find::<api::PublicAccessBlockConfiguration>(ctx, &input.bucket, owner).await?;
    let switches = found.unwrap_or_else(settings::everything_blocked);
    if switches == api::PublicAccessBlockConfiguration::default() {
        let text = "The public access block configuration was not found";
        return Err(of_bucket(errors::no_such_public_access_block_configuration(text), &bucket.name));
    }
    Ok(api::GetPublicAccessBlockOutput { public_access_block_configuration: Some(switches) })
}

/// Removes the switches: all are off.
pub(super) async fn delete_public_access_block(
    ctx: &Ctx,
    input: api::DeletePublicAccessBlockInput,
) -> Outcome<api::DeletePublicAccessBlock> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    // What never was set is on: that the switches were removed is kept as a configuration that names none.
    kept::write(ctx, &bucket, api::PublicAccessBlockConfiguration::default()).await?;
    Ok(api::DeletePublicAccessBlockOutput {})
}
