//! Tags of buckets.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use super::kept;
use crate::engine::config::tagging;
use crate::ops::address;

/// Sets the tags, all of them.
pub(super) async fn put_bucket_tagging(ctx: &Ctx, input: api::PutBucketTaggingInput) -> Outcome<api::PutBucketTagging> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    tagging::check(&input.tagging.tag_set)?;
    if input.tagging.tag_set.is_empty() {
        kept::remove::<api::Tagging>(ctx, &input.bucket, None).await?;
    } else {
        kept::write(ctx, &bucket, input.tagging).await?;
    }
    Ok(api::PutBucketTaggingOutput {})
}

/// Tells the tags.
pub(super) async fn get_bucket_tagging(ctx: &Ctx, input: api::GetBucketTaggingInput) -> Outcome<api::GetBucketTagging> {
    let owner = input.expected_bucket_owner.as_deref();
    let kept: api::Tagging =
        kept::read(ctx, &input.bucket, owner, errors::no_such_tag_set, "The TagSet does not exist").await?;
    Ok(api::GetBucketTaggingOutput { tag_set: kept.tag_set })
}

/// Removes the tags.
pub(super) async fn delete_bucket_tagging(
    ctx: &Ctx,
    input: api::DeleteBucketTaggingInput,
) -> Outcome<api::DeleteBucketTagging> {
    kept::remove::<api::Tagging>(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::DeleteBucketTaggingOutput {})
}
