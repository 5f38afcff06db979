//! Event notifications: who is told of what. Each destination is tried with a test event before it is taken.

use api_s3 as api;
use service_kit::{Ctx, Outcome};

use super::lifecycle::fresh_id;
use super::{destination, kept};
use crate::engine::config::notification;
use crate::ops::address;

/// Sets the rules.
pub(super) async fn put_bucket_notification_configuration(
    ctx: &Ctx,
    input: api::PutBucketNotificationConfigurationInput,
) -> Outcome<api::PutBucketNotificationConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let mut kept = input.notification_configuration;
    let rules = notification::check(&mut kept, || fresh_id(ctx))?;
    if input.skip_destination_validation != Some(true) {
        destination::try_all(ctx, &bucket, &rules).await?;
    }
    if kept == api::NotificationConfiguration::default() {
        kept::remove::<api::NotificationConfiguration>(ctx, &input.bucket, None).await?;
    } else {
        kept::write(ctx, &bucket, kept).await?;
    }
    Ok(api::PutBucketNotificationConfigurationOutput {})
}

/// Tells the rules.
pub(super) async fn get_bucket_notification_configuration(
    ctx: &Ctx,
    input: api::GetBucketNotificationConfigurationRequest,
) -> Outcome<api::GetBucketNotificationConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    let (_, kept) = kept::find::<api::NotificationConfiguration>(ctx, &input.bucket, owner).await?;
    Ok(kept.unwrap_or_default())
}
