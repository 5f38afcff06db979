//! Replication.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Error, Outcome};

use super::kept;
use super::lifecycle::fresh_id;
use crate::S3;
use crate::engine::config::refusal::Refusal;
use crate::engine::config::replication;
use crate::ops::address;
use crate::store::Versioning;

/// Sets the rules. Source and destinations must keep versions.
pub(super) async fn put_bucket_replication(
    ctx: &Ctx,
    input: api::PutBucketReplicationInput,
) -> Outcome<api::PutBucketReplication> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    if bucket.record.versioning != Versioning::Enabled {
        let text = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
        return Err(Refusal::request(text).into());
    }
    let mut kept = input.replication_configuration;
    for rule in replication::check(&kept)? {
        check_destination(ctx, &rule.bucket).await?;
    }
    for rule in &mut kept.rules {
        rule.id.get_or_insert_with(|| fresh_id(ctx));
        rule.priority.get_or_insert(0);
        if rule.prefix.is_none() {
            rule.filter.get_or_insert_with(Default::default);
        }
    }
    kept::write(ctx, &bucket, kept).await?;
    Ok(api::PutBucketReplicationOutput {})
}

async fn check_destination(ctx: &Ctx, bucket: &str) -> Result<(), Error> {
    let found = ctx.state::<S3>().engine().lookup_bucket(bucket).await?;
    match found.is_some_and(|found| found.record.versioning == Versioning::Enabled) {
        true => Ok(()),
        false => Err(Refusal::request("Destination bucket must have versioning enabled.").into()),
    }
}

/// Tells the rules.
pub(super) async fn get_bucket_replication(
    ctx: &Ctx,
    input: api::GetBucketReplicationInput,
) -> Outcome<api::GetBucketReplication> {
    let text = "The replication configuration was not found";
    let (none, owner) = (errors::replication_configuration_not_found_error, input.expected_bucket_owner.as_deref());
    let kept: api::ReplicationConfiguration = kept::read(ctx, &input.bucket, owner, none, text).await?;
    Ok(api::GetBucketReplicationOutput { replication_configuration: Some(kept) })
}

/// Removes the rules.
pub(super) async fn delete_bucket_replication(
    ctx: &Ctx,
    input: api::DeleteBucketReplicationInput,
) -> Outcome<api::DeleteBucketReplication> {
    kept::remove::<api::ReplicationConfiguration>(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::DeleteBucketReplicationOutput {})
}
