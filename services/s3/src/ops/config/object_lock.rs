//! Object lock of a bucket.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use crate::S3;
use crate::engine::config::document::Document;
use crate::engine::config::refusal::Refusal;
use crate::engine::config::settings;
use crate::error::of_bucket;
use crate::ops::address;
use crate::store::Versioning;

/// Switches object lock on, and says what retention versions get by themselves.
pub(super) async fn put_object_lock_configuration(
    ctx: &Ctx,
    input: api::PutObjectLockConfigurationInput,
) -> Outcome<api::PutObjectLockConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    settings::check_object_lock(input.object_lock_configuration.as_ref())?;
    if bucket.record.versioning != Versioning::Enabled {
        let text = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
        return Err(Refusal::state(text).into());
    }
    let kept = input.object_lock_configuration.unwrap_or_default();
    let retention = settings::default_retention(&kept);
    let change = |record: &mut crate::store::BucketRecord| {
        record.object_lock = true;
        record.default_retention = retention;
    };
    ctx.state::<S3>().engine().settle(&bucket, Some(&Document(kept)), change).await?;
    Ok(api::PutObjectLockConfigurationOutput::default())
}

/// Tells whether objects can be locked, and the retention that they get.
pub(super) async fn get_object_lock_configuration(
    ctx: &Ctx,
    input: api::GetObjectLockConfigurationInput,
) -> Outcome<api::GetObjectLockConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    if !bucket.record.object_lock {
        let text = "Object Lock configuration does not exist for this bucket";
        return Err(of_bucket(errors::object_lock_configuration_not_found_error(text), &bucket.name));
    }
    // Of a bucket that was created with it nothing more is known.
    let created_with = Document(api::ObjectLockConfiguration {
        object_lock_enabled: Some(api::ObjectLockEnabled::Enabled),
        rule: None,
    });
    let Document(kept) = ctx.state::<S3>().engine().config_or(&bucket, created_with).await?;
    Ok(api::GetObjectLockConfigurationOutput { object_lock_configuration: Some(kept) })
}
