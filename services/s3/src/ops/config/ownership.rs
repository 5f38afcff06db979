//! Who owns objects that others write, and whether access control lists count.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use crate::S3;
use crate::engine::config::acl;
use crate::engine::config::document::Document;
use crate::engine::config::settings;
use crate::error::{malformed_xml, of_bucket};
use crate::ops::address;
use crate::store::Ownership;

/// Sets the rule.
pub(super) async fn put_bucket_ownership_controls(
    ctx: &Ctx,
    input: api::PutBucketOwnershipControlsInput,
) -> Outcome<api::PutBucketOwnershipControls> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let rule = settings::check_ownership(&input.ownership_controls)?;
    let ownership = Ownership::parse(rule.as_str()).ok_or_else(malformed_xml)?;
    let engine = ctx.state::<S3>().engine();
    let grants = engine.bucket_grants(&bucket).await?;
    if ownership == Ownership::BucketOwnerEnforced && acl::grants_to_others(&grants, bucket.record.account) {
        let text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(errors::invalid_bucket_acl_with_object_ownership(text).into());
    }
    let kept = Document(input.ownership_controls);
    engine.settle(&bucket, Some(&kept), |record| record.ownership = ownership).await?;
    Ok(api::PutBucketOwnershipControlsOutput {})
}

/// Tells the rule.
pub(super) async fn get_bucket_ownership_controls(
    ctx: &Ctx,
    input: api::GetBucketOwnershipControlsInput,
) -> Outcome<api::GetBucketOwnershipControls> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let rule = api::OwnershipControlsRule { object_ownership: bucket.record.ownership.as_str().into() };
    let unset = Document(api::OwnershipControls { rules: vec![rule] });
    let Document(controls) = ctx.state::<S3>().engine().config_or(&bucket, unset).await?;
    if controls.rules.is_empty() {
        let none = errors::ownership_controls_not_found_error("The bucket ownership controls were not found");
        return Err(of_bucket(none, &bucket.name));
    }
    Ok(api::GetBucketOwnershipControlsOutput { ownership_controls: Some(controls) })
}

/// Removes the rule: who writes an object then owns it.
pub(super) async fn delete_bucket_ownership_controls(
    ctx: &Ctx,
    input: api::DeleteBucketOwnershipControlsInput,
) -> Outcome<api::DeleteBucketOwnershipControls> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    // A bucket that never had controls has those of its creation: that they were removed is kept as controls without rules.
    let removed = Document(api::OwnershipControls::default());
    let engine = ctx.state::<S3>().engine();
    engine.settle(&bucket, Some(&removed), |record| record.ownership = Ownership::ObjectWriter).await?;
    Ok(api::DeleteBucketOwnershipControlsOutput {})
}
