//! Lifecycle rules.

use api_s3::{self as api, errors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use service_kit::{Ctx, Outcome};

use super::kept;
use crate::engine::config::document::Document;
use crate::engine::config::refusal::Refusal;
use crate::engine::config::{lifecycle, write_config};
use crate::ops::address;
use crate::tasks::lifecycle::schedule;

/// Sets the rules. Those without an id get one.
pub(super) async fn put_bucket_lifecycle_configuration(
    ctx: &Ctx,
    input: api::PutBucketLifecycleConfigurationInput,
) -> Outcome<api::PutBucketLifecycleConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let asked = input.transition_default_minimum_object_size;
    lifecycle::minimum_size(asked.as_ref())?;
    let mut rules = input.lifecycle_configuration.ok_or_else(Refusal::malformed)?.rules;
    lifecycle::check(&rules)?;
    for rule in &mut rules {
        rule.id.get_or_insert_with(|| fresh_id(ctx));
    }
    let minimum = asked.unwrap_or(api::TransitionDefaultMinimumObjectSize::AllStorageClasses128K);
    let kept = api::GetBucketLifecycleConfigurationOutput {
        rules: Some(rules),
        transition_default_minimum_object_size: Some(minimum.clone()),
    };
    let (kept, bucket, cloud) = (&Document(kept), &bucket, ctx.cloud());
    let written = ctx.store().transact(|tx| async move {
        write_config(&tx, bucket.no(), "", kept)?;
        schedule(cloud, &tx, &bucket.name).await
    });
    written.await?;
    Ok(api::PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size: Some(minimum) })
}

/// An id as AWS makes them for rules that have none: a UUID in base64.
pub(super) fn fresh_id(ctx: &Ctx) -> String {
    let bits = ctx.random().u128();
    let hex = format!("{bits:032x}");
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    STANDARD.encode(parts.join("-"))
}

/// Tells the rules.
pub(super) async fn get_bucket_lifecycle_configuration(
    ctx: &Ctx,
    input: api::GetBucketLifecycleConfigurationInput,
) -> Outcome<api::GetBucketLifecycleConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    let (none, text) = (errors::no_such_lifecycle_configuration, "The lifecycle configuration does not exist");
    kept::read(ctx, &input.bucket, owner, none, text).await
}

/// Removes the rules.
pub(super) async fn delete_bucket_lifecycle(
    ctx: &Ctx,
    input: api::DeleteBucketLifecycleInput,
) -> Outcome<api::DeleteBucketLifecycle> {
    let owner = input.expected_bucket_owner.as_deref();
    kept::remove::<api::GetBucketLifecycleConfigurationOutput>(ctx, &input.bucket, owner).await?;
    Ok(api::DeleteBucketLifecycleOutput {})
}
