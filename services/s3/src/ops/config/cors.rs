//! Cross-origin rules.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use super::kept;
use crate::engine::config::cors;
use crate::ops::address;

/// Sets the rules.
pub(super) async fn put_bucket_cors(ctx: &Ctx, input: api::PutBucketCorsInput) -> Outcome<api::PutBucketCors> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    cors::check(&input.cors_configuration.cors_rules)?;
    kept::write(ctx, &bucket, input.cors_configuration).await?;
    Ok(api::PutBucketCorsOutput {})
}

/// Tells the rules.
pub(super) async fn get_bucket_cors(ctx: &Ctx, input: api::GetBucketCorsInput) -> Outcome<api::GetBucketCors> {
    let owner = input.expected_bucket_owner.as_deref();
    let (none, text) = (errors::no_such_cors_configuration, "The CORS configuration does not exist");
    let kept: api::CORSConfiguration = kept::read(ctx, &input.bucket, owner, none, text).await?;
    Ok(api::GetBucketCorsOutput { cors_rules: Some(kept.cors_rules) })
}

/// Removes the rules.
pub(super) async fn delete_bucket_cors(ctx: &Ctx, input: api::DeleteBucketCorsInput) -> Outcome<api::DeleteBucketCors> {
    kept::remove::<api::CORSConfiguration>(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::DeleteBucketCorsOutput {})
}
