//! Default encryption.

use api_s3 as api;
use service_kit::{Ctx, Outcome};

use crate::S3;
use crate::engine::config::document::Document;
use crate::engine::config::encryption;
use crate::ops::address;

/// Sets how objects are encrypted whose request says nothing.
pub(super) async fn put_bucket_encryption(
    ctx: &Ctx,
    input: api::PutBucketEncryptionInput,
) -> Outcome<api::PutBucketEncryption> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let kept = encryption::check(input.server_side_encryption_configuration)?;
    let default = encryption::read(&kept);
    let engine = ctx.state::<S3>().engine();
    engine.settle(&bucket, Some(&Document(kept)), |record| record.encryption = default.clone()).await?;
    Ok(api::PutBucketEncryptionOutput {})
}

/// Tells it.
pub(super) async fn get_bucket_encryption(
    ctx: &Ctx,
    input: api::GetBucketEncryptionInput,
) -> Outcome<api::GetBucketEncryption> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let unset = Document(encryption::unconfigured());
    let Document(kept) = ctx.state::<S3>().engine().config_or(&bucket, unset).await?;
    Ok(api::GetBucketEncryptionOutput { server_side_encryption_configuration: Some(kept) })
}

/// Back to keys that S3 keeps.
pub(super) async fn delete_bucket_encryption(
    ctx: &Ctx,
    input: api::DeleteBucketEncryptionInput,
) -> Outcome<api::DeleteBucketEncryption> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let none = None::<&Document<api::ServerSideEncryptionConfiguration>>;
    ctx.state::<S3>().engine().settle(&bucket, none, |record| record.encryption = Default::default()).await?;
    Ok(api::DeleteBucketEncryptionOutput {})
}
