//! Whether a bucket keeps versions.

use api_s3 as api;
use service_kit::{Ctx, Error, Outcome};

use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::config::document::Document;
use crate::engine::config::refusal::Refusal;
use crate::engine::config::settings;
use crate::ops::{address, second_factor};
use crate::store::Versioning;

/// Switches versioning on, or suspends it; and says whether removing a version needs a second factor.
pub(super) async fn put_bucket_versioning(
    ctx: &Ctx,
    input: api::PutBucketVersioningInput,
) -> Outcome<api::PutBucketVersioning> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let asked = &input.versioning_configuration;
    settings::check_versioning(asked)?;
    let versioning = match asked.status {
        Some(api::BucketVersioningStatus::Enabled) => Versioning::Enabled,
        _ => Versioning::Suspended,
    };
    if versioning == Versioning::Suspended {
        may_be_suspended(ctx, &bucket).await?;
    }
    let mfa_delete = match &asked.mfa_delete {
        Some(wanted) => *wanted == api::MFADelete::Enabled,
        None => bucket.record.mfa_delete,
    };
    if mfa_delete != bucket.record.mfa_delete || bucket.record.mfa_delete {
        second_factor::check(ctx, bucket.record.account, input.mfa.as_deref()).await?;
    }
    let changed = ctx.state::<S3>().engine().change_bucket(&bucket.name, |record| {
        record.versioning = versioning;
        record.mfa_delete = mfa_delete;
        Ok(())
    });
    changed.await?;
    Ok(api::PutBucketVersioningOutput {})
}

/// What is locked or replicated needs its versions.
async fn may_be_suspended(ctx: &Ctx, bucket: &Bucket) -> Result<(), Error> {
    if bucket.record.object_lock {
        let text = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
        return Err(Refusal::state(text).into());
    }
    let engine = ctx.state::<S3>().engine();
    if engine.config::<Document<api::ReplicationConfiguration>>(bucket.no()).await?.is_some() {
        let text = "A replication configuration is present on this bucket, so you cannot change the versioning state. To \
                    change the versioning state, first delete the replication configuration.";
        return Err(Refusal::state(text).into());
    }
    Ok(())
}

/// Tells whether versions are kept.
pub(super) async fn get_bucket_versioning(
    ctx: &Ctx,
    input: api::GetBucketVersioningInput,
) -> Outcome<api::GetBucketVersioning> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let status = match bucket.record.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some(api::BucketVersioningStatus::Enabled),
        Versioning::Suspended => Some(api::BucketVersioningStatus::Suspended),
    };
    let mfa_delete = bucket.record.mfa_delete.then_some(api::MFADeleteStatus::Enabled);
    Ok(api::GetBucketVersioningOutput { status, mfa_delete })
}
